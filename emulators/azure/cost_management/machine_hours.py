"""The log of all machines behind nodes: from when to when each ran, and at which price."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from emulators.azure.clock import Clock
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import NODE
from emulators.azure.kubernetes.store import Change, ChangeType

HOUR = timedelta(hours=1)
VM_SIZE = "node.kubernetes.io/instance-type"
PRIORITY = "kubernetes.azure.com/scalesetpriority"

FindPrice = Callable[[str, str, bool], float | None]
"""Of a region and a size, spot or not, per hour."""


@dataclass(slots=True)
class MachineRun:
    """One machine; `group` is the node resource group in which it stands."""

    cluster: str
    node: str
    group: str
    region: str
    vm_size: str
    spot: bool
    price: float
    began: datetime
    ended: datetime | None = None

    def hours_by_day(self, now: datetime) -> Iterator[tuple[date, float]]:
        at, end = self.began, self.ended or now
        while at < end:
            midnight = datetime(at.year, at.month, at.day, tzinfo=UTC) + timedelta(days=1)
            until = min(midnight, end)
            yield at.date(), (until - at) / HOUR
            at = until


class MachineHours:
    def __init__(self, clock: Clock, find_price: FindPrice) -> None:
        self._clock = clock
        self._find_price = find_price
        self.runs: list[MachineRun] = []

    def watch(self, cluster: Cluster, find_group: Callable[[], str]) -> None:
        """From now on; the group is not known before the cluster has nodes."""

        def take(change: Change) -> None:
            if change.kind is not NODE:
                return
            if change.type is ChangeType.ADDED:
                self._begin(cluster, change, find_group())
            elif change.type is ChangeType.DELETED:
                self._end(cluster.name, change.object["metadata"]["name"])

        cluster.store.listen(take)

    def end_cluster(self, name: str) -> None:
        """Its machines go with it."""
        for run in self._open(name):
            run.ended = self._clock.now()

    def _begin(self, cluster: Cluster, change: Change, group: str) -> None:
        labels = change.object["metadata"]["labels"]
        vm_size, spot = labels[VM_SIZE], labels.get(PRIORITY) == "spot"
        self.runs.append(
            MachineRun(
                cluster=cluster.name,
                node=change.object["metadata"]["name"],
                group=group,
                region=cluster.region,
                vm_size=vm_size,
                spot=spot,
                price=self._find_price(cluster.region, vm_size, spot) or 0.0,
                began=self._clock.now(),
            )
        )

    def _end(self, cluster: str, node: str) -> None:
        for run in self._open(cluster):
            if run.node == node:
                run.ended = self._clock.now()

    def _open(self, cluster: str) -> list[MachineRun]:
        return [each for each in self.runs if each.cluster == cluster and each.ended is None]
