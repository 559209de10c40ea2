"""The resources of an environment and the steps of its operations, in order of dependency."""

from collections.abc import Collection, Sequence

from domain.wire import WireModel


class StepKey(WireModel):
    """Identifies a step within its operation."""

    path: tuple[str, ...]

    @property
    def name(self) -> str:
        """The step's name on the operation, such as `cell/westeurope/nodes`."""
        return "/".join(self.path)


PROBE_STEP = StepKey(path=("probe",))


class PlannedResource(WireModel):
    """One ARM resource and the step of an operation that creates or deletes it."""

    step: StepKey
    kind: str
    region: str = ""
    """Empty for the parts of the edge."""
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


def plan_cell_deletion(
    region: str, *, has_private_origins: bool = False
) -> tuple[PlannedResource, ...]:
    """With a private origin, whose connection keeps the cluster, and would come again."""
    origin = plan_private_origin(region)[:1] if has_private_origins else ()
    return (*origin, *reversed(plan_cell(region)))


def plan_cell_removal(region: str) -> tuple[PlannedResource, ...]:
    """What is deleted of a cell that moves to another region; a private origin stays until there
    is another, because Front Door refuses to delete the last one."""
    return tuple(
        PlannedResource(
            step=StepKey(path=("cell", region, "removal", each.kind)),
            kind=each.kind,
            region=region,
        )
        for each in reversed(plan_cell(region))
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
    is_removal = step_name.split("/")[2:3] == ["removal"]
    return is_removal or stops_gpu_cost(step_name) or _last(step_name) in also


def only_reads(step_name: str) -> bool:
    return _last(step_name) in {"settings", "nodes", "externalIp", "pods", "probe"}


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
    regions: Sequence[str], *, has_private_origins: bool = False
) -> tuple[StepKey, ...]:
    """In reading order."""
    cells: list[StepKey] = []
    for region in regions:
        cells += [resource.step for resource in plan_cell(region)]
        cells += [gpu_pool_step(region), workload_step(region), gateway_step(region)]
        cells += [resource.step for resource in plan_maintenance(region)]
        cells += _readiness_steps(region)
        if has_private_origins:
            cells += [resource.step for resource in plan_private_origin(region)]
    edge = plan_edge(regions, has_private_origins=has_private_origins)
    return (*(resource.step for resource in edge), *cells, PROBE_STEP)


def plan_delete_steps(
    regions: Sequence[str], *, has_private_origins: bool = False
) -> tuple[StepKey, ...]:
    cells = [
        resource.step
        for region in regions
        for resource in plan_cell_deletion(region, has_private_origins=has_private_origins)
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
