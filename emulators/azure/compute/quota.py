"""vCPU quota per region: by VM family, in total, and for spot machines."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from emulators.azure.compute.vm_sizes import VmSize

REGIONAL = "cores"
SPOT = "lowPriorityCores"

DEFAULT_REGIONAL_LIMIT = 2000
DEFAULT_SPOT_LIMIT = 500
DEFAULT_FAMILY_LIMIT = 500


@dataclass(frozen=True, slots=True)
class NodesInUse:
    """Machines that count against the quota of a region."""

    region: str
    size: VmSize
    nodes: int
    spot: bool


@dataclass(frozen=True, slots=True)
class Shortage:
    """A quota that a request would exceed: `name` is a family, `cores` or `lowPriorityCores`."""

    name: str
    requested: int
    remaining: int


class Quota:
    """Limits can be set per region and name; usage is counted from what runs."""

    def __init__(
        self, families: Iterable[str], in_use: Callable[[], Iterable[NodesInUse]]
    ) -> None:
        self._families = tuple(families)
        self._in_use = in_use
        self._limits: dict[tuple[str, str], int] = {}

    def names(self) -> tuple[str, ...]:
        return (REGIONAL, SPOT, *self._families)

    def limit(self, region: str, name: str) -> int:
        default = {REGIONAL: DEFAULT_REGIONAL_LIMIT, SPOT: DEFAULT_SPOT_LIMIT}
        fallback = default.get(name, DEFAULT_FAMILY_LIMIT)
        return self._limits.get((region, name.lower()), fallback)

    def set_limit(self, region: str, name: str, limit: int) -> None:
        self._limits[region, name.lower()] = limit

    def usage(self, region: str, name: str) -> int:
        return sum(
            use.nodes * use.size.vcpus
            for use in self._in_use()
            if use.region == region and name in _counted_as(use.size, use.spot)
        )

    def machines(self, region: str) -> int:
        """How many machines run in the region, spot ones included."""
        return sum(use.nodes for use in self._in_use() if use.region == region)

    def scale_sets(self, region: str) -> int:
        """Each pool of machines is one scale set."""
        return sum(1 for use in self._in_use() if use.region == region)

    def shortage(self, region: str, wanted: Iterable[tuple[VmSize, int, bool]]) -> Shortage | None:
        """The first quota that (size, additional nodes, spot) together would exceed."""
        requested: dict[str, int] = {}
        for size, nodes, spot in wanted:
            for name in _counted_as(size, spot):
                requested[name] = requested.get(name, 0) + max(nodes, 0) * size.vcpus
        for name, cores in requested.items():
            remaining = max(self.limit(region, name) - self.usage(region, name), 0)
            if cores > remaining:
                return Shortage(name, cores, remaining)
        return None


def _counted_as(size: VmSize, spot: bool) -> tuple[str, ...]:
    """Spot machines have a quota of their own and count against nothing else."""
    return (SPOT,) if spot else (size.family, REGIONAL)
