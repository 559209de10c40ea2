"""What all of Azure Resource Manager shares, from requests to long-running operations."""
