import pytest

from domain.arm.pacing import (
    SPREAD_SECONDS,
    VERIFIED_EVERY,
    PollKind,
    asks_operation,
    decide_first_poll,
    decide_poll_delay,
    decide_poll_retry_after,
    decide_read_delay,
    decide_retry_delay,
    spread,
)
from domain.outcomes import Outcome
from tests.support.payloads import BUSY, QUOTA, failed

KEY = "fraud-llm.1 edge/profile 1"


@pytest.mark.parametrize(
    ("retry_after", "kind", "expected"),
    [
        pytest.param(None, PollKind.AKS, 15, id="AKS"),
        pytest.param(None, PollKind.FRONT_DOOR, 10, id="Front Door"),
        pytest.param(None, PollKind.RESOURCE_GROUP, 15, id="resource group"),
        pytest.param(None, "aks", 15, id="the kind as plain text"),
        pytest.param(60.0, PollKind.AKS, 60, id="Retry-After is honoured"),
        pytest.param(2.0, PollKind.AKS, 2, id="Retry-After shorter than our own"),
        pytest.param(0.0, PollKind.AKS, 1, id="Retry-After 0 is no busy loop"),
        pytest.param(9_999.0, PollKind.AKS, 600, id="an absurd Retry-After"),
    ],
)
def test_the_next_poll_comes_after(retry_after, kind, expected) -> None:
    assert decide_poll_delay(retry_after, kind) == expected


@pytest.mark.parametrize(
    ("poll", "overdue", "asks"),
    [
        pytest.param(1, -60, False, id="the first"),
        pytest.param(VERIFIED_EVERY - 1, -60, False, id="the one before"),
        pytest.param(VERIFIED_EVERY, -60, True, id="the sixteenth"),
        pytest.param(2 * VERIFIED_EVERY, -60, True, id="the thirty-second"),
        pytest.param(3, -0.5, False, id="just before the deadline"),
        pytest.param(3, 0, True, id="at the deadline"),
    ],
)
def test_the_operation_itself_is_asked_by(poll: int, overdue: float, asks: bool) -> None:
    assert asks_operation(poll, overdue_seconds=overdue) is asks


@pytest.mark.parametrize("seconds", [0, 1, 300])
def test_waiters_are_spread_over_a_quarter_of_a_minute_and_none_comes_early(seconds: int) -> None:
    delays = [spread(seconds, f"env-{number}.1 edge/profile 1") for number in range(1000)]
    assert all(seconds <= delay <= seconds + SPREAD_SECONDS for delay in delays)
    in_each_second = [sum(seconds + i <= d < seconds + i + 1 for d in delays) for i in range(15)]
    assert max(in_each_second) < 2 * len(delays) / SPREAD_SECONDS


def test_a_replayed_wait_is_as_long() -> None:
    assert spread(7, KEY) == spread(7, KEY) == 14.5


@pytest.mark.parametrize(("attempt", "width"), [(1, 15), (2, 30), (3, 60), (5, 240), (50, 240)])
def test_each_attempt_spreads_waiters_over_twice_the_time(attempt: int, width: int) -> None:
    keys = [f"env-{number}.1 cell/westeurope/autoUpgradeSchedule" for number in range(1000)]
    delays = [spread(7, key, attempt) for key in keys]
    assert 7 <= min(delays) < 7 + width / 20
    assert 7 + width * 0.95 < max(delays) <= 7 + width
    outcome = failed("Throttled", retryable=True, retry_after_seconds=7)
    found = decide_retry_delay(
        outcome, adopted=False, seconds_left=600, key=keys[0], attempt=attempt
    )
    assert found == delays[0]
    late = decide_retry_delay(outcome, adopted=False, seconds_left=8, key=keys[0], attempt=attempt)
    assert late == min(delays[0], 8), "the last time at the deadline"
    never_early = decide_retry_delay(outcome, adopted=False, seconds_left=1, key=keys[0])
    assert never_early == 7


@pytest.mark.parametrize(
    ("retry_after", "shortest", "expected"),
    [
        pytest.param(None, 0, None, id="nothing is known"),
        pytest.param(10, 0, 10, id="Azure alone says"),
        pytest.param(None, 116, 116, id="not before it can have ended"),
        pytest.param(10, 116, 116, id="Azure asks for less"),
        pytest.param(200, 116, 200, id="Azure asks for more"),
    ],
)
def test_the_first_poll_comes_after(
    retry_after: float | None, shortest: float, expected: float | None
) -> None:
    assert decide_first_poll(retry_after, shortest) == expected


def test_only_a_poll_that_azure_did_not_take_is_spread() -> None:
    taken = Outcome.running("InProgress", 10)
    refused = taken.model_copy(update={"answered": False})
    assert decide_poll_retry_after(taken, KEY) == 10
    assert decide_poll_retry_after(refused, KEY) == spread(10, KEY)
    assert decide_poll_retry_after(refused, KEY, attempt=3) == spread(10, KEY, attempt=3)
    assert decide_poll_retry_after(Outcome.running("InProgress"), KEY) is None


@pytest.mark.parametrize(
    ("outcome", "delay"),
    [
        pytest.param(failed("Throttled", retry_after_seconds=7), spread(7, KEY), id="asked"),
        pytest.param(failed("ApiServerUnreachable"), 5, id="not asked"),
        pytest.param(Outcome.succeeded(), 5, id="nothing failed"),
    ],
)
def test_what_has_failed_is_read_again_after(outcome: Outcome, delay: float) -> None:
    assert decide_read_delay(outcome, 5, KEY) == delay


def test_a_read_that_is_refused_again_is_spread_further() -> None:
    refused = failed("Throttled", retry_after_seconds=7)
    assert decide_read_delay(refused, 5, KEY, attempt=4) == spread(7, KEY, attempt=4)


@pytest.mark.parametrize(
    ("outcome", "adopted", "time_left", "delay"),
    [
        pytest.param(Outcome.succeeded(), False, True, None, id="done"),
        pytest.param(Outcome.succeeded(), True, True, 0, id="adopted: looked at again at once"),
        pytest.param(QUOTA, True, True, 0, id="adopted and failed"),
        pytest.param(QUOTA, True, False, None, id="adopted and failed, too late"),
        pytest.param(QUOTA, False, True, None, id="failed for good"),
        pytest.param(BUSY, False, True, 15, id="busy"),
        pytest.param(BUSY, False, False, None, id="busy, too late"),
        pytest.param(
            failed("Throttled", retryable=True, retry_after_seconds=7),
            False,
            True,
            spread(7, KEY),
            id="asked",
        ),
        pytest.param(Outcome.canceled(), True, True, None, id="canceled here"),
    ],
)
def test_a_step_begins_again_after(outcome, adopted, time_left, delay) -> None:
    left = 600 if time_left else 0
    found = decide_retry_delay(outcome, adopted=adopted, seconds_left=left, key=KEY)
    assert found == delay
