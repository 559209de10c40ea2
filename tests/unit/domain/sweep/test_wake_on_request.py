"""A call to a sleeping environment wakes it, and nothing that only looks like one."""

from datetime import datetime
from typing import Any

import pytest

from domain.environment.counters import CounterLook, CounterNote, GatewayCounters
from domain.environment.idle_notes import IdleNotes
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.events.cloud_events import PUBLISHED_NAMES
from domain.sweep.model import IdleState
from domain.sweep.record_notes import read_sweep_state
from domain.sweep.usage_queries import CellRef
from domain.sweep.wake_on_request import (
    PAUSE,
    build_wake_note,
    find_watched_cells,
    look_for_calls,
)
from tests.support.payloads import QUOTA, SUCCEEDED
from tests.unit.domain.sweep.test_record_notes import ASLEEP, at, begun, ended
from tests.unit.domain.sweep_models import NOW, QUIET, a_gateway, a_note, ago, make_state

ON_REQUEST = {"wakeOnRequest": True}
ONE_SILENT = CounterLook(
    gateways={"gateway-a": a_gateway()}, unread={"gateway-b": "GatewayUnreachable"}
)
REGION = "westeurope"


def asleep(
    known: CounterNote | None, idle: dict[str, Any] = ON_REQUEST, **changes: Any
) -> IdleState:
    """For an hour."""
    values = {"phase": Phase.SCALED_DOWN, "scaled_down_at": ago(60), **changes}
    return make_state(idle, counters={REGION: known} if known else {}, **values)


def look(
    known: CounterNote | None, now: CounterLook | None, **changes: Any
) -> tuple[int, CounterLook | None]:
    """The calls that wake it, and the look that the record is told of."""
    seen = look_for_calls(asleep(known, **changes), {REGION: now}, NOW)
    noted = seen.news.notes[REGION].look if seen.news else None
    return sum(each["calls"] for each in seen.calls.values()), noted


def counted(requests: int, answered: int, restarts: int = 0) -> CounterLook:
    """While it sleeps, nothing is sent to the model."""
    other = {"gateway-b": a_gateway(0)}
    counters = GatewayCounters(restarts=restarts, requests=requests, answered=answered, active=0)
    return CounterLook(gateways={"gateway-a": counters, **other})


SEEN_ASLEEP = a_note(since=30)
"""A note from after it fell asleep."""


@pytest.mark.parametrize(
    ("known", "now", "calls"),
    [
        pytest.param(SEEN_ASLEEP, counted(7, 8), 1, id="a call that no replica answered"),
        pytest.param(SEEN_ASLEEP, counted(7, 10), 3, id="three"),
        pytest.param(SEEN_ASLEEP, QUIET, 0, id="none"),
        pytest.param(a_note(since=90), counted(7, 8), 0, id="before it slept, for all we know"),
        pytest.param(None, counted(7, 8), 0, id="the first look"),
        pytest.param(SEEN_ASLEEP, counted(0, 1, restarts=1), 0, id="a gateway restarted"),
        pytest.param(SEEN_ASLEEP, counted(0, 1), 0, id="a counter fell"),
        pytest.param(SEEN_ASLEEP, None, 0, id="a cell that cannot be read"),
        pytest.param(SEEN_ASLEEP, ONE_SILENT, 0, id="a silent gateway"),
        pytest.param(
            SEEN_ASLEEP,
            CounterLook(gateways={**QUIET.gateways, "gateway-c": a_gateway(5)}),
            0,
            id="a new gateway has counted for whom is not known",
        ),
    ],
)
def test_only_a_call_since_the_last_look_wakes_it(known, now, calls) -> None:
    assert look(known, now)[0] == calls


def test_a_call_through_one_gateway_is_seen_while_the_other_is_silent() -> None:
    now = ONE_SILENT.model_copy(update={"gateways": counted(7, 8).gateways | {}})
    del now.gateways["gateway-b"]
    calls, noted = look(SEEN_ASLEEP, now)
    assert calls == 1
    assert noted
    assert set(noted.gateways) == {"gateway-a", "gateway-b"}, "what the other one told is kept"


