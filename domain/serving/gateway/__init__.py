"""Configuration of Envoy, the gateway in front of the model of every cell."""
