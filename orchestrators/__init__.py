"""Deterministic orchestrations: the order of steps, what runs in parallel, what a failure does."""
