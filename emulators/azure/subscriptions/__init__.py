"""The subscription, its tenant and the regions it may use."""
