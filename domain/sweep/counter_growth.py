"""How much counters have grown between two looks at a cell, as its record's history keeps it.

Never more than there was: of an engine that is new, or that was missing in the look before, what
it had counted until then is left out, and of one that began again what it counted before.
"""

from collections.abc import Iterable

from domain.environment.counters import CounterLook, CounterNote, EngineFigures, GatewayCounters
from domain.environment.metric_history import TrafficPoint

NO_LOOK = CounterLook()


def find_growth(before: CounterNote | None, now: CounterNote, *, is_read: bool) -> TrafficPoint:
    """Without a slot. `is_read`: whether `now` has a look of its own."""
    if not is_read:
        return TrafficPoint(0)
    known, look = before.look if before else NO_LOOK, now.look
    tokens = [_tokens_of(before, look, each) for each in ("tokens_in", "tokens_out")]
    busy = [each for each in look.engines.values() if each.running + each.waiting > 0]
    gateways = [
        (known.gateways.get(name), each)
        for name, each in look.gateways.items()
        if name not in look.unread
    ]
    return TrafficPoint(
        0,
        requests=_sum(_invocations(*each) for each in gateways),
        errors=_sum(_errors(*each) for each in gateways),
        tokens_in=tokens[0],
        tokens_out=tokens[1],
        gpu_percent=None if look.gpu_percent is None else round(look.gpu_percent),
        busy_replicas=len(busy) if look.engines else None,
    )


def has_begun_again(before: GatewayCounters, now: GatewayCounters) -> bool:
    return (
        before.restarts != now.restarts
        or now.requests < before.requests
        or now.answered < before.answered
    )


def _invocations(before: GatewayCounters | None, now: GatewayCounters) -> int:
    """An attempt that no replica took is among the answered alone. A gateway that is silent stays
    on record, so that one which is not there is new and has counted since."""
    if before is None or has_begun_again(before, now):
        return max(now.requests, now.answered)
    return max(now.requests - before.requests, now.answered - before.answered)


def _errors(before: GatewayCounters | None, now: GatewayCounters) -> int | None:
    if now.errors is None or (before and before.errors is None):
        return None
    if before is None or before.errors is None or has_begun_again(before, now):
        return now.errors
    return max(0, now.errors - before.errors)


def _tokens_of(before: CounterNote | None, now: CounterLook, figure: str) -> int | None:
    return _sum(
        _tokens(before, before.look.engines.get(name) if before else None, each, figure)
        for name, each in now.engines.items()
    )


def _tokens(
    before: CounterNote | None, known: EngineFigures | None, now: EngineFigures, figure: str
) -> int | None:
    told: float | None = getattr(now, figure)
    if told is None:
        return None
    if known is None:
        return 0 if before else round(told)
    earlier: float | None = getattr(known, figure)
    if earlier is None:
        return None
    has_restarted = known.restarts != now.restarts or told < earlier
    return round(told if has_restarted else told - earlier)


def _sum(values: Iterable[int | None]) -> int | None:
    known = [each for each in values if each is not None]
    return sum(known) if known else None
