"""Azure Kubernetes Service: managed clusters and their agent pools."""
