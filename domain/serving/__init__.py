"""What stands between callers and a model: the gateway of every cell."""
