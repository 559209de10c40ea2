"""`make verify-azure`: tries on real Azure what Gridplane relies on and was never seen."""
