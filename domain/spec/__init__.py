"""The specification of an environment and its validation."""
