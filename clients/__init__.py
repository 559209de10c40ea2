"""The only code that calls Azure and Kubernetes: it uses their SDKs and makes no decisions."""
