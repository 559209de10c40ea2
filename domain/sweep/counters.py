"""Compares a look at a cell's counters with the one before it.

The difference of two looks is what happened in between, however long that was. What cannot be
compared (a counter that began again, a gateway that is silent or new) is unknown, and time without
use is counted anew.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.environment.counters import (
    COUNTERS_MISSING,
    GATEWAY_UNREACHABLE,
    CounterLook,
    CounterNote,
    EngineFigures,
    GatewayCounters,
    RecordCounters,
)
from domain.environment.metric_history import MetricHistory, note_traffic
from domain.environment.record import EnvironmentRecord
from domain.environment.use_history import UseHistory, note_look_at_use, note_use
from domain.sweep.counter_growth import find_growth, has_begun_again
from domain.sweep.model import IdleState
from domain.sweep.usage import Judgement, SweepPolicy, Usage, UsageVerdict
from domain.wire import format_time

NOTHING_SEEN = CounterLook()


@dataclass(frozen=True, slots=True)
class Looks:
    """A look and the one before it."""

    before: CounterLook | None
    now: CounterLook
    busy_percent: float


@dataclass(frozen=True, slots=True)
class Cause:
    """Why time without use is counted anew."""

    reason: str
    is_use: bool


@dataclass(frozen=True, slots=True)
class CounterRule(Cause):
    applies: Callable[[Looks], bool]


UNREAD_CELL = Cause("CountersUnknown", is_use=False)
FIRST_LOOK = Cause("CountersNew", is_use=False)
INVOCATIONS_SEEN = Cause("InvocationsSeen", is_use=True)


def note_look(
    known: CounterNote | None, look: CounterLook | None, at: datetime, policy: SweepPolicy
) -> CounterNote:
    """`known` itself if nothing has moved since. `look`: None if the cell could not be read."""
    before = known.look if known else None
    if look is None:
        return begin_anew(before or NOTHING_SEEN, at, UNREAD_CELL)
    looks = Looks(before, look, policy.utilisation_threshold_percent)
    rule = next((rule for rule in COUNTER_RULES if rule.applies(looks)), None)
    if rule is None and known:
        return known
    kept = with_silent(look, before) if before else look
    return begin_anew(kept, at, rule or FIRST_LOOK)


def judge_counters(
    usage: Usage, known: CounterNote | None, window: timedelta, policy: SweepPolicy
) -> Judgement:
    """Idle if nothing has moved for as long as the window."""
    note = note_look(known, usage.counters, usage.observed_at, policy)
    evidence = {"counters": _describe(usage.counters or NOTHING_SEEN, note)}
    if usage.observed_at - note.since >= window:
        return Judgement(UsageVerdict.IDLE, "Idle", evidence)
    verdict = UsageVerdict.IN_USE if note.is_use else UsageVerdict.UNKNOWN
    return Judgement(verdict, note.reason, evidence)


def find_counter_news(
    usage: Iterable[Usage], states: Mapping[str, IdleState], policy: SweepPolicy
) -> dict[str, RecordCounters]:
    """By environment, the looks that the record does not have yet: none where nothing moves."""
    news: dict[str, dict[str, CounterNote]] = {}
    for each in usage:
        known = states[each.environment].counters.get(each.region)
        note = note_look(known, each.counters, each.observed_at, policy)
        if note != known:
            news.setdefault(each.environment, {})[each.region] = note
    return {name: RecordCounters(notes=notes) for name, notes in news.items()}


def record_counters(record: EnvironmentRecord, seen: RecordCounters) -> EnvironmentRecord | None:
    """None if all are older than those on record, as they may arrive twice or late.

    Nothing that callers see changes: revision and ETag stay.
    """
    newer = {
        region: note
        for region, note in seen.notes.items()
        if region not in record.counters or record.counters[region].at < note.at
    }
    if not newer:
        return None
    use, metrics = record.use_history, record.metric_history
    for region, note in newer.items():
        before = record.counters.get(region)
        use = _with_look(use, before, note)
        metrics = _with_growth(metrics, before, note)
    changes = {
        "counters": {**record.counters, **newer},
        "use_history": use,
        "metric_history": metrics,
    }
    return record.model_copy(update=changes)


def _with_growth(
    history: MetricHistory, before: CounterNote | None, now: CounterNote
) -> MetricHistory:
    is_read = now.reason != UNREAD_CELL.reason
    return note_traffic(history, now.at, find_growth(before, now, is_read=is_read))


def _with_look(history: UseHistory, before: CounterNote | None, now: CounterNote) -> UseHistory:
    if not now.is_use:
        return note_look_at_use(history, now.at)
    known = before.look.gateways if before else {}
    requests = sum(_invocations(known.get(name), each) for name, each in now.look.gateways.items())
    return note_use(history, now.at, requests)


def _invocations(before: GatewayCounters | None, now: GatewayCounters) -> int:
    """Between two looks; an attempt that no replica took is among the answered alone."""
    if before is None or has_begun_again(before, now):
        return 0
    return max(now.requests - before.requests, now.answered - before.answered)


def begin_anew(look: CounterLook, at: datetime, cause: Cause) -> CounterNote:
    """Time without use is counted from this look on."""
    return CounterNote(at=at, look=look, since=at, reason=cause.reason, is_use=cause.is_use)


def with_silent(look: CounterLook, before: CounterLook) -> CounterLook:
    """With the former counters of gateways that are silent now, to compare them later."""
    silent = {name: each for name, each in before.gateways.items() if name in look.unread}
    return look.model_copy(update={"gateways": {**silent, **look.gateways}})


def _is_active(looks: Looks) -> bool:
    return any(each.active > 0 for each in looks.now.gateways.values())


def _has_counted(looks: Looks) -> bool:
    before = looks.before.gateways if looks.before else {}
    return any(
        not has_begun_again(before[name], now)
        and (now.requests > before[name].requests or now.answered > before[name].answered)
        for name, now in looks.now.gateways.items()
        if name in before
    )


def _has_busy_engine(looks: Looks) -> bool:
    before = looks.before.engines if looks.before else {}
    return any(_is_busy(before.get(name), now) for name, now in looks.now.engines.items())


def _is_busy(before: EngineFigures | None, now: EngineFigures) -> bool:
    """vLLM's gauges were seen to stay up after a mass cancellation: while its tokens do not move,
    gauges that do not move either are no use."""
    gauges = now.running + now.waiting
    if before is None or before.tokens is None or now.tokens is None:
        return gauges > 0
    if _engine_has_begun_again(before, now):
        return gauges > 0
    has_moved = (now.running, now.waiting) != (before.running, before.waiting)
    return now.tokens > before.tokens or (gauges > 0 and has_moved)


def _engine_has_begun_again(before: EngineFigures, now: EngineFigures) -> bool:
    return before.restarts != now.restarts or (now.tokens or 0) < (before.tokens or 0)


def _has_busy_gpu(looks: Looks) -> bool:
    return looks.now.gpu_percent is not None and looks.now.gpu_percent > looks.busy_percent


def _is_told(reason: str) -> Callable[[Looks], bool]:
    return lambda looks: reason in looks.now.unread.values()


def _have_other_gateways(looks: Looks) -> bool:
    if looks.before is None:
        return False
    before, now = looks.before.gateways, looks.now.gateways
    return before.keys() != now.keys() or any(
        has_begun_again(before[name], each) for name, each in now.items()
    )


def _have_other_engines(looks: Looks) -> bool:
    """An engine that had metrics and has none any more is missing as well."""
    if looks.before is None:
        return False
    before, now = looks.before.engines, looks.now.engines
    return before.keys() != now.keys() or any(
        _engine_has_begun_again(before[name], each) for name, each in now.items()
    )


COUNTER_RULES: tuple[CounterRule, ...] = (
    CounterRule("InvocationsActive", True, _is_active),
    CounterRule(INVOCATIONS_SEEN.reason, True, _has_counted),
    CounterRule("EngineBusy", True, _has_busy_engine),
    CounterRule("GpuBusy", True, _has_busy_gpu),
    CounterRule(GATEWAY_UNREACHABLE, False, _is_told(GATEWAY_UNREACHABLE)),
    CounterRule(COUNTERS_MISSING, False, _is_told(COUNTERS_MISSING)),
    CounterRule("GatewayMissing", False, lambda looks: not looks.now.gateways),
    CounterRule("CountersReset", False, _have_other_gateways),
    CounterRule("EngineReset", False, _have_other_engines),
)
"""In order: use that is seen outranks what is not known."""


def _describe(look: CounterLook, note: CounterNote) -> dict[str, Any]:
    """What the judgement rests on, by pod."""
    figures: dict[str, Any] = look.to_wire()
    return {
        "since": format_time(note.since),
        "reason": note.reason,
        **{name: each for name, each in figures.items() if each not in ({}, None)},
    }
