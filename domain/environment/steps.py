"""Which resources make up an environment, in the order in which one needs the other."""

from collections.abc import Sequence

from domain.wire import WireModel

PROBE_STEP = "probe"


class PlannedResource(WireModel):
    """One ARM resource and the step of an operation that creates or deletes it."""

    step: str
    kind: str
    region: str = ""


def plan_edge(regions: Sequence[str]) -> tuple[PlannedResource, ...]:
    """The route comes before the WAF: its propagation takes minutes, and each of them counts.

    Until the model answers through the edge the environment is not Ready, and by then the WAF
    protects it.
    """
    first = ("resourceGroup", "profile", "endpoint", "originGroup")
    last = ("route", "wafPolicy", "securityPolicy")
    return (
        *(PlannedResource(step=f"edge/{kind}", kind=kind) for kind in first),
        *(
            PlannedResource(step=f"edge/origin/{region}", kind="origin", region=region)
            for region in regions
        ),
        *(PlannedResource(step=f"edge/{kind}", kind=kind) for kind in last),
    )


def plan_cell(region: str) -> tuple[PlannedResource, ...]:
    """The cluster has its pools, the workload and the public address in it."""
    return tuple(
        PlannedResource(step=f"cell/{region}/{kind}", kind=kind, region=region)
        for kind in ("resourceGroup", "managedCluster")
    )


def workload_step(region: str) -> str:
    return f"cell/{region}/workload"


def settings_step(region: str) -> str:
    return f"cell/{region}/settings"


def gpu_pool_step(region: str) -> str:
    return f"cell/{region}/gpuPool"


def autoscaler_step(region: str) -> str:
    return f"cell/{region}/autoscaler"


def traffic_step(region: str) -> str:
    return f"cell/{region}/traffic"


def readiness_steps(region: str) -> tuple[str, ...]:
    return tuple(f"cell/{region}/{name}" for name in ("nodes", "externalIp", "pods"))


def plan_provision_steps(regions: Sequence[str]) -> tuple[str, ...]:
    """Names of all steps in the order in which a person reads them."""
    cells: list[str] = []
    for region in regions:
        cells += [resource.step for resource in plan_cell(region)]
        cells.append(workload_step(region))
        cells += readiness_steps(region)
    return (*(resource.step for resource in plan_edge(regions)), *cells, PROBE_STEP)


def plan_delete_steps(regions: Sequence[str]) -> tuple[str, ...]:
    cells = [resource.step for region in regions for resource in reversed(plan_cell(region))]
    return (*cells, *(resource.step for resource in reversed(plan_edge(regions))))


def plan_scale_down_steps(regions: Sequence[str]) -> tuple[str, ...]:
    steps = (settings_step, workload_step, gpu_pool_step)
    return tuple(step(region) for region in regions for step in steps)


def plan_wake_steps(regions: Sequence[str]) -> tuple[str, ...]:
    cells: list[str] = []
    for region in regions:
        cells += [gpu_pool_step(region), autoscaler_step(region), workload_step(region)]
        cells += [*readiness_steps(region), traffic_step(region)]
    return (*cells, PROBE_STEP)
