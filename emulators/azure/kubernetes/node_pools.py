"""What AKS tells a cluster about one node pool."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NodePool:
    """The wanted state of a pool; `taints` are written as `key=value:Effect`."""

    name: str
    mode: str
    vm_size: str
    count: int
    autoscaling: bool = False
    min_count: int = 0
    max_count: int = 0
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    taints: tuple[str, ...] = ()
    gpus_per_node: int = 0
    spot: bool = False
    zones: tuple[str, ...] = ()
    """Of the region; nodes are spread over them. Empty: none of them."""
