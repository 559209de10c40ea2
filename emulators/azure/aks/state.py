"""A managed cluster as the simulator holds it, and the rule of one operation at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from emulators.azure.aks import state_errors
from emulators.azure.aks.kubeconfig import LocalAccount
from emulators.azure.arm.operations import Operation
from emulators.azure.arm.resources import Resource
from emulators.azure.kubernetes.node_pools import NodePool

POOL_TYPE = "Microsoft.ContainerService/managedClusters/agentPools"


class KubernetesCluster(Protocol):
    """What ARM does to the cluster itself."""

    def set_node_pool(self, pool: NodePool) -> None: ...

    def remove_node_pool(self, name: str) -> None: ...

    def node_count(self, pool_name: str) -> int: ...

    def stop(self) -> None: ...

    def resume(self) -> None: ...

    @property
    def has_internal_balancer(self) -> bool: ...

    def summary(self) -> dict[str, Any]: ...


ClusterFactory = Callable[[str, str, str], KubernetesCluster]
"""Makes a cluster of a name, a region and a Kubernetes version."""


@dataclass(slots=True)
class RunningOperation:
    """An operation that keeps a cluster busy; `pool` is set when it concerns one pool only."""

    kind: str
    operation: Operation | None = None
    pool: str | None = None

    @property
    def is_running(self) -> bool:
        return self.operation is None or self.operation.is_running


@dataclass(slots=True)
class ManagedCluster:
    """A cluster's ARM resource with what stands behind it."""

    resource: Resource
    api_id: str
    kubernetes: KubernetesCluster
    is_serving: bool = False
    busy: RunningOperation | None = None
    """The latest operation, deletions of pools apart."""
    leaving: dict[str, RunningOperation] = field(default_factory=dict[str, RunningOperation])
    """The latest deletions, by pool: what concerns other pools goes on beside them."""
    local_account: LocalAccount | None = None
    """Made when a kubeconfig is asked for."""
    booted: set[str] = field(default_factory=set[str])
    """The pools that Kubernetes knows."""

    @property
    def region(self) -> str:
        return self.resource.body["location"]

    def begin(self, running: RunningOperation) -> None:
        if running.pool is not None and running.kind == "Deleting":
            self.leaving[running.pool] = running
        else:
            self.busy = running

    def check_free(self, api_version: str) -> None:
        """Refuse a write on the whole cluster while another operation runs."""
        self.check_deletable(api_version)
        for pool in self.leaving:
            self._check_not_leaving(pool)

    def check_pool_free(self, pool: str, api_version: str) -> None:
        """Refuse a write on a pool while another operation runs, on another pool as well."""
        self.check_deletable(api_version)
        self._check_not_leaving(pool)

    def check_deletable(self, api_version: str) -> None:
        """Refuse a write while anything but a pool's deletion runs; AKS gives no Retry-After."""
        if self.resource.state == "Deleting":
            raise state_errors.being_deleted(self.resource.name)
        busy = self.busy
        if busy is None or not busy.is_running:
            return
        if busy.pool is not None:
            raise state_errors.pool_busy(busy.pool, busy.kind)
        if busy.operation is None:
            raise state_errors.being_saved(self.resource.name)
        raise state_errors.cluster_busy(
            busy.kind, busy.operation.id, busy.operation.started_at, api_version
        )

    def _check_not_leaving(self, pool: str) -> None:
        deletion = self.leaving.get(pool)
        if deletion is not None and deletion.is_running:
            raise state_errors.pool_busy(pool, deletion.kind)

    @property
    def is_stopped(self) -> bool:
        return self.resource.properties["powerState"]["code"] == "Stopped"

    def check_running(self, doing: str) -> None:
        """Refuse all but a start and a deletion while the cluster is stopped."""
        if self.is_stopped:
            raise state_errors.wrong_power_state(self.resource.state, "Stopped", doing)

    def abortable(self, pool: Resource | None) -> Operation:
        """The running operation of the cluster, or of that pool, unless it deletes."""
        busy = self.busy
        wanted = pool.name if pool else None
        if busy is None or not busy.is_running or busy.pool != wanted or busy.operation is None:
            raise state_errors.nothing_to_abort((pool or self.resource).name)
        if busy.kind in ("Deleting", "Canceling"):
            raise state_errors.nothing_to_abort((pool or self.resource).name)
        return busy.operation

    def running_nodes(self, pool: Resource) -> int:
        return self.kubernetes.node_count(pool.name) if pool.name in self.booted else 0

    def node_count(self, pool: Resource) -> int:
        """The nodes that the pool has, will be scaled to, or gets back with the next start."""
        changing = pool.state in ("Scaling", "Stopping", "Starting")
        if pool.name not in self.booted or changing or self.is_stopped:
            return pool.properties["count"]
        return self.kubernetes.node_count(pool.name)


def check_etag(headers: Any, present: Resource | None) -> None:
    """Apply If-Match and If-None-Match."""
    wanted = headers.get("If-Match")
    if wanted is not None:
        if present is None:
            raise state_errors.etag_of_nothing()
        if wanted not in ("*", present.etag, f'"{present.etag}"'):
            raise state_errors.etag_differs(wanted, present.etag)
    if headers.get("If-None-Match") == "*" and present is not None:
        raise state_errors.already_exists()
