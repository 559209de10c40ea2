"""Invocations of models, as they are read back from Log Analytics."""
