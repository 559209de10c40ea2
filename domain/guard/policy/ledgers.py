"""Names of ledgers, in which requests claim what they need before records show it."""

from domain.spec.cost_centers import fold

MONEY = "usd"
NODES = "nodes"


def quota_ledger(region: str) -> str:
    """Of vCPUs and resources in a region, by the name of the quota in lower case."""
    return f"quota.{region}"


def cost_center_ledger(cost_center: str) -> str:
    """Of USD until the month's end, and of GPU nodes."""
    return f"budget.{fold(cost_center)}"
