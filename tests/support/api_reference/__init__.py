"""Writes docs/api.md from the OpenAPI document."""
