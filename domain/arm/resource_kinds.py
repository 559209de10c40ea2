"""The ARM resources of an environment: id, body and limits of each kind, in one table.

Another Azure resource is another row here; beginning, waiting and deleting need no new code.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain import deadlines
from domain.arm import front_door as front_door_bodies
from domain.arm import managed_cluster as arm_bodies
from domain.arm import naming
from domain.arm.dns_record import build_dns_record, is_record_current, read_record_owner
from domain.arm.identity import build_federated_credential, build_identity
from domain.arm.maintenance import build_maintenance_configuration
from domain.arm.merge_edge import merge_edge
from domain.arm.merge_existing import is_cluster_current, is_part_current, is_pool_current
from domain.arm.pacing import PollKind
from domain.arm.private_link import build_approval
from domain.arm.resource_tags import owning_environment
from domain.arm.role_assignments import (
    RoleGrant,
    build_role_assignment,
    is_assignment_current,
    read_owner,
)
from domain.spec.model import EnvironmentSpec

type Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ResourceTarget:
    """One resource of one environment. `region` is empty for the parts of the edge."""

    kind: str
    environment: str
    region: str
    subscription_id: str
    api_server_ranges: tuple[str, ...] = ()
    """CIDR ranges from which the API server of a cluster is reached; empty: from everywhere."""
    log_workspace_id: str | None = None
    """ARM id of the workspace that takes the logs of a cluster's containers; None: none does."""
    front_door_id: str = ""
    """Of the environment's profile, where a body tells it."""
    record_id: str = ""
    """Of a DNS record: its ARM id, in a zone of others."""
    grant: RoleGrant | None = None
    """What a role assignment gives, and where."""
    source: Body | None = field(default=None, compare=False)
    """The resource that the body is made from, as Azure shows it, where its kind has a
    `source_kind`."""


def _owner_by_tags(existing: Mapping[str, Any]) -> str | None:
    return owning_environment(existing.get("tags") or {})


@dataclass(frozen=True, slots=True)
class ResourceKind:
    pace: PollKind
    create_timeout: float
    delete_timeout: float
    build_id: Callable[[ResourceTarget], str]
    build_body: Callable[[EnvironmentSpec, ResourceTarget, Body | None], Body]
    """From the existing resource, if there is one: settings from elsewhere are kept."""
    shortest_creation: float = 0.0
    """Seconds from the PUT that Azure answered with 201; it is not polled before."""
    owner_kind: str | None = None
    """Kind of the parent that states the owner; None: it does itself."""
    read_owner: Callable[[Mapping[str, Any]], str | None] = _owner_by_tags
    """The environment that it is marked for."""
    is_at_others: bool = False
    """Whether it is at a resource of others: what the app may not read there it has not made."""
    source_kind: str | None = None
    """Kind of another resource of the cell, which decides what the body says."""
    read_result: Callable[[Body], Body] = lambda body: {}
    is_current: Callable[[Body, Body], bool] | None = None
    """None: always PUT; Front Door answers an unchanged PUT with 200 and starts no operation."""


def _resource_group_id(target: ResourceTarget) -> str:
    name = target.environment
    group = (
        naming.cell_resource_group(name, target.region)
        if target.region
        else naming.edge_resource_group(name)
    )
    return naming.resource_group_id(target.subscription_id, group)


def _role_assignment_id(target: ResourceTarget) -> str:
    grant = _grant_of(target)
    return naming.role_assignment_id(
        target.subscription_id, target.environment, target.region, grant.scope, grant.role
    )


def _grant_of(target: ResourceTarget) -> RoleGrant:
    if target.grant is None:
        raise ValueError(f"A target of the kind {target.kind} needs a grant.")
    return target.grant


def _edge(
    kind: str,
    build_id: Callable[[ResourceTarget], str],
    build_body: Callable[[EnvironmentSpec, ResourceTarget], Body],
    *,
    has_tags: bool = False,
    create_timeout: float = deadlines.FRONT_DOOR,
    read_result: Callable[[Body], Body] = lambda body: {},
) -> ResourceKind:
    return ResourceKind(
        pace=PollKind.FRONT_DOOR,
        create_timeout=create_timeout,
        delete_timeout=deadlines.FRONT_DOOR,
        build_id=build_id,
        build_body=lambda spec, target, existing: merge_edge(
            kind, build_body(spec, target), existing
        ),
        owner_kind=None if has_tags else "profile",
        read_result=read_result,
    )


def _maintenance(schedule: str) -> ResourceKind:
    return ResourceKind(
        pace=PollKind.AKS,
        create_timeout=deadlines.MAINTENANCE,
        delete_timeout=deadlines.MAINTENANCE,
        build_id=lambda t: naming.maintenance_configuration_id(
            t.subscription_id, t.environment, t.region, schedule
        ),
        build_body=lambda spec, t, existing: build_maintenance_configuration(
            spec, t.region, existing
        ),
        owner_kind="managedCluster",
        is_current=is_part_current,
    )


