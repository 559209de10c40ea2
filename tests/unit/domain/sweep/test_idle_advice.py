"""What other idle settings would have cost, by what the record keeps."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.environment.counters import CounterLook, RecordCounters
from domain.environment.operation import OperationKind
from domain.environment.record import EnvironmentRecord
from domain.environment.use_history import UseHistory, note_use
from domain.outcomes import Status
from domain.sweep.counters import record_counters
from domain.sweep.idle_advice import MINUTES_TO_WAKE, IdleAdvice, IdleOption, advise_on_idle
from tests.support.specs import a_record, a_request, a_spec
from tests.unit.domain.sweep_models import a_gateway, a_note

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
PRICE = 4.775


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def a_used_record(*used: float, **spec: Any) -> EnvironmentRecord:
    history = UseHistory(since=START)
    for minutes in used:
        history = note_use(history, after(minutes), 10)
    record = a_record(a_request(spec=a_spec(**spec)))
    return record.model_copy(update={"use_history": history})


def find(advice: IdleAdvice, words: str) -> IdleOption:
    return next(each for each in advice.value if words in each.setting)


def test_without_a_history_there_is_nothing_to_compare() -> None:
    advice = advise_on_idle(a_record(), START)
    assert (advice.value, advice.since_date_time, advice.observed_hours) == ((), None, 0)


def test_a_shorter_time_costs_less_and_starts_more_often() -> None:
    """Asked at 8 and at 10: two hours later."""
    advice = advise_on_idle(a_used_record(0, 120), after(240))
    short, long = find(advice, " 5 minutes"), find(advice, " 480 minutes")
    assert (short.cold_starts, short.requests_waiting) == (1, 10)
    assert (long.cold_starts, long.requests_waiting, long.gpu_hours) == (0, 0, 4.0)
    assert short.gpu_hours == pytest.approx(2 * 25 / 60, abs=0.01)


def test_what_is_saved_is_counted_from_the_present_setting() -> None:
    advice = advise_on_idle(a_used_record(0, 120), after(240))
    now, never = find(advice, " 15 minutes"), find(advice, "never")
    assert (now.is_current, now.saved_usd) == (True, 0)
    assert [each.is_current for each in advice.value].count(True) == 1
    assert never.cost_usd == pytest.approx(4 * (advice.usd_per_hour or 0), abs=0.01)
    assert never.saved_usd == pytest.approx((now.cost_usd or 0) - (never.cost_usd or 0), abs=0.02)


def test_a_clock_that_is_behind_hides_no_use() -> None:
    advice = advise_on_idle(a_used_record(0, 120), START - timedelta(hours=1))
    assert advice.until_date_time == after(125)
    assert find(advice, " 5 minutes").cold_starts == 1


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        pytest.param({"idle": {"afterMinutes": 45}}, " 45 minutes", id="a time of its own"),
        pytest.param({"idle": {"action": "none"}}, "never", id="no action"),
        pytest.param(
            {"gpu": {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 2, "minNodes": 1}},
            "never",
            id="a minimum",
        ),
        pytest.param(
            {
                "gpu": {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 2, "minNodes": 1},
                "idle": {
                    "offHours": {"timeZone": "Europe/Berlin", "start": "19:00", "end": "06:00"}
                },
            },
            "from 19:00 to 06:00 (Europe/Berlin) only",
            id="off hours",
        ),
    ],
)
def test_the_present_setting_is_among_them(spec: dict[str, Any], words: str) -> None:
    advice = advise_on_idle(a_used_record(0, **spec), after(240))
    assert words in next(each for each in advice.value if each.is_current).setting
    assert len({each.setting for each in advice.value}) == len(advice.value)


def test_in_off_hours_alone_it_is_awake_by_day() -> None:
    """From 8 to 8: asleep from 20:00 to 07:00, UTC."""
    advice = advise_on_idle(a_used_record(0), after(24 * 60))
    assert find(advice, "from 20:00 to 07:00").gpu_hours == pytest.approx(13, abs=0.2)


def test_a_size_without_a_list_price_has_hours_alone() -> None:
    spot = {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 2, "spot": True}
    advice = advise_on_idle(a_used_record(0, gpu=spot), after(60))
    assert advice.usd_per_hour is None
    assert {(each.cost_usd, each.saved_usd) for each in advice.value} == {(None, None)}


def test_a_wake_is_use_and_tells_how_long_one_takes() -> None:
    record = a_used_record(0)
    wake = record.operations[0].model_copy(
        update={
            "kind": OperationKind.WAKE,
            "status": Status.SUCCEEDED,
            "created_at": after(120),
            "last_action_at": after(129),
        }
    )
    record = record.model_copy(update={"operations": (wake,)})
    advice = advise_on_idle(record, after(240))
    assert (advice.minutes_to_wake, find(advice, " 5 minutes").cold_starts) == (9.0, 1)
    assert advise_on_idle(a_used_record(0), after(240)).minutes_to_wake == MINUTES_TO_WAKE


def test_a_wake_by_the_clock_is_no_use() -> None:
    pinned = {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 2, "minNodes": 1}
    record = a_used_record(0, gpu=pinned)
    changes = {"kind": OperationKind.WAKE, "requested_by": "sweep", "created_at": after(120)}
    wake = record.operations[0].model_copy(update=changes)
    record = record.model_copy(update={"operations": (wake,)})
    assert find(advise_on_idle(record, after(240)), " 5 minutes").cold_starts == 0


def test_the_sweeps_looks_make_the_history() -> None:
    record = a_record()
    looks = [
        a_note(CounterLook(gateways={"a": a_gateway(7)}), at=START, is_use=False),
        a_note(CounterLook(gateways={"a": a_gateway(9)}), at=after(30)),
        a_note(CounterLook(gateways={"a": a_gateway(2, restarts=1)}), at=after(60)),
    ]
    for note in looks:
        record = record_counters(record, RecordCounters(notes={"westeurope": note})) or record
    history = record.use_history
    assert (history.since, [each.requests for each in history.periods]) == (START, [2, 0])
    again = record_counters(record, RecordCounters(notes={"westeurope": looks[1]}))
    assert again is None
