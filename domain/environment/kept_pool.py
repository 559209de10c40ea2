"""Settings of a GPU pool and its Deployment, kept while they are scaled to zero."""

from domain.wire import WireModel


class KeptPool(WireModel):
    """Settings from before the scale-down, which a wake restores."""

    enable_auto_scaling: bool
    min_count: int | None = None
    max_count: int | None = None
    count: int
    replicas: int

    @property
    def first_count(self) -> int:
        """Nodes to start a wake with: the former count, and at least one for a replica."""
        wanted = max(self.count, self.min_count or 0, min(self.replicas, 1))
        return wanted if self.max_count is None else min(wanted, self.max_count)
