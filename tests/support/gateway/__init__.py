"""A gateway as a real Envoy, with a model, keys and tokens for it."""