def test_the_first_look_since_it_fell_asleep_is_what_later_ones_are_compared_with() -> None:
    """Also if nothing has moved since: otherwise the next call would be taken for an old one."""
    seen = look_for_calls(asleep(a_note(since=90)), {REGION: QUIET}, NOW)
    assert seen.news
    note = seen.news.notes[REGION]
    assert (note.at, note.look, seen.calls) == (NOW, QUIET, {})


def test_the_first_look_keeps_nothing_of_a_gateway_that_is_silent() -> None:
    """What it counted before it fell asleep would look like a call once it answers again."""
    _, noted = look(a_note(since=90), ONE_SILENT)
    assert noted
    assert noted.gateways == ONE_SILENT.gateways


@pytest.mark.parametrize("now", [QUIET, None, ONE_SILENT, CounterLook()])
def test_where_nothing_has_moved_the_record_is_told_nothing(now) -> None:
    assert look(SEEN_ASLEEP, now) == (0, None)


@pytest.mark.parametrize("now", [None, CounterLook(unread={"gateway-a": "GatewayUnreachable"})])
def test_what_tells_nothing_is_no_first_look(now) -> None:
    assert look(None, now) == (0, None)


def test_a_wake_that_failed_is_not_tried_again_at_once() -> None:
    moved = counted(7, 8)
    assert look(SEEN_ASLEEP, moved, wake_failed_at=NOW - PAUSE)[0] == 1
    paused = look(SEEN_ASLEEP, moved, wake_failed_at=ago(1))
    assert paused == (0, moved), "its callers are told to try again"


@pytest.mark.parametrize(
    "changes",
    [
        {"phase": Phase.READY},
        {"phase": Phase.WAKING},
        {"scaled_down_at": None},
        {"idle": {}},
        {"idle": {"wakeOnRequest": False}},
    ],
)
def test_nobody_else_is_looked_at(changes) -> None:
    idle = changes.pop("idle", ON_REQUEST)
    state = asleep(SEEN_ASLEEP, idle, **changes)
    assert list(find_watched_cells([state])) == []
    seen = look_for_calls(state, {REGION: counted(7, 8)}, NOW)
    assert (seen.news, seen.calls) == (None, {})


def test_every_cell_of_it_is_looked_at() -> None:
    state = asleep(None, regions=(REGION, "northeurope"))
    assert list(find_watched_cells([state])) == [
        CellRef(environment="fraud-llm", region=region) for region in (REGION, "northeurope")
    ]


def test_the_timeline_names_what_the_gateways_have_counted() -> None:
    seen = look_for_calls(asleep(SEEN_ASLEEP), {REGION: counted(7, 9)}, NOW)
    notes = IdleNotes(warned_at=ago(90), expiry_warnings_sent=("a",), slept_for_off_hours=True)
    note = build_wake_note(notes, seen.calls, NOW)
    assert PUBLISHED_NAMES[note.event] == "wake-requested"
    assert (note.expiry_warnings_sent, note.slept_for_off_hours) == (("a",), False)
    evidence = note.evidence[REGION]
    assert evidence["calls"] == 2
    assert evidence["gateways"]["gateway-a"]["answered"] == 9


def test_a_record_tells_when_its_latest_wake_failed() -> None:
    def failed_at(minute: float, outcome: Any) -> datetime | None:
        phase = Phase.READY if outcome is SUCCEEDED else Phase.SCALED_DOWN
        record = ended(begun(ASLEEP, OperationKind.WAKE, 120), phase, minute, outcome)
        return read_sweep_state(record).state.wake_failed_at

    assert failed_at(130, SUCCEEDED) is None
    assert failed_at(130, QUOTA) == at(130)
    assert read_sweep_state(ASLEEP).state.wake_failed_at is None
    waking = begun(ASLEEP, OperationKind.WAKE, 120)
    assert read_sweep_state(waking).state.wake_failed_at is None
