"""Deterministic orchestrations: the order of steps, their parallelism, the effect of failures."""
