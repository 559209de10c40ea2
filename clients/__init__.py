"""The only code that talks to Azure and Kubernetes: it knows SDKs and decides nothing."""
