"""The audit of changes: records of who has asked for what, and what was decided."""
