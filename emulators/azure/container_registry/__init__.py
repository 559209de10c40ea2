"""Azure Container Registry: the resource, and what its data plane tells of images."""
