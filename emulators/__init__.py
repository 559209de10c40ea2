"""What stands in for Azure on a laptop: useful to others too, and never imported by the product."""
