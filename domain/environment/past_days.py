"""What earlier environments of a name have cost, after the name is used again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from domain.environment.gpu_days import KEPT_DAYS, GpuDay
from domain.spec.cost_centers import fold
from domain.wire import WireModel


class PastDay(WireModel):
    """One day of those of one cost center."""

    day: date
    cost_center: str
    gpu: GpuDay = GpuDay()
    base_hours: float = 0.0
    """In which one existed, with what it has besides GPU nodes."""

    def add(self, other: "PastDay") -> "PastDay":
        gpu = self.gpu.add_day(other.gpu)
        hours = self.base_hours + other.base_hours
        return self.model_copy(update={"gpu": gpu, "base_hours": hours})


def list_past(
    cost_center: str, gpu: Mapping[str, GpuDay], base_hours: Mapping[date, float]
) -> list[PastDay]:
    """The days of one environment."""
    spent = {date.fromisoformat(day): each for day, each in gpu.items()}
    return [
        PastDay(
            day=day,
            cost_center=cost_center,
            gpu=spent.get(day, GpuDay()),
            base_hours=base_hours.get(day, 0.0),
        )
        for day in sorted({*spent, *base_hours})
    ]


def sum_past(days: Iterable[PastDay]) -> tuple[PastDay, ...]:
    """One for each day and cost center, in their order."""
    found: dict[tuple[date, str], PastDay] = {}
    for each in days:
        key = (each.day, fold(each.cost_center))
        found[key] = found[key].add(each) if key in found else each
    return tuple(found[key] for key in sorted(found))


def keep_latest(days: Sequence[PastDay]) -> tuple[PastDay, ...]:
    """As many days as are kept of GPU nodes."""
    latest = set(sorted({each.day for each in days})[-KEPT_DAYS:])
    return tuple(each for each in days if each.day in latest)
