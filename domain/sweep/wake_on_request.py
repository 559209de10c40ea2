"""Finds calls to sleeping environments that asked to be woken by them.

A gateway counts a call that no replica answers once it has admitted the caller. Only the
difference of two looks at the same counter since the environment fell asleep is a call: a counter
that is new or began again says nothing yet, and the caller is told to try again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain.environment.counters import CounterLook, CounterNote, RecordCounters
from domain.environment.idle_notes import IdleNote, IdleNotes
from domain.environment.phases import Phase
from domain.sweep.counter_growth import has_begun_again
from domain.sweep.counters import (
    FIRST_LOOK,
    INVOCATIONS_SEEN,
    begin_anew,
    with_silent,
)
from domain.sweep.model import IdleState
from domain.sweep.usage_queries import CellRef

WAKE_REQUESTED = "WakeRequested"

PAUSE = timedelta(minutes=15)
"""After a wake that failed: callers who try again would otherwise start one every minute."""


@dataclass(frozen=True, slots=True)
class SleepLook:
    """What a look at the gateways of a sleeping environment leads to."""

    news: RecordCounters | None = None
    calls: Mapping[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """By region, as evidence; empty unless it has to wake."""


def find_watched_cells(states: Iterable[IdleState]) -> Iterator[CellRef]:
    for state in states:
        if is_watched(state):
            for region in state.regions:
                yield CellRef(environment=state.environment, region=region)


def is_watched(state: IdleState) -> bool:
    is_asleep = state.phase is Phase.SCALED_DOWN and state.scaled_down_at is not None
    return is_asleep and state.policy.wake_on_request


def look_for_calls(
    state: IdleState, looks: Mapping[str, CounterLook | None], at: datetime
) -> SleepLook:
    """`looks`: by region; None where the cell could not be read."""
    if not is_watched(state):
        return SleepLook()
    news: dict[str, CounterNote] = {}
    calls: dict[str, dict[str, Any]] = {}
    for region, look in looks.items():
        count, note = _compare(state, state.counters.get(region), look, at)
        if note:
            news[region] = note
        if count and note:
            gateways = note.look.to_wire()["gateways"]
            calls[region] = {"calls": count, "gateways": gateways}
    paused = state.wake_failed_at is not None and at - state.wake_failed_at < PAUSE
    return SleepLook(RecordCounters(notes=news) if news else None, {} if paused else calls)


def build_wake_note(
    notes: IdleNotes, calls: Mapping[str, Mapping[str, Any]], now: datetime
) -> IdleNote:
    """`calls`: by region, what its gateways have counted."""
    return IdleNote(
        at=now,
        event=WAKE_REQUESTED,
        message="It was called while it was asleep, and idle.wakeOnRequest is true.",
        warned_at=notes.warned_at,
        expiry_warnings_sent=notes.expiry_warnings_sent,
        evidence=dict(calls),
    )


def _compare(
    state: IdleState, known: CounterNote | None, look: CounterLook | None, at: datetime
) -> tuple[int, CounterNote | None]:
    """The calls since the last look, and what the record has to know; None if nothing."""
    if look is None or not look.gateways:
        return 0, None
    if known is None or state.scaled_down_at is None or known.at <= state.scaled_down_at:
        return 0, begin_anew(look, at, FIRST_LOOK)
    seen, before = with_silent(look, known.look), known.look.gateways
    count = sum(
        now.answered - before[name].answered
        for name, now in look.gateways.items()
        if name in before and not has_begun_again(before[name], now)
    )
    cause = INVOCATIONS_SEEN if count else FIRST_LOOK
    return count, begin_anew(seen, at, cause) if seen.gateways != before else None
