"""Throttling: the token buckets of ARM and of the resource providers behind it."""
