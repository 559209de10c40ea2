"""What stands in for Azure on a laptop. The product never imports it."""
