"""Simulated Azure: one HTTPS process that answers as ARM, AKS, Front Door and Kubernetes do."""
