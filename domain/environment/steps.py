"""The resources of an environment and the steps of its operations, in order of dependency."""

from collections.abc import Sequence

from domain.catalog.roles import ACR_PULL
from domain.environment.step_keys import (
    END_NEXT_STEP,
    IMAGE_STEP,
    NEXT_PROBE_STEP,
    PROBE_STEP,
    PROMOTION,
    StepKey,
    again_step,
    assignment_step,
    autoscaler_step,
    cell_step,
    certificate_access_step,
    edge_step,
    external_ip_step,
    gateway_step,
    gpu_pool_step,
    nodes_step,
    pods_step,
    registry_access_step,
    serving_step,
    settings_step,
    traffic_step,
    vault_access_step,
    version_probe_step,
    watch_step,
    weights_access_step,
    workload_step,
)
from domain.spec.role_access import GrantedRole, RoleAccess
from domain.wire import WireModel

DNS_RECORD_KIND = "dnsRecord"


class PlannedResource(WireModel):
    """One ARM resource and the step of an operation that creates or deletes it."""

    step: StepKey
    kind: str
    region: str = ""
    """Empty for the parts of the edge."""
    scope: str | None = None
    """Of a role assignment: the ARM id of the resource that it is at."""
    role: str | None = None
    """Of a role assignment: the name of the role's definition."""
    record: str | None = None
    """Of a DNS record: its ARM id."""
    awaits_cells: bool = False
    """Whether its creation waits until a cell, which is built beside it, has an origin."""


def plan_edge(
    regions: Sequence[str], *, has_private_origins: bool = False
) -> tuple[PlannedResource, ...]:
    """In reading order, each part after those that it needs; deletions go the other way.

    Private origins are parts of the cells that they connect to; the route waits for the first of
    them, so it comes last.
    """
    first = ("resourceGroup", "profile", "endpoint", "originGroup")
    last = ("route", "wafPolicy", "securityPolicy")
    if has_private_origins:
        regions, last = (), ("wafPolicy", "securityPolicy", "route")
    return (
        *(PlannedResource(step=edge_step(kind), kind=kind) for kind in first),
        *(
            PlannedResource(step=edge_step("origin", region), kind="origin", region=region)
            for region in regions
        ),
        *(
            PlannedResource(
                step=edge_step(kind),
                kind=kind,
                awaits_cells=has_private_origins and kind == "route",
            )
            for kind in last
        ),
    )


def plan_cell(region: str, attempt: int = 1) -> tuple[PlannedResource, PlannedResource]:
    """Resource group and cluster; pools, workload and public address are parts of the cluster.

    `attempt`: of building the cell; the steps of each have names of their own.
    """
    group, cluster = (
        PlannedResource(step=cell_step(region, kind, attempt), kind=kind, region=region)
        for kind in ("resourceGroup", "managedCluster")
    )
    return group, cluster


def plan_private_origin(region: str, attempt: int = 1) -> tuple[PlannedResource, PlannedResource]:
    """The origin of a cell, and the approval of the connection that it asks for."""
    origin, link = (
        PlannedResource(step=cell_step(region, kind, attempt), kind=kind, region=region)
        for kind in ("origin", "privateLink")
    )
    return origin, link


def plan_role_assignments(
    region: str, roles: Sequence[GrantedRole]
) -> tuple[PlannedResource, ...]:
    """Those of a cell at resources of others, which do not go with its resource group."""
    return tuple(
        PlannedResource(
            step=assignment_step(region, each),
            kind="roleAssignment",
            region=region,
            scope=each.scope,
            role=each.role,
        )
        for each in roles
    )


def plan_dns_record(
    region: str, records: str | None, attempt: int = 1
) -> tuple[PlannedResource, ...]:
    """By which the name of a cell's origin leads to it, if it is made here. `records`: ARM ids,
    with `{region}` in place of the cell's."""
    if records is None:
        return ()
    record = PlannedResource(
        step=cell_step(region, DNS_RECORD_KIND, attempt),
        kind=DNS_RECORD_KIND,
        region=region,
        record=records.format(region=region),
    )
    return (record,)


def plan_cell_removal(
    region: str, roles: Sequence[GrantedRole] = (), records: str | None = None
) -> tuple[PlannedResource, ...]:
    """What is deleted of a cell that moves to another region; a private origin stays until there
    is another, because Front Door refuses to delete the last one."""
    return tuple(
        each.model_copy(update={"step": StepKey(path=("cell", region, "removal", each.step.last))})
        for each in plan_cell_deletion(region, roles, records)
    )


def plan_moved_origins(
    regions: Sequence[str], left: Sequence[str]
) -> tuple[tuple[PlannedResource, ...], tuple[PlannedResource, ...]]:
    """The origins to create and to delete once cells have moved from the regions in `left`."""
    created, deleted = (
        tuple(
            PlannedResource(step=edge_step("origin", each, *what), kind="origin", region=each)
            for each in where
        )
        for where, what in ((regions, ()), (left, ("removal",)))
    )
    return created, deleted


def plan_gpu_pool(region: str, attempt: int = 1) -> PlannedResource:
    """A new cluster comes with its pool; one that was deleted since is created by itself."""
    return PlannedResource(step=gpu_pool_step(region, attempt), kind="agentPool", region=region)


def plan_maintenance(region: str, attempt: int = 1) -> tuple[PlannedResource, PlannedResource]:
    """Windows of the upgrades of Kubernetes and of the nodes' system."""
    kubernetes, nodes = (
        PlannedResource(step=cell_step(region, kind, attempt), kind=kind, region=region)
        for kind in ("autoUpgradeSchedule", "nodeOSUpgradeSchedule")
    )
    return kubernetes, nodes


