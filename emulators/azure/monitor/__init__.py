"""Azure Monitor: the metrics of Front Door profiles."""
