"""Gives the nodes of a cell the right to pull from a registry."""

from dataclasses import replace
from typing import Any

from activities.arm_outcomes import failed
from activities.role_assignments import ensure_role_assignment
from clients.factory import ClientFactory
from domain.arm.failures import cluster_missing
from domain.arm.managed_cluster import find_kubelet_identity
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.arm.role_assignments import RoleGrant, kubelet_identity_missing
from domain.catalog.roles import ACR_PULL
from domain.durable.inputs import RegistryAccessInput
from domain.outcomes import Outcome


async def ensure_registry_access(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    cell = RegistryAccessInput.from_wire(value)
    target = ResourceTarget(
        "managedCluster", cell.environment, cell.region, clients.settings.subscription_id
    )
    cluster_id = KINDS[target.kind].build_id(target)
    cluster = await clients.resources.get(cluster_id)
    if cluster.status == 404:
        return Outcome.failed(cluster_missing(cluster_id))
    if not cluster.is_success:
        return failed(cluster, "GET managedCluster")
    principal_id = find_kubelet_identity(cluster.body)
    if principal_id is None:
        return Outcome.failed(kubelet_identity_missing(cluster_id))
    grant = RoleGrant(cell.registry, ACR_PULL, principal_id)
    return await ensure_role_assignment(
        replace(target, kind="roleAssignment", grant=grant), clients
    )
