"""How long environments have existed."""

from datetime import UTC, date, datetime, time

from domain.environment.gpu_days import hours_by_day
from domain.environment.past_days import PastDay, keep_latest, list_past, sum_past
from domain.environment.record import EnvironmentRecord


def base_hours(
    record: EnvironmentRecord, now: datetime, first: date = date.min
) -> dict[date, float]:
    """By day since `first`, from the creation of the environment to its deletion."""
    if record.was_never_begun:
        return {}
    begin = datetime.combine(first, time(), UTC)
    end = min(now, record.operations[-1].last_action_at) if record.is_deleted else now
    return dict(hours_by_day(max(begin, record.created_at), end))


def past_after(record: EnvironmentRecord) -> tuple[PastDay, ...]:
    """Of a deleted environment whose name is used again, and of those before it."""
    hours = base_hours(record, record.operations[-1].last_action_at)
    ended = list_past(record.spec.cost_center, record.gpu_usage.days, hours)
    return keep_latest(sum_past((*record.past_days, *ended)))
