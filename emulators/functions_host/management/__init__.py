"""The Durable extension's HTTP management API, answered from the task hub."""
