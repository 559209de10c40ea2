"""The resources of an environment and the steps of its operations, in order of dependency."""

from collections.abc import Collection, Sequence

from domain.catalog.roles import ACR_PULL
from domain.spec.secrets import VaultAccess
from domain.wire import WireModel


class StepKey(WireModel):
    """Identifies a step within its operation."""

    path: tuple[str, ...]

    @property
    def name(self) -> str:
        """The step's name on the operation, such as `cell/westeurope/nodes`."""
        return "/".join(self.path)

    @property
    def last(self) -> str:
        return self.path[-1]


PROBE_STEP = StepKey(path=("probe",))
IMAGE_STEP = StepKey(path=("image",))


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
    awaits_cells: bool = False
    """Whether its creation waits until a cell, which is built beside it, has an origin."""


def plan_edge(
    regions: Sequence[str], *, has_private_origins: bool = False
) -> tuple[PlannedResource, ...]:
    """The route precedes the WAF: its propagation takes minutes and delays the operation's end.

    The environment is not Ready before the model answers through the edge, and by then the WAF
    protects it. Private origins are parts of the cells that they connect to; the route waits for
    the first of them, so it comes last.
    """
    first = ("resourceGroup", "profile", "endpoint", "originGroup")
    last = ("route", "wafPolicy", "securityPolicy")
    if has_private_origins:
        regions, last = (), ("wafPolicy", "securityPolicy", "route")
    return (
        *(PlannedResource(step=_edge_step(kind), kind=kind) for kind in first),
        *(
            PlannedResource(step=_edge_step("origin", region), kind="origin", region=region)
            for region in regions
        ),
        *(
            PlannedResource(
                step=_edge_step(kind),
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
        PlannedResource(step=_cell_step(region, kind, attempt), kind=kind, region=region)
        for kind in ("resourceGroup", "managedCluster")
    )
    return group, cluster


def plan_private_origin(region: str, attempt: int = 1) -> tuple[PlannedResource, PlannedResource]:
    """The origin of a cell, and the approval of the connection that it asks for."""
    origin, link = (
        PlannedResource(step=_cell_step(region, kind, attempt), kind=kind, region=region)
        for kind in ("origin", "privateLink")
    )
    return origin, link


def plan_registry_access(region: str, registries: Sequence[str]) -> tuple[PlannedResource, ...]:
    """The role assignments of a cell at registries, which do not go with its resource group."""
    return tuple(
        PlannedResource(
            step=_cell_step(region, f"registryAccess-{registry.rpartition('/')[2].lower()}"),
            kind="roleAssignment",
            region=region,
            scope=registry,
            role=ACR_PULL,
        )
        for registry in registries
    )


def plan_cell_removal(region: str, registries: Sequence[str] = ()) -> tuple[PlannedResource, ...]:
    """What is deleted of a cell that moves to another region; a private origin stays until there
    is another, because Front Door refuses to delete the last one."""
    return tuple(
        each.model_copy(update={"step": StepKey(path=("cell", region, "removal", each.step.last))})
        for each in plan_cell_deletion(region, registries)
    )


def plan_moved_origins(
    regions: Sequence[str], left: Sequence[str]
) -> tuple[tuple[PlannedResource, ...], tuple[PlannedResource, ...]]:
    """The origins to create and to delete once cells have moved from the regions in `left`."""
    created, deleted = (
        tuple(
            PlannedResource(step=_edge_step("origin", each, *what), kind="origin", region=each)
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
        PlannedResource(step=_cell_step(region, kind, attempt), kind=kind, region=region)
        for kind in ("autoUpgradeSchedule", "nodeOSUpgradeSchedule")
    )
    return kubernetes, nodes


def registry_access_step(region: str, attempt: int = 1) -> StepKey:
    """The cluster's nodes are given the right to pull the image."""
    return _cell_step(region, "registryAccess", attempt)


def plan_identity(region: str, attempt: int = 1) -> tuple[PlannedResource, PlannedResource]:
    """The identity that reads secrets and weights, and its credential for the cluster's tokens."""
    identity, credential = (
        PlannedResource(step=_cell_step(region, kind, attempt), kind=kind, region=region)
        for kind in ("identity", "federatedCredential")
    )
    return identity, credential


def vault_access_step(region: str, attempt: int = 1) -> StepKey:
    """The role on the vault of the identity that reads the secrets."""
    return _cell_step(region, "vaultAccess", attempt)


def weights_access_step(region: str, attempt: int = 1) -> StepKey:
    """The role of the same identity on the account with the weights."""
    return _cell_step(region, "weightsAccess", attempt)


def workload_step(region: str, attempt: int = 1) -> StepKey:
    return _cell_step(region, "workload", attempt)


def readiness_key(region: str, attempt: int = 1) -> StepKey:
    """Of the wait for the steps nodes, externalIp and pods."""
    return _cell_step(region, "ready", attempt)


def connection_key(region: str, attempt: int = 1) -> StepKey:
    """Of the steps origin and privateLink."""
    return _cell_step(region, "connection", attempt)


def nodes_step(region: str, attempt: int = 1) -> StepKey:
    return _cell_step(region, "nodes", attempt)


def external_ip_step(region: str, attempt: int = 1) -> StepKey:
    return _cell_step(region, "externalIp", attempt)


def pods_step(region: str, attempt: int = 1) -> StepKey:
    return _cell_step(region, "pods", attempt)


def settings_step(region: str) -> StepKey:
    return _cell_step(region, "settings")


def gpu_pool_step(region: str, attempt: int = 1) -> StepKey:
    return _cell_step(region, "gpuPool", attempt)


def autoscaler_step(region: str, attempt: int = 1) -> StepKey:
    return _cell_step(region, "autoscaler", attempt)


def gateway_step(region: str, attempt: int = 1) -> StepKey:
    return _cell_step(region, "gateway", attempt)


def serving_step(region: str, attempt: int = 1) -> StepKey:
    """The gateway is told that the model serves."""
    return _cell_step(region, "serving", attempt)


def asleep_step(region: str) -> StepKey:
    """Of a wake that has failed: the gateway tells callers again that the model is asleep."""
    return _cell_step(region, "asleep")


def stop_gpu_cost_step(region: str) -> StepKey:
    return _cell_step(region, "gpuPoolToZero")


def cell_region(step_name: str) -> str | None:
    """None for a step of no cell."""
    first, *others = step_name.split("/")
    return others[0] if first == "cell" and others else None


def waits_for_gpu_nodes(step_name: str) -> bool:
    return _last(step_name) == "nodes"


def removes_gpu_nodes(step_name: str, also: Collection[str] = ()) -> bool:
    """`also`: last parts of names that have this effect in the operation at hand."""
    is_removal = step_name.split("/")[2:] in (
        ["removal", "managedCluster"],
        ["removal", "resourceGroup"],
    )
    return is_removal or stops_gpu_cost(step_name) or _last(step_name) in also


def only_reads(step_name: str) -> bool:
    return _last(step_name) in {"image", "settings", "nodes", "externalIp", "pods", "probe"}


def stops_gpu_cost(step_name: str) -> bool:
    return _last(step_name) == "gpuPoolToZero"


def puts_to_sleep(step_name: str) -> bool:
    return _last(step_name) == "asleep"


def is_workload_step(step_name: str) -> bool:
    """Whether the step applies Kubernetes objects."""
    return _last(step_name) in {"workload", "gateway", "serving", "asleep"}


def _last(step_name: str) -> str:
    return step_name.rpartition("/")[2]


def plan_provision_steps(
    regions: Sequence[str], registries: Sequence[str] = (), *, has_private_origins: bool = False
) -> tuple[StepKey, ...]:
    """In reading order. `registries`: of the image, if it is in one that the clusters may read."""
    cells: list[StepKey] = []
    for region in regions:
        cells += [resource.step for resource in plan_cell(region)]
        cells += [registry_access_step(region)] if registries else []
        cells += [gpu_pool_step(region), workload_step(region), gateway_step(region)]
        cells += [resource.step for resource in plan_maintenance(region)]
        cells += _readiness_steps(region)
        if has_private_origins:
            cells += [resource.step for resource in plan_private_origin(region)]
    image = (IMAGE_STEP,) if registries else ()
    edge = plan_edge(regions, has_private_origins=has_private_origins)
    return (*image, *(resource.step for resource in edge), *cells, PROBE_STEP)


def with_identity_steps(
    steps: Sequence[StepKey], vault: VaultAccess | None, weights: VaultAccess | None
) -> tuple[StepKey, ...]:
    """Of a build, with those of cells that read secrets or weights around the cluster's."""
    if vault is None and weights is None:
        return tuple(steps)
    planned: list[StepKey] = []
    for step in steps:
        if _last(step.name) != "managedCluster":
            planned.append(step)
            continue
        region = step.path[1]
        identity, credential = (each.step for each in plan_identity(region))
        planned += [identity, *_grant_steps(region, vault, weights), step, credential]
    return tuple(planned)


def _grant_steps(
    region: str, vault: VaultAccess | None, weights: VaultAccess | None
) -> tuple[StepKey, ...]:
    steps = ((vault_access_step, vault), (weights_access_step, weights))
    return tuple(step(region) for step, access in steps if access is VaultAccess.GRANTED)


def plan_cell_deletion(
    region: str, registries: Sequence[str] = (), *, has_private_origins: bool = False
) -> tuple[PlannedResource, ...]:
    """In the order of deletion: a private origin first, whose connection keeps the cluster and
    would come again, then role assignments, the resource group last."""
    origin = plan_private_origin(region)[:1] if has_private_origins else ()
    others = reversed((*plan_cell(region), *plan_registry_access(region, registries)))
    return (*origin, *others)


def plan_delete_steps(
    regions: Sequence[str], registries: Sequence[str] = (), *, has_private_origins: bool = False
) -> tuple[StepKey, ...]:
    """`registries`: at which the cells may have been given roles."""
    cells = [
        each.step
        for region in regions
        for each in plan_cell_deletion(region, registries, has_private_origins=has_private_origins)
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


def _edge_step(*names: str) -> StepKey:
    return StepKey(path=("edge", *names))


def _cell_step(region: str, name: str, attempt: int = 1) -> StepKey:
    again = () if attempt == 1 else (f"attempt-{attempt}",)
    return StepKey(path=("cell", region, *again, name))
