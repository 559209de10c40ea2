"""Two looks at counters: what moved is use, what cannot be compared is unknown."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.environment.counters import (
    CounterLook,
    CounterNote,
    EngineFigures,
    GatewayCounters,
    RecordCounters,
)
from domain.environment.record import EnvironmentRecord
from domain.sweep.counters import (
    find_counter_news,
    judge_counters,
    note_look,
    record_counters,
)
from domain.sweep.decisions import decide_sweep
from domain.sweep.record_notes import read_sweep_state
from domain.sweep.usage import UsageVerdict
from tests.support.specs import a_record
from tests.unit.domain.sweep_models import (
    NOW,
    POLICY,
    QUIET,
    a_gateway,
    a_note,
    ago,
    make_pool,
    make_state,
    make_usage,
    samples,
)

WINDOW = timedelta(minutes=30)


def an_engine(**changes: Any) -> EngineFigures:
    return EngineFigures(**{"restarts": 0, "tokens": 900, **changes})


def look(
    a: GatewayCounters | None = None, b: GatewayCounters | None = None, **others: Any
) -> CounterLook:
    gateways = {"gateway-a": a or a_gateway(), "gateway-b": b or a_gateway(0)}
    return CounterLook(**{"gateways": gateways, **others})


def with_engine(**changes: Any) -> CounterLook:
    return look(engines={"model": an_engine(**changes)})


ONE_SILENT = CounterLook(
    gateways={"gateway-a": a_gateway()}, unread={"gateway-b": "GatewayUnreachable"}
)


@pytest.mark.parametrize(
    ("before", "now", "reason"),
    [
        pytest.param(QUIET, QUIET, None, id="nothing moved"),
        pytest.param(QUIET, look(a_gateway(8)), "InvocationsSeen", id="one counter rose"),
        pytest.param(QUIET, look(b=a_gateway(1)), "InvocationsSeen", id="the other one rose"),
        pytest.param(
            look(a_gateway(7, active=1)),
            look(a_gateway(7)),
            "InvocationsSeen",
            id="the stream of before has ended",
        ),
        pytest.param(
            QUIET,
            look(GatewayCounters(restarts=0, requests=7, answered=9, active=0)),
            "InvocationsSeen",
            id="callers whom no replica answers",
        ),
        pytest.param(
            look(a_gateway(7, active=1)),
            look(a_gateway(7, active=1)),
            "InvocationsActive",
            id="a stream that goes on",
        ),
        pytest.param(
            None, look(a_gateway(7, active=1)), "InvocationsActive", id="active at the first look"
        ),
        pytest.param(None, QUIET, "CountersNew", id="a first look cannot be compared"),
        pytest.param(QUIET, None, "CountersUnknown", id="pods that cannot be listed"),
        pytest.param(QUIET, ONE_SILENT, "GatewayUnreachable", id="a gateway is silent"),
        pytest.param(ONE_SILENT, ONE_SILENT, "GatewayUnreachable", id="a gateway stays silent"),
        pytest.param(
            QUIET,
            CounterLook(gateways=QUIET.gateways, unread={"gateway-c": "CountersMissing"}),
            "CountersMissing",
            id="a gateway without the counters",
        ),
        pytest.param(
            QUIET,
            ONE_SILENT.model_copy(update={"gateways": {"gateway-a": a_gateway(8)}}),
            "InvocationsSeen",
            id="use that one gateway saw outranks the silent other",
        ),
        pytest.param(QUIET, CounterLook(), "GatewayMissing", id="no gateway any more"),
        pytest.param(None, CounterLook(), "GatewayMissing", id="a cell without gateways"),
        pytest.param(QUIET, look(a_gateway(6)), "CountersReset", id="a counter fell"),
        pytest.param(
            QUIET, look(a_gateway(7, restarts=1)), "CountersReset", id="restarted, same total"
        ),
        pytest.param(
            QUIET, look(a_gateway(9, restarts=1)), "CountersReset", id="restarted, higher total"
        ),
        pytest.param(
            QUIET,
            CounterLook(gateways={"gateway-a": a_gateway(), "gateway-c": a_gateway(0)}),
            "CountersReset",
            id="another gateway in its place",
        ),
        pytest.param(
            QUIET,
            CounterLook(gateways={**QUIET.gateways, "gateway-c": a_gateway(3)}),
            "CountersReset",
            id="one more gateway",
        ),
        pytest.param(
            QUIET,
            CounterLook(gateways={"gateway-a": a_gateway()}),
            "CountersReset",
            id="one gateway less",
        ),
        pytest.param(with_engine(), with_engine(), None, id="a quiet engine"),
        pytest.param(with_engine(), with_engine(tokens=901), "EngineBusy", id="tokens rose"),
        pytest.param(with_engine(), with_engine(running=1), "EngineBusy", id="a request runs"),
        pytest.param(with_engine(), with_engine(waiting=1), "EngineBusy", id="a request waits"),
        pytest.param(QUIET, with_engine(running=1), "EngineBusy", id="a new engine that works"),
        pytest.param(
            with_engine(running=3), with_engine(running=3), None, id="gauges that are stuck"
        ),
        pytest.param(
            with_engine(running=3), with_engine(), None, id="gauges that come down at last"
        ),
        pytest.param(
            with_engine(running=1, tokens=None),
            with_engine(running=1, tokens=None),
            "EngineBusy",
            id="gauges alone are believed",
        ),
        pytest.param(QUIET, with_engine(), "EngineReset", id="a new engine"),
        pytest.param(with_engine(), QUIET, "EngineReset", id="an engine without its metrics"),
        pytest.param(with_engine(), with_engine(tokens=3), "EngineReset", id="tokens fell"),
        pytest.param(with_engine(), with_engine(restarts=1), "EngineReset", id="it restarted"),
        pytest.param(
            with_engine(), with_engine(tokens=None), "EngineReset", id="tokens are not told"
        ),
        pytest.param(QUIET, look(gpu_percent=80), "GpuBusy", id="a busy GPU"),
        pytest.param(QUIET, look(gpu_percent=5), None, id="a GPU with its driver alone"),
        pytest.param(look(gpu_percent=4), QUIET, None, id="no exporter any more"),
    ],
)
def test_time_without_use_goes_on_only_if_nothing_moved(before, now, reason) -> None:
    known = a_note(before, since=100) if before else None
    note = note_look(known, now, NOW, POLICY)
    if reason is None:
        assert note is known
    else:
        assert (note.at, note.since, note.reason) == (NOW, NOW, reason)


USES = {"InvocationsSeen", "InvocationsActive", "EngineBusy", "GpuBusy"}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (QUIET, look(a_gateway(8))),
        (QUIET, look(a_gateway(active=1))),
        (with_engine(), with_engine(tokens=901)),
        (QUIET, look(gpu_percent=80)),
        (QUIET, ONE_SILENT),
        (QUIET, look(a_gateway(6))),
        (with_engine(), QUIET),
        (None, QUIET),
        (QUIET, None),
        (QUIET, CounterLook()),
    ],
)
def test_use_is_told_from_what_is_not_known(before, now) -> None:
    note = note_look(a_note(before) if before else None, now, NOW, POLICY)
    assert note.is_use == (note.reason in USES)
    usage = make_usage(counters=now)
    judged = judge_counters(usage, a_note(before) if before else None, WINDOW, POLICY)
    expected = UsageVerdict.IN_USE if note.is_use else UsageVerdict.UNKNOWN
    assert (judged.verdict, judged.reason) == (expected, note.reason)


def test_a_silent_gateway_is_compared_with_what_it_told_before() -> None:
    silent = note_look(a_note(QUIET), ONE_SILENT, ago(10), POLICY)
    back = note_look(silent, QUIET, ago(5), POLICY)
    assert (back.since, back.reason) == (ago(10), "GatewayUnreachable")
    used = note_look(silent, look(b=a_gateway(2)), ago(5), POLICY)
    assert used.reason == "InvocationsSeen"


def test_a_cell_that_could_not_be_read_is_compared_with_what_it_told_before() -> None:
    unread = note_look(a_note(QUIET), None, ago(10), POLICY)
    assert note_look(unread, QUIET, NOW, POLICY) is unread
    assert note_look(unread, look(a_gateway(8)), NOW, POLICY).reason == "InvocationsSeen"


@pytest.mark.parametrize(
    ("since", "is_use", "verdict", "reason"),
    [
        (30, True, "idle", "Idle"),
        (29, True, "inUse", "InvocationsSeen"),
        (30, False, "idle", "Idle"),
        (29, False, "unknown", "InvocationsSeen"),
        (-60, True, "inUse", "InvocationsSeen"),
    ],
    ids=["idle", "used lately", "known for long", "not known for long", "from the future"],
)
def test_it_is_idle_once_nothing_has_moved_for_the_whole_window(
    since, is_use, verdict, reason
) -> None:
    judged = judge_counters(make_usage(), a_note(since=since, is_use=is_use), WINDOW, POLICY)
    assert (judged.verdict, judged.reason) == (verdict, reason)


def test_the_evidence_names_each_figure_and_since_when() -> None:
    now = look(
        a_gateway(7, active=2), engines={"model": an_engine(running=2)}, gpu_percent=40
    ).model_copy(update={"unread": {"gateway-c": "GatewayUnreachable"}})
    evidence = judge_counters(make_usage(counters=now), a_note(), WINDOW, POLICY).evidence
    assert evidence["counters"] == {
        "since": "2026-11-23T12:00:00Z",
        "reason": "InvocationsActive",
        "gateways": {
            "gateway-a": {"restarts": 0, "requests": 7, "answered": 5, "active": 2},
            "gateway-b": {"restarts": 0, "requests": 0, "answered": 0, "active": 0},
        },
        "unread": {"gateway-c": "GatewayUnreachable"},
        "engines": {"model": {"restarts": 0, "running": 2.0, "waiting": 0.0, "tokens": 900.0}},
        "gpuPercent": 40.0,
    }


def decide(usage: dict[str, Any], state: dict[str, Any]) -> tuple[str, str]:
    (decision,) = decide_sweep(
        [make_pool()], [make_state(**state)], [make_usage(**usage)], NOW, POLICY
    )
    return decision.action, decision.reason


USED = {"counters": look(a_gateway(8))}
UNKNOWN = {"counters": ONE_SILENT}
WARNED = {"warned_at": ago(20)}


@pytest.mark.parametrize(
    ("usage", "state", "action", "reason"),
    [
        pytest.param({}, {}, "warn", "Idle", id="neither counters nor Front Door saw use"),
        pytest.param(USED, {}, "none", "InvocationsSeen", id="Front Door is silent"),
        pytest.param(USED, WARNED, "withdrawWarning", "InvocationsSeen", id="and withdraws"),
        pytest.param(UNKNOWN, {}, "none", "GatewayUnreachable", id="unknown counts as use"),
        pytest.param(UNKNOWN, WARNED, "none", "GatewayUnreachable", id="but withdraws nothing"),
        pytest.param(
            {**UNKNOWN, "requests": samples({4: 1})},
            {},
            "none",
            "RequestsSeen",
            id="seen outranks",
        ),
        pytest.param(
            {**USED, "requests": samples({4: 1})}, {}, "none", "InvocationsSeen", id="named first"
        ),
        pytest.param(
            {"requests": samples({4: 1})}, {}, "none", "RequestsSeen", id="a second signal"
        ),
        pytest.param({"requests": None}, {}, "none", "RequestsUnknown", id="that is missing"),
        pytest.param({}, {"counters": {}}, "none", "CountersNew", id="never looked at"),
        pytest.param({"counters": None}, {}, "none", "CountersUnknown", id="an earlier version"),
        pytest.param(
            {**USED, "gpu_pods": ()}, {}, "none", "InvocationsSeen", id="no pod, but callers"
        ),
    ],
)
def test_an_environment_sleeps_only_if_no_signal_speaks_for_it(
    usage, state, action, reason
) -> None:
    assert decide(usage, state) == (action, reason)


def news(usage: CounterLook | None, known: CounterNote | None) -> dict[str, RecordCounters]:
    state = make_state(counters={"westeurope": known} if known else {})
    return find_counter_news([make_usage(counters=usage)], {"fraud-llm": state}, POLICY)


def test_a_record_is_told_only_what_has_moved() -> None:
    assert news(QUIET, a_note()) == {}
    told = news(look(a_gateway(8)), a_note())["fraud-llm"].notes["westeurope"]
    assert (told.at, told.since, told.reason) == (NOW, NOW, "InvocationsSeen")
    assert news(QUIET, None)["fraud-llm"].notes["westeurope"].look == QUIET
    assert news(None, None)["fraud-llm"].notes["westeurope"].look == CounterLook()


def a_told(at: datetime, requests: int) -> RecordCounters:
    changed = look(a_gateway(requests))
    note = CounterNote(at=at, since=at, look=changed, reason="InvocationsSeen", is_use=True)
    return RecordCounters(notes={"westeurope": note})


def recorded(record: EnvironmentRecord, seen: RecordCounters) -> EnvironmentRecord:
    changed = record_counters(record, seen)
    assert changed
    return changed


def test_a_note_that_arrives_twice_or_late_changes_nothing() -> None:
    before = a_record()
    first = recorded(before, a_told(ago(10), 8))
    assert record_counters(first, a_told(ago(10), 9)) is None
    assert record_counters(first, a_told(ago(11), 9)) is None
    later = recorded(first, a_told(ago(5), 9))
    assert read_sweep_state(later).state.counters["westeurope"].at == ago(5)
    assert (later.etag, later.events) == (before.etag, before.events)


def test_each_region_is_kept() -> None:
    record = recorded(a_record(), a_told(ago(10), 8))
    north = RecordCounters(notes={"northeurope": a_note()})
    assert set(recorded(record, north).counters) == {"westeurope", "northeurope"}
