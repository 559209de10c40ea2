"""Which GPU pools are idle, and the actions that follow."""