KINDS: Mapping[str, ResourceKind] = {
    "resourceGroup": ResourceKind(
        pace=PollKind.RESOURCE_GROUP,
        create_timeout=deadlines.RESOURCE_GROUP,
        delete_timeout=deadlines.RESOURCE_GROUP_DELETE,
        build_id=_resource_group_id,
        build_body=lambda spec, t, existing: arm_bodies.build_resource_group(
            spec, t.region or spec.regions[0], existing
        ),
    ),
    "managedCluster": ResourceKind(
        pace=PollKind.AKS,
        create_timeout=deadlines.MANAGED_CLUSTER,
        delete_timeout=deadlines.MANAGED_CLUSTER_DELETE,
        build_id=lambda t: naming.cluster_id(t.subscription_id, t.environment, t.region),
        build_body=lambda spec, t, existing: arm_bodies.build_managed_cluster(
            spec, t.region, existing, t.api_server_ranges, t.log_workspace_id
        ),
        shortest_creation=116.0,  # of 4,101 recorded; 177 s in nine of ten
        read_result=lambda body: {"fqdn": body["properties"].get("fqdn", "")},
        is_current=is_cluster_current,
    ),
    "agentPool": ResourceKind(
        pace=PollKind.AKS,
        create_timeout=deadlines.START_GPU_POOL,
        delete_timeout=deadlines.EMPTY_GPU_POOL,
        build_id=lambda t: naming.agent_pool_id(t.subscription_id, t.environment, t.region),
        build_body=lambda spec, t, existing: arm_bodies.build_agent_pool(spec, existing),
        shortest_creation=54.0,  # of 817 recorded
        owner_kind="managedCluster",
        is_current=is_pool_current,
    ),
    # Its service is made by the cluster, for the Service that asks for it; a connection to it is
    # what is approved and deleted.
    "privateLink": ResourceKind(
        pace=PollKind.NETWORK,
        create_timeout=deadlines.PRIVATE_LINK,
        delete_timeout=deadlines.PRIVATE_LINK,
        build_id=lambda t: naming.private_link_service_id(
            t.subscription_id, t.environment, t.region
        ),
        build_body=lambda spec, t, connection: build_approval(connection or {}),
        owner_kind="managedCluster",
    ),
    "autoUpgradeSchedule": _maintenance(naming.AUTO_UPGRADE_SCHEDULE),
    "nodeOSUpgradeSchedule": _maintenance(naming.NODE_OS_UPGRADE_SCHEDULE),
    "identity": ResourceKind(
        pace=PollKind.RESOURCE_GROUP,
        create_timeout=deadlines.IDENTITY,
        delete_timeout=deadlines.IDENTITY,
        build_id=lambda t: naming.identity_id(t.subscription_id, t.environment, t.region),
        build_body=lambda spec, t, existing: build_identity(spec, t.region, existing),
    ),
    "federatedCredential": ResourceKind(
        pace=PollKind.RESOURCE_GROUP,
        create_timeout=deadlines.IDENTITY,
        delete_timeout=deadlines.IDENTITY,
        build_id=lambda t: naming.federated_credential_id(
            t.subscription_id, t.environment, t.region
        ),
        build_body=lambda spec, t, existing: build_federated_credential(spec, t.source or {}),
        owner_kind="identity",
        source_kind="managedCluster",
        is_current=is_part_current,
    ),
    "dnsRecord": ResourceKind(
        pace=PollKind.RESOURCE_GROUP,
        create_timeout=deadlines.DNS_RECORD,
        delete_timeout=deadlines.DNS_RECORD,
        build_id=lambda t: t.record_id,
        build_body=lambda spec, t, existing: build_dns_record(
            spec, t.region, t.subscription_id, existing
        ),
        read_owner=read_record_owner,
        is_at_others=True,
        is_current=is_record_current,
    ),
    "roleAssignment": ResourceKind(
        pace=PollKind.RESOURCE_GROUP,
        create_timeout=deadlines.ROLE_ASSIGNMENT,
        delete_timeout=deadlines.ROLE_ASSIGNMENT,
        build_id=_role_assignment_id,
        build_body=lambda spec, t, existing: build_role_assignment(_grant_of(t), t.environment),
        read_owner=read_owner,
        is_at_others=True,
        is_current=is_assignment_current,
    ),
    "profile": _edge(
        "profile",
        lambda t: naming.profile_id(t.subscription_id, t.environment),
        lambda spec, t: front_door_bodies.build_profile(spec),
        has_tags=True,
        read_result=lambda body: {"frontDoorId": body["properties"].get("frontDoorId", "")},
    ),
    "endpoint": _edge(
        "endpoint",
        lambda t: naming.endpoint_id(t.subscription_id, t.environment),
        lambda spec, t: front_door_bodies.build_endpoint(spec),
        has_tags=True,
        read_result=lambda body: {"hostName": body["properties"]["hostName"]},
    ),
    "originGroup": _edge(
        "originGroup",
        lambda t: naming.origin_group_id(t.subscription_id, t.environment),
        lambda spec, t: front_door_bodies.build_origin_group(spec),
    ),
    "origin": _edge(
        "origin",
        lambda t: naming.origin_id(t.subscription_id, t.environment, t.region),
        lambda spec, t: front_door_bodies.build_origin(
            spec, t.region, t.subscription_id, t.front_door_id
        ),
        create_timeout=deadlines.ORIGIN,
    ),
    "route": _edge(
        "route",
        lambda t: naming.route_id(t.subscription_id, t.environment),
        lambda spec, t: front_door_bodies.build_route(spec, t.subscription_id),
    ),
    "wafPolicy": _edge(
        "wafPolicy",
        lambda t: naming.waf_policy_id(t.subscription_id, t.environment),
        lambda spec, t: front_door_bodies.build_waf_policy(spec),
        has_tags=True,
    ),
    "securityPolicy": _edge(
        "securityPolicy",
        lambda t: naming.security_policy_id(t.subscription_id, t.environment),
        lambda spec, t: front_door_bodies.build_security_policy(spec, t.subscription_id),
    ),
}


def list_group_ids(name: str, regions: Sequence[str], subscription_id: str) -> list[str]:
    """All resource groups of an environment, including those in which AKS keeps the nodes."""
    groups = [naming.edge_resource_group(name)]
    for region in regions:
        groups.append(naming.cell_resource_group(name, region))
        groups.append(naming.node_resource_group(name, region))
    return [naming.resource_group_id(subscription_id, group) for group in groups]
