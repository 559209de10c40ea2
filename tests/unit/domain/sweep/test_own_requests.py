"""The sweep's own requests are taken out of what Azure Monitor counts, and nothing else is."""

from collections.abc import Mapping

import pytest

from domain.environment.record import EnvironmentRecord
from domain.spec.idle import Idle
from domain.sweep.decisions import decide_sweep
from domain.sweep.health_facts import ProbeAnswer
from domain.sweep.own_requests import note_own_request, without_own_requests
from domain.sweep.record_notes import read_sweep_state
from domain.sweep.usage import Sample, Usage
from tests.support.specs import NOON, a_record, a_request, a_spec, minutes
from tests.unit.domain.sweep_models import (
    NOW,
    POLICY,
    ago,
    make_pool,
    make_state,
    make_usage,
    samples,
)


def minute(age: float) -> int:
    return int(ago(age).timestamp() // 60)


def left_of(counts: dict[int, float], own: Mapping[int, int]) -> dict[int, float]:
    """What is left of the counts, by age in minutes; `own`: also by age."""
    usage = make_usage(requests=samples(counts))
    used = without_own_requests(usage, {minute(age): count for age, count in own.items()})
    assert used.requests
    found = {round((NOW - s.at).total_seconds() / 60): s.count for s in used.requests}
    return {age: count for age, count in found.items() if count}


@pytest.mark.parametrize(
    ("counts", "own", "left"),
    [
        pytest.param({5: 1}, {5: 1}, {}, id="ours"),
        pytest.param({5: 3}, {5: 1}, {5: 2}, id="ours and two of others"),
        pytest.param({5: 1}, {}, {5: 1}, id="of others"),
        pytest.param({5: 1}, {7: 1}, {}, id="ours, by a clock that is two minutes off"),
        pytest.param({5: 1}, {8: 1}, {5: 1}, id="three minutes off: of others"),
        pytest.param({5: 1, 6: 1}, {5: 1}, {5: 1}, id="one of ours explains one request only"),
        pytest.param({5: 2}, {5: 1, 6: 1}, {}, id="the first and the second look"),
        pytest.param({10: 1, 5: 1, 2: 1}, {10: 1, 5: 1}, {2: 1}, id="sweep after sweep"),
        pytest.param({}, {5: 1}, {}, id="ours is not counted yet"),
    ],
)
def test_only_our_own_requests_are_taken_out(
    counts: dict[int, float], own: dict[int, int], left: dict[int, float]
):
    assert left_of(counts, own) == left


def test_unknown_requests_stay_unknown():
    usage = make_usage(requests=None)
    assert without_own_requests(usage, {minute(5): 1}) is usage


def decide_reason(own: dict[int, int], counts: dict[int, float]) -> str:
    (decision,) = decide_sweep(
        [make_pool()],
        [make_state(own_requests=own)],
        [make_usage(requests=samples(counts))],
        NOW,
        POLICY,
    )
    return decision.reason


def test_a_model_that_only_the_sweep_asks_is_idle():
    asked: dict[int, float] = dict.fromkeys(range(5, 40, 5), 1.0)
    own = {minute(age): 1 for age in asked}
    assert decide_reason(own, asked) == "Idle"
    assert decide_reason(own, {**asked, 12: 1}) == "RequestsSeen"
    assert decide_reason({}, asked) == "RequestsSeen"


def a_record_of(idle: Idle) -> EnvironmentRecord:
    spec = a_spec().model_copy(update={"idle": idle})
    return a_record(a_request(spec=spec))


@pytest.mark.parametrize("after_minutes", [5, 30, 300, 1440, 10080])
def test_what_is_kept_covers_the_window_and_stays_small(after_minutes: int):
    """A week of looks every five minutes, of which everything in the window is explained."""
    record = a_record_of(Idle(after_minutes=after_minutes))
    times = [NOON + minutes(5 * number + 0.5) for number in range(2016 + 60)]
    for at in times:
        record = note_own_request(record, at)
    state = read_sweep_state(record).state
    grain = 1 if after_minutes <= 300 else 5 if after_minutes <= 1500 else 60
    assert len(state.own_requests) <= 310
    end = times[-1]
    window = [at for at in times if at > end - minutes(after_minutes)]
    counted: dict[float, int] = {}
    for at in window:
        start = at.timestamp() // 60 // grain * grain * 60
        counted[start] = counted.get(start, 0) + 1
    usage = Usage(
        environment="fraud-llm",
        region="westeurope",
        observed_at=end,
        requests=tuple(
            Sample(at=NOON + minutes((start - NOON.timestamp()) / 60), count=count)
            for start, count in counted.items()
        ),
        gpu_pods=(),
        interval_minutes=grain,
    )
    used = without_own_requests(usage, state.own_requests)
    assert used.requests
    assert {sample.count for sample in used.requests} == {0}


def test_requests_of_a_minute_are_counted_together():
    once = note_own_request(a_record(), NOON + minutes(0.1))
    twice = note_own_request(once, NOON + minutes(0.9))
    at_noon = int(NOON.timestamp() // 60)
    assert (once.own_requests, twice.own_requests) == ({at_noon: 1}, {at_noon: 2})


def test_what_no_window_reaches_is_forgotten():
    """15 minutes, 8 for what Azure Monitor lags behind, 2 intervals, 2 for the clocks."""
    at_noon = int(NOON.timestamp() // 60)
    known = {at_noon - age: 1 for age in (26, 27, 28)}
    record = note_own_request(a_record().model_copy(update={"own_requests": known}), NOON)
    assert sorted(at_noon - each for each in record.own_requests) == [0, 26, 27]


def test_a_note_is_no_change_that_anybody_is_told_of():
    before = a_record()
    after = note_own_request(before, NOON)
    assert (after.etag, after.updated_at, after.events) == (
        before.etag,
        before.updated_at,
        before.events,
    )
    assert EnvironmentRecord.from_wire(after.to_wire()) == after


@pytest.mark.parametrize(
    ("answered", "counted"),
    [
        pytest.param(ago(3), ago(3), id="after a wait for the activity"),
        pytest.param(ago(2), ago(2), id="in the moment in which the answer arrived"),
        pytest.param(ago(10), ago(5), id="by a clock that is slow"),
        pytest.param(ago(-1), ago(5), id="by a clock that is fast"),
        pytest.param(None, ago(5), id="without a date"),
    ],
)
def test_a_request_is_counted_when_the_edge_has_answered_it(answered, counted):
    answer = ProbeAnswer(environment="fraud-llm", status=200, answered_at=answered)
    assert answer.asked_at(ago(5), ago(2)) == counted
