"""Deterministic stories: the order of steps, what runs side by side, what happens on failure."""
