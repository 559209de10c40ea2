"""How much counters have grown between two looks, and never more than that."""

from typing import Any

import pytest

from domain.environment.counters import CounterLook, EngineFigures, GatewayCounters, RecordCounters
from domain.environment.metric_history import TrafficPoint
from domain.sweep.counter_growth import find_growth
from domain.sweep.counters import UNREAD_CELL, record_counters
from tests.support.specs import a_record
from tests.unit.domain.sweep_models import a_note, ago


def gateway(requests: int, errors: int | None = 0, **changes: Any) -> GatewayCounters:
    values = {"restarts": 0, "answered": requests, "active": 0, **changes}
    return GatewayCounters(requests=requests, errors=errors, **values)


def engine(tokens_in: float | None, tokens_out: float | None, **changes: Any) -> EngineFigures:
    return EngineFigures(
        **{"restarts": 0, "tokens_in": tokens_in, "tokens_out": tokens_out, **changes}
    )


def look(
    gateways: dict[str, GatewayCounters] | None = None,
    engines: dict[str, EngineFigures] | None = None,
    **others: Any,
) -> CounterLook:
    return CounterLook(gateways=gateways or {}, engines=engines or {}, **others)


ONE = look({"a": gateway(7, 2)}, {"m": engine(100, 40)})


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param(ONE, ONE, (0, 0, 0, 0), id="nothing moved"),
        pytest.param(
            ONE, look({"a": gateway(9, 3)}, {"m": engine(130, 90)}), (2, 1, 30, 50), id="grown"
        ),
        pytest.param(None, ONE, (7, 2, 100, 40), id="a first look has all since the start"),
        pytest.param(
            ONE, look({"a": gateway(3, 1, restarts=1)}), (3, 1, None, None), id="began again"
        ),
        pytest.param(
            ONE, look({"a": gateway(7, 2), "b": gateway(4, 1)}), (4, 1, None, None), id="a new one"
        ),
        pytest.param(
            ONE,
            look({"a": gateway(7, 2)}, {"m": engine(100, 40), "n": engine(900, 900)}),
            (0, 0, 0, 0),
            id="an engine that was missing may have counted before",
        ),
        pytest.param(
            ONE, look({"a": gateway(7, 2)}, {"m": engine(3, 1)}), (0, 0, 3, 1), id="tokens fell"
        ),
        pytest.param(
            ONE,
            look({"a": gateway(7, 2)}, unread={"a": "GatewayUnreachable"}),
            (None, None, None, None),
            id="silent, with what it told before",
        ),
        pytest.param(
            look({"a": gateway(7, None)}, {"m": engine(None, None, tokens=9)}),
            ONE,
            (0, None, None, None),
            id="a look of an earlier version",
        ),
        pytest.param(
            ONE,
            look({"a": gateway(7, 2, answered=9)}),
            (2, 0, None, None),
            id="callers whom no replica answers",
        ),
    ],
)
def test_growth_is_what_is_new_since_the_look_before(before, now, expected) -> None:
    known = a_note(before) if before else None
    grown = find_growth(known, a_note(now), is_read=True)
    assert (grown.requests, grown.errors, grown.tokens_in, grown.tokens_out) == expected


def test_what_is_of_the_moment_is_kept_as_it_is() -> None:
    now = look(
        engines={"m": engine(1, 1, running=2), "n": engine(1, 1), "o": engine(1, 1, waiting=1)},
        gpu_percent=87.4,
    )
    grown = find_growth(None, a_note(now), is_read=True)
    assert (grown.gpu_percent, grown.busy_replicas) == (87, 2)
    assert find_growth(None, a_note(look()), is_read=True).busy_replicas is None


def test_a_cell_that_could_not_be_read_tells_nothing() -> None:
    assert find_growth(a_note(ONE), a_note(ONE), is_read=False) == TrafficPoint(0)


def test_the_record_keeps_it_by_slot() -> None:
    record = a_record()
    for minutes, requests in ((10, 7), (5, 12)):
        note = a_note(look({"a": gateway(requests)}), since=minutes)
        changed = record_counters(record, RecordCounters(notes={"westeurope": note}))
        assert changed
        record = changed
    assert [each.requests for each in record.metric_history.slots] == [7, 5]
    assert record.metric_history.since == ago(10)
    unread = a_note(look({"a": gateway(12)}), since=0, reason=UNREAD_CELL.reason)
    changed = record_counters(record, RecordCounters(notes={"westeurope": unread}))
    assert changed
    assert [each.requests for each in changed.metric_history.slots] == [7, 5, None]
