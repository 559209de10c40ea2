"""Azure Resource Manager: names, bodies, polls and errors."""
