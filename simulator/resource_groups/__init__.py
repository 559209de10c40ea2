"""Azure resource groups."""
