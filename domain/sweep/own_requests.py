"""The sweep's own requests to models, which Azure Monitor counts like those of users.

Without them an environment that is asked every few minutes would never be idle.
"""

from collections.abc import Mapping
from datetime import datetime

from domain.environment.record import EnvironmentRecord
from domain.spec.idle import Idle
from domain.sweep.usage import Sample, SweepPolicy, Usage, interval_minutes, lookback_minutes

TOLERANCE_MINUTES = 2
"""Between our clock and that of Azure Monitor, as for samples from the future."""


def note_own_request(record: EnvironmentRecord, at: datetime) -> EnvironmentRecord:
    """The record with one more request, without those that no idle window reaches any more.

    Nothing that callers see changes: revision and ETag stay.
    """
    idle = record.spec.idle
    kept_since = _minute(at) - lookback_minutes(idle, SweepPolicy()) - TOLERANCE_MINUTES
    bucket = _bucket(at, idle)
    kept = {each: count for each, count in record.own_requests.items() if each >= kept_since}
    return record.model_copy(update={"own_requests": {**kept, bucket: kept.get(bucket, 0) + 1}})


def without_own_requests(usage: Usage, own: Mapping[int, int]) -> Usage:
    """`own`: our requests, as they are kept on the record.

    Each of ours explains one request that was counted in its interval or at most the tolerance
    away. Every further request counts as use, whenever it came.
    """
    if not usage.requests or not own:
        return usage
    left = dict(sorted(own.items()))
    requests = tuple(
        sample.model_copy(update={"count": _unexplained(sample, left, usage.interval_minutes)})
        for sample in sorted(usage.requests, key=lambda sample: sample.at)
    )
    return usage.model_copy(update={"requests": requests})


def _unexplained(sample: Sample, left: dict[int, int], grain_minutes: int) -> float:
    """`left`: what has explained nothing yet."""
    start, reach = _minute(sample.at), grain_minutes - 1 + TOLERANCE_MINUTES
    count = sample.count
    for bucket in [each for each in left if abs(each - start) <= reach]:
        used = min(int(count), left[bucket])
        left[bucket] -= used
        count -= used
    return count


def _bucket(at: datetime, idle: Idle) -> int:
    grain = interval_minutes(idle)
    return _minute(at) // grain * grain


def _minute(at: datetime) -> int:
    """Counted from the epoch, like the intervals of Azure Monitor."""
    return int(at.timestamp() // 60)