def plan_identity(region: str, attempt: int = 1) -> tuple[PlannedResource, PlannedResource]:
    """The identity that reads secrets, weights and certificate, and its credential for the
    cluster's tokens."""
    identity, credential = (
        PlannedResource(step=cell_step(region, kind, attempt), kind=kind, region=region)
        for kind in ("identity", "federatedCredential")
    )
    return identity, credential


def plan_provision_steps(
    regions: Sequence[str],
    roles: Sequence[GrantedRole] = (),
    *,
    has_private_origins: bool = False,
) -> tuple[StepKey, ...]:
    """In reading order. `roles`: those that the specification has assigned to each cell."""
    has_registry = any(each.role == ACR_PULL for each in roles)
    cells: list[StepKey] = []
    for region in regions:
        cells += [resource.step for resource in plan_cell(region)]
        cells += [registry_access_step(region)] if has_registry else []
        cells += [gpu_pool_step(region), workload_step(region), gateway_step(region)]
        cells += [resource.step for resource in plan_maintenance(region)]
        cells += _readiness_steps(region)
        if has_private_origins:
            cells += [resource.step for resource in plan_private_origin(region)]
    image = (IMAGE_STEP,) if has_registry else ()
    edge = plan_edge(regions, has_private_origins=has_private_origins)
    return (*image, *(resource.step for resource in edge), *cells, PROBE_STEP)


def with_identity_steps(
    steps: Sequence[StepKey],
    vault: RoleAccess | None,
    weights: RoleAccess | None,
    certificate: RoleAccess | None = None,
) -> tuple[StepKey, ...]:
    """Of a build, with those of cells that read secrets, weights or a certificate around the
    cluster's."""
    if vault is None and weights is None and certificate is None:
        return tuple(steps)
    planned: list[StepKey] = []
    for step in steps:
        if step.last != "managedCluster":
            planned.append(step)
            continue
        region = step.path[1]
        identity, credential = (each.step for each in plan_identity(region))
        grants = _grant_steps(region, vault, weights, certificate)
        planned += [identity, *grants, step, credential]
    return tuple(planned)


def with_shift_steps(
    steps: Sequence[StepKey], regions: Sequence[str], weights: Sequence[int]
) -> tuple[StepKey, ...]:
    """Of an update that brings a new version beside the one that serves: before the edge's
    probe, which comes last."""
    shares = [each for w in weights for each in (traffic_step(str(w)), watch_step(str(w)))]
    promoted = [
        again_step(region, PROMOTION, name)
        for region in regions
        for name in ("workload", "nodes", "externalIp", "pods")
    ]
    alone = (
        version_probe_step(PROMOTION),
        traffic_step(PROMOTION),
        watch_step(PROMOTION),
    )
    *before, probe = steps
    return (*before, NEXT_PROBE_STEP, *shares, *promoted, *alone, END_NEXT_STEP, probe)


def with_dns_steps(steps: Sequence[StepKey], records: str | None) -> tuple[StepKey, ...]:
    """Of a build, with those that make the cells' DNS records, before the clusters."""
    planned: list[StepKey] = []
    for step in steps:
        if step.last == "managedCluster":
            planned += [each.step for each in plan_dns_record(step.path[1], records)]
        planned.append(step)
    return tuple(planned)


def _grant_steps(
    region: str,
    vault: RoleAccess | None,
    weights: RoleAccess | None,
    certificate: RoleAccess | None,
) -> tuple[StepKey, ...]:
    steps = (
        (vault_access_step, vault),
        (weights_access_step, weights),
        (certificate_access_step, certificate),
    )
    return tuple(step(region) for step, access in steps if access is RoleAccess.GRANTED)


def plan_cell_deletion(
    region: str,
    roles: Sequence[GrantedRole] = (),
    records: str | None = None,
    *,
    has_private_origins: bool = False,
) -> tuple[PlannedResource, ...]:
    """In the order of deletion: a name first that would lead nowhere, or a private origin, whose
    connection keeps the cluster and would come again, then role assignments, the resource group
    last."""
    origin = plan_private_origin(region)[:1] if has_private_origins else ()
    others = reversed((*plan_cell(region), *plan_role_assignments(region, roles)))
    return (*plan_dns_record(region, records), *origin, *others)


def plan_delete_steps(
    regions: Sequence[str],
    roles: Sequence[GrantedRole] = (),
    records: str | None = None,
    *,
    has_private_origins: bool = False,
) -> tuple[StepKey, ...]:
    """`roles`: all that may have been assigned to the cells."""
    cells = [
        each.step
        for region in regions
        for each in plan_cell_deletion(
            region, roles, records, has_private_origins=has_private_origins
        )
    ]
    edge = plan_edge(regions, has_private_origins=has_private_origins)
    return (*cells, *(resource.step for resource in reversed(edge)))


def plan_scale_down_steps(regions: Sequence[str]) -> tuple[StepKey, ...]:
    steps = (settings_step, gpu_pool_step, workload_step)
    return tuple(step(region) for region in regions for step in steps)


def plan_wake_steps(regions: Sequence[str]) -> tuple[StepKey, ...]:
    cells: list[StepKey] = []
    for region in regions:
        cells += [gateway_step(region), workload_step(region)]
        cells += [gpu_pool_step(region), autoscaler_step(region)]
        cells += [*_readiness_steps(region), serving_step(region)]
    return (*cells, PROBE_STEP)


def _readiness_steps(region: str) -> tuple[StepKey, ...]:
    return (nodes_step(region), external_ip_step(region), pods_step(region))
