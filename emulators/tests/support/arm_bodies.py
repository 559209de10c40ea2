"""Request bodies for ARM as the product sends them."""

from typing import Any


def cluster_body(gpu_minimum: int = 0, **changes: Any) -> Any:
    """A cluster with a system pool and a GPU pool; `changes` go into its properties.

    A GPU pool with a minimum of 1 keeps its idle node, which the autoscaler else takes away.
    """
    return {
        "location": "westeurope",
        "tags": {"environment": "fraud", "managed-by": "gridplane"},
        "identity": {"type": "SystemAssigned"},
        "sku": {"name": "Base", "tier": "Standard"},
        "properties": {
            "dnsPrefix": "gp-fraud",
            "disableLocalAccounts": True,
            "aadProfile": {"managed": True, "enableAzureRBAC": True},
            "oidcIssuerProfile": {"enabled": True},
            "nodeResourceGroup": "gp-fraud-westeurope-nodes",
            "agentPoolProfiles": [
                system_pool(),
                {"name": "gpu", **gpu_pool(minCount=gpu_minimum)},
            ],
            **changes,
        },
    }


def system_pool() -> Any:
    return {"name": "system", "mode": "System", "count": 1, "vmSize": "Standard_D4ds_v5"}


def gpu_pool(count: int = 1, **changes: Any) -> Any:
    return {
        "mode": "User",
        "count": count,
        "vmSize": "Standard_NC24ads_A100_v4",
        "enableAutoScaling": True,
        "minCount": 0,
        "maxCount": 5,
        "nodeTaints": ["sku=gpu:NoSchedule"],
        "nodeLabels": {"gridplane.io/gpu-pool": "true"},
        **changes,
    }
