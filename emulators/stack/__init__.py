"""Runs Gridplane on one machine: simulated Azure, task hub and Functions host."""
