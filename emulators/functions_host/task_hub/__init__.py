"""The laptop's durable engine: durabletask's sidecar service on SQLite, in its own process."""
