"""What others do to an environment's resources: with a token, but not through Gridplane."""

from domain.arm import naming
from tests.e2e.looks import AKS, Look
from tests.e2e.stories import wait_until

GROUPS = "2025-04-01"
FOREIGN_TAINT = "example.com/reserved=true:NoSchedule"


def taint_pool(look: Look, cluster_id: str) -> None:
    """Nodes for pods of somebody else only; those that run stay."""
    look.change_at_arm(_pool(cluster_id), AKS, nodeTaints=[FOREIGN_TAINT])


def relabel_pool(look: Look, cluster_id: str) -> None:
    """Without the label that the workload's node selector names."""
    pool = look.at_gpu_pool(cluster_id)
    others = {k: v for k, v in pool["nodeLabels"].items() if k != naming.GPU_NODE_LABEL}
    look.change_at_arm(_pool(cluster_id), AKS, nodeLabels=others)


def delete_pool(look: Look, cluster_id: str) -> None:
    """Returns when it is gone."""
    look.send_to_arm("DELETE", _pool(cluster_id), AKS)
    wait_until(lambda: not look.exists(_pool(cluster_id), AKS))


def create_foreign_group(look: Look, group: str) -> None:
    """Under the name of one of the environment's resource groups."""
    body = {"location": "westeurope", "tags": {"environment": "production"}}
    look.send_to_arm("PUT", _group(look, group), GROUPS, body)


def delete_group(look: Look, group: str) -> None:
    """Returns when it is gone: until then its name is taken."""
    look.send_to_arm("DELETE", _group(look, group), GROUPS)
    wait_until(lambda: not look.exists(_group(look, group), GROUPS))


def _pool(cluster_id: str) -> str:
    return f"{cluster_id}/agentPools/{naming.GPU_POOL}"


def _group(look: Look, group: str) -> str:
    return f"/subscriptions/{look.stack.simulator['subscriptionId']}/resourcegroups/{group}"
