"""Decisions and models of Gridplane: pure functions, no I/O, no clock, no random."""
