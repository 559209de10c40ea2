"""Names of steps, and what each means for GPU nodes and resources."""

from collections.abc import Collection

from domain.catalog.roles import ACR_PULL, KEY_VAULT_SECRETS_USER, STORAGE_BLOB_DATA_READER
from domain.spec.role_access import GrantedRole
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


def edge_step(*names: str) -> StepKey:
    return StepKey(path=("edge", *names))


def cell_step(region: str, name: str, attempt: int = 1) -> StepKey:
    again = () if attempt == 1 else (f"attempt-{attempt}",)
    return StepKey(path=("cell", region, *again, name))


def registry_access_step(region: str, attempt: int = 1) -> StepKey:
    """The cluster's nodes are given the right to pull the image."""
    return cell_step(region, "registryAccess", attempt)


def vault_access_step(region: str, attempt: int = 1) -> StepKey:
    """The role on the vault of the identity that reads the secrets."""
    return cell_step(region, "vaultAccess", attempt)


def weights_access_step(region: str, attempt: int = 1) -> StepKey:
    """The role of the same identity on the account with the weights."""
    return cell_step(region, "weightsAccess", attempt)


def certificate_access_step(region: str, attempt: int = 1) -> StepKey:
    """The role of the same identity on the vault with the gateway's certificate."""
    return cell_step(region, "certificateAccess", attempt)


ACCESS_STEPS = {
    ACR_PULL: registry_access_step,
    KEY_VAULT_SECRETS_USER: vault_access_step,
    STORAGE_BLOB_DATA_READER: weights_access_step,
}
"""By role: the step that assigns it to the identity of a cell."""


def assignment_step(region: str, granted: GrantedRole) -> StepKey:
    """The role is taken back: one operation may do that at several resources."""
    last = ACCESS_STEPS[granted.role](region).last
    return cell_step(region, f"{last}-{granted.scope.rpartition('/')[2].lower()}")


def workload_step(region: str, attempt: int = 1) -> StepKey:
    return cell_step(region, "workload", attempt)


def readiness_key(region: str, attempt: int = 1) -> StepKey:
    """Of the wait for the steps nodes, externalIp and pods."""
    return cell_step(region, "ready", attempt)


def connection_key(region: str, attempt: int = 1) -> StepKey:
    """Of the steps origin and privateLink."""
    return cell_step(region, "connection", attempt)


def nodes_step(region: str, attempt: int = 1) -> StepKey:
    return cell_step(region, "nodes", attempt)


def external_ip_step(region: str, attempt: int = 1) -> StepKey:
    return cell_step(region, "externalIp", attempt)


def pods_step(region: str, attempt: int = 1) -> StepKey:
    return cell_step(region, "pods", attempt)


PROMOTION, RESTORATION = "promotion", "restoration"
"""The new version in the place of the old one, and the old one there again."""

COMPLETION = "completion"
"""Of a promotion whose operation was ended on the way."""


def again_step(region: str, why: str, name: str) -> StepKey:
    """A step of a cell that its operation has taken before."""
    return StepKey(path=("cell", region, why, name))


NEXT_PROBE_STEP = StepKey(path=("traffic", "probe"))
"""The new version answers through every gateway."""

END_NEXT_STEP = StepKey(path=("traffic", "end"))
"""The replicas beside those that serve end."""


def version_probe_step(why: str) -> StepKey:
    """The version in the usual place answers through every gateway."""
    return StepKey(path=("traffic", why, "probe"))


def traffic_step(share: str) -> StepKey:
    """Gateways are told; `share`: percent of the new version, or who serves alone."""
    return StepKey(path=("traffic", share))


def watch_step(share: str) -> StepKey:
    """Every gateway has the share, and its answers are watched."""
    return StepKey(path=("traffic", share, "watch"))


def settings_step(region: str) -> StepKey:
    return cell_step(region, "settings")


def gpu_pool_step(region: str, attempt: int = 1) -> StepKey:
    return cell_step(region, "gpuPool", attempt)


def autoscaler_step(region: str, attempt: int = 1) -> StepKey:
    return cell_step(region, "autoscaler", attempt)


def gateway_step(region: str, attempt: int = 1) -> StepKey:
    return cell_step(region, "gateway", attempt)


def serving_step(region: str, attempt: int = 1) -> StepKey:
    """The gateway is told that the model serves."""
    return cell_step(region, "serving", attempt)


def asleep_step(region: str) -> StepKey:
    """Of a wake that has failed: the gateway tells callers again that the model is asleep."""
    return cell_step(region, "asleep")


def stop_gpu_cost_step(region: str) -> StepKey:
    return cell_step(region, "gpuPoolToZero")


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
