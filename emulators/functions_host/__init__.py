"""A local Azure Functions host for Python v2 Durable apps: laptop only, never in Azure."""
