"""The Kubernetes API and the controllers of one simulated AKS cluster."""
