"""Work item filters: a worker that names what it has code for gets nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from durabletask.internal import orchestrator_service_pb2 as pb

type _Accepted = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class WorkFilters:
    """For each kind the accepted names, each with its versions (none listed: any version)."""

    accepted: Mapping[str, _Accepted] | None = None

    @property
    def accepts_all(self) -> bool:
        return self.accepted is None

    def accept(self, kind: str, name: str, version: str) -> bool:
        if self.accepted is None:
            return True
        versions = self.accepted[kind].get(name)
        return versions is not None and (not versions or version in versions)


def filters_of(request: pb.GetWorkItemsRequest) -> WorkFilters:
    if not request.HasField("workItemFilters"):
        return WorkFilters()
    filters = request.workItemFilters
    return WorkFilters(
        {
            "orchestration": _versions(filters.orchestrations),
            "activity": _versions(filters.activities),
            "entity": {entity.name.lower(): frozenset() for entity in filters.entities},
        }
    )


def _versions(
    filters: Iterable[pb.OrchestrationFilter] | Iterable[pb.ActivityFilter],
) -> _Accepted:
    accepted: dict[str, frozenset[str]] = {}
    for one in filters:
        versions = frozenset(one.versions)
        known = accepted.get(one.name, versions)
        accepted[one.name] = known | versions if known and versions else frozenset()
    return accepted
