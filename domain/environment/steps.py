"""The resources of an environment and the steps of its operations, in order of dependency."""

from collections.abc import Sequence

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


def plan_edge(regions: Sequence[str]) -> tuple[PlannedResource, ...]:
    """The route precedes the WAF: its propagation takes minutes and delays the operation's end.

    The environment is not Ready before the model answers through the edge, and by then the WAF
    protects it.
    """
    first = ("resourceGroup", "profile", "endpoint", "originGroup")
    last = ("route", "wafPolicy", "securityPolicy")
    return (
        *(PlannedResource(step=_edge_step(kind), kind=kind) for kind in first),
        *(
            PlannedResource(step=_edge_step("origin", region), kind="origin", region=region)
            for region in regions
        ),
        *(PlannedResource(step=_edge_step(kind), kind=kind) for kind in last),
    )


def plan_cell(region: str) -> tuple[PlannedResource, PlannedResource]:
    """Resource group and cluster; pools, workload and public address are parts of the cluster."""
    return (
        PlannedResource(
            step=_cell_step(region, "resourceGroup"), kind="resourceGroup", region=region
        ),
        PlannedResource(
            step=_cell_step(region, "managedCluster"), kind="managedCluster", region=region
        ),
    )


def plan_gpu_pool(region: str) -> PlannedResource:
    """A new cluster comes with its pool; one that was deleted since is created by itself."""
    return PlannedResource(step=gpu_pool_step(region), kind="agentPool", region=region)


def workload_step(region: str) -> StepKey:
    return _cell_step(region, "workload")


def nodes_step(region: str) -> StepKey:
    return _cell_step(region, "nodes")


def external_ip_step(region: str) -> StepKey:
    return _cell_step(region, "externalIp")


def pods_step(region: str) -> StepKey:
    return _cell_step(region, "pods")


def settings_step(region: str) -> StepKey:
    return _cell_step(region, "settings")


def gpu_pool_step(region: str) -> StepKey:
    return _cell_step(region, "gpuPool")


def autoscaler_step(region: str) -> StepKey:
    return _cell_step(region, "autoscaler")


def traffic_step(region: str) -> StepKey:
    return _cell_step(region, "traffic")


def stop_gpu_cost_step(region: str) -> StepKey:
    return _cell_step(region, "gpuPoolToZero")


def only_reads(step_name: str) -> bool:
    return _last(step_name) in {"settings", "nodes", "externalIp", "pods", "probe"}


def stops_gpu_cost(step_name: str) -> bool:
    return _last(step_name) == "gpuPoolToZero"


def is_workload_step(step_name: str) -> bool:
    """Whether the step applies Kubernetes objects."""
    return _last(step_name) in {"workload", "traffic"}


def _last(step_name: str) -> str:
    return step_name.rpartition("/")[2]


def plan_provision_steps(regions: Sequence[str]) -> tuple[StepKey, ...]:
    """In reading order."""
    cells: list[StepKey] = []
    for region in regions:
        cells += [resource.step for resource in plan_cell(region)]
        cells += [gpu_pool_step(region), workload_step(region), *_readiness_steps(region)]
    return (*(resource.step for resource in plan_edge(regions)), *cells, PROBE_STEP)


def plan_delete_steps(regions: Sequence[str]) -> tuple[StepKey, ...]:
    cells = [resource.step for region in regions for resource in reversed(plan_cell(region))]
    return (*cells, *(resource.step for resource in reversed(plan_edge(regions))))


def plan_scale_down_steps(regions: Sequence[str]) -> tuple[StepKey, ...]:
    steps = (settings_step, gpu_pool_step, workload_step)
    return tuple(step(region) for region in regions for step in steps)


def plan_wake_steps(regions: Sequence[str]) -> tuple[StepKey, ...]:
    cells: list[StepKey] = []
    for region in regions:
        cells += [gpu_pool_step(region), autoscaler_step(region), workload_step(region)]
        cells += [*_readiness_steps(region), traffic_step(region)]
    return (*cells, PROBE_STEP)


def _readiness_steps(region: str) -> tuple[StepKey, ...]:
    return (nodes_step(region), external_ip_step(region), pods_step(region))


def _edge_step(*names: str) -> StepKey:
    return StepKey(path=("edge", *names))


def _cell_step(region: str, name: str) -> StepKey:
    return StepKey(path=("cell", region, name))
