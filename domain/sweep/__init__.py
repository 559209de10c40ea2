"""Which GPU pools are idle, and what is done about it."""
