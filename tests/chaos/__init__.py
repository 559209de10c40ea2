"""Random lifecycles under random faults on the whole stack, and what must hold at the end."""
