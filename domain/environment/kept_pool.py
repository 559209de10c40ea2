"""What a GPU pool and its Deployment had before they were scaled to zero."""

from domain.wire import WireModel


class KeptPool(WireModel):
    """What a pool and its Deployment had before they went to zero."""

    enable_auto_scaling: bool
    min_count: int | None = None
    max_count: int | None = None
    count: int
    replicas: int

    @property
    def first_count(self) -> int:
        """Nodes to ask for at once: those it had, and one for the first replica."""
        wanted = max(self.count, self.min_count or 0, min(self.replicas, 1))
        return wanted if self.max_count is None else min(wanted, self.max_count)
