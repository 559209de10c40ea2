"""What gateways count of two versions, and what follows from it."""

from datetime import timedelta

import pytest

from domain.outcomes import Outcome, Status
from domain.serving.share_watch import Share, ShareSeen, Version, conclude, see
from domain.serving.shift import (
    ERROR_RATE_EXCEEDED,
    GATEWAYS_NOT_SHIFTED,
    LATENCY_EXCEEDED,
    LEAST_ANSWERS,
    Comparison,
    compare,
    find_exceeded,
    gateways_not_shifted,
    has_arrived,
    traffic_unseen,
)
from domain.serving.traffic import Answers, GatewayTraffic, TrafficLook, read_traffic
from domain.spec.update import RollbackBounds
from tests.support.specs import NOON, minutes

COUNTED = """# TYPE envoy_cluster_upstream_rq_total counter
envoy_cluster_upstream_rq_total{envoy_cluster_name="model"} 90
envoy_cluster_upstream_rq_total{envoy_cluster_name="next"} 11
envoy_cluster_upstream_rq_active{envoy_cluster_name="model"} 2
envoy_cluster_upstream_rq_active{envoy_cluster_name="next"} 1
envoy_cluster_membership_total{envoy_cluster_name="model"} 3
envoy_cluster_membership_total{envoy_cluster_name="next"} 4
envoy_cluster_upstream_rq_completed{envoy_cluster_name="model"} 88
envoy_cluster_upstream_rq_completed{envoy_cluster_name="next"} 10
envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="next"} 3
envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="next"} 7
envoy_http_rds_version_text{envoy_http_conn_manager_prefix="public",text_value="serving/10"} 0
envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="next",le="0.5"} 5
envoy_cluster_upstream_rq_time_sum{envoy_cluster_name="next"} 120.5
envoy_cluster_upstream_rq_time_count{envoy_cluster_name="next"} 9
"""
BEFORE = """envoy_cluster_upstream_rq_total{envoy_cluster_name="model"} 0
envoy_http_rds_version_text{envoy_http_conn_manager_prefix="public",text_value="serving"} 0
"""
BOUNDS = RollbackBounds()
ROUTES = "serving/10"
SHARE = Share(routes=ROUTES, minutes=10, bounds=BOUNDS)
DEADLINE = NOON + minutes(25)


def answers(answered: int = 0, failed: int = 0, milliseconds: float = 0) -> Answers:
    """`milliseconds`: of each."""
    return Answers(
        answered=answered, failed=failed, timed=answered, milliseconds=milliseconds * answered
    )


NONE = answers()


def look(
    old: Answers = NONE,
    new: Answers = NONE,
    routes: str = ROUTES,
    *,
    unread: tuple[str, ...] = (),
    other: GatewayTraffic | None = None,
) -> TrafficLook:
    one = GatewayTraffic(restarts=0, routes=routes, old=old, new=new)
    others = {"west/b": other} if other else {}
    return TrafficLook(gateways={"west/a": one, **others}, unread=unread)


def test_answers_of_both_versions_are_told_apart():
    read = read_traffic(COUNTED, 1)
    assert read == GatewayTraffic(
        restarts=1,
        routes="serving/10",
        old=Answers(answered=88),
        new=Answers(answered=10, failed=3, timed=9, milliseconds=120.5),
        old_active=2,
        new_active=1,
        old_addresses=3,
        new_addresses=4,
    )


def test_a_gateway_that_started_before_knows_of_no_other_version():
    read = read_traffic(BEFORE, 0)
    assert read
    assert (read.new, read.old) == (None, Answers())
    assert (read.old_active, read.new_active) == (0, 0)
    assert (read.old_addresses, read.new_addresses) == (0, 0)


@pytest.mark.parametrize("text", ["", "not found", BEFORE.splitlines()[0]])
def test_what_is_no_gateway_is_not_read(text: str):
    assert read_traffic(text, 0) is None


@pytest.mark.parametrize(
    ("seen", "arrived"),
    [
        (look(), True),
        (look(routes="serving"), False),
        (look(other=GatewayTraffic(restarts=0, routes="serving", old=answers())), False),
        (look(unread=("west/b",)), False),
        (TrafficLook(gateways={}), False),
    ],
)
def test_a_share_has_arrived_once_every_gateway_has_it(seen: TrafficLook, arrived: bool):
    assert has_arrived(seen, ROUTES) is arrived


def test_only_what_was_answered_since_counts():
    seen = compare(look(answers(10), answers(5, 5)), look(answers(40), answers(25, 6)))
    assert (seen.old.answered, seen.new.answered, seen.new.failed) == (30, 20, 1)


def test_a_gateway_that_has_started_since_begins_at_zero():
    started = GatewayTraffic(restarts=0, routes=ROUTES, old=answers(3), new=answers(2))
    again = GatewayTraffic(restarts=1, routes=ROUTES, old=answers(1), new=answers(4))
    before = look(answers(100), answers(100))
    seen = compare(before, TrafficLook(gateways={"west/a": again, "west/b": started}))
    assert (seen.old.answered, seen.new.answered) == (4, 6)


def test_a_gateway_that_is_gone_takes_nothing_away():
    gone = GatewayTraffic(restarts=0, routes=ROUTES, old=answers(9), new=answers(9))
    seen = compare(look(answers(10), other=gone), look(answers(30)))
    assert (seen.old.answered, seen.new.answered) == (20, 0)


@pytest.mark.parametrize(
    ("new", "old_milliseconds", "reason"),
    [
        pytest.param(answers(100, 6), None, ERROR_RATE_EXCEEDED, id="errors"),
        pytest.param(answers(100, 5), None, None, id="as many errors as are allowed"),
        pytest.param(answers(3, 1), None, None, id="one failure is no rate"),
        pytest.param(answers(2, 2), None, ERROR_RATE_EXCEEDED, id="two of twenty"),
        pytest.param(answers(50, milliseconds=151), 100.0, LATENCY_EXCEEDED, id="slow"),
        pytest.param(answers(50, milliseconds=150), 100.0, None, id="as slow as is allowed"),
        pytest.param(answers(50, milliseconds=900), None, None, id="nothing to compare with"),
        pytest.param(
            answers(LEAST_ANSWERS - 1, milliseconds=900), 100.0, None, id="too few to tell"
        ),
    ],
)
def test_a_bound_that_is_crossed(new: Answers, old_milliseconds: float | None, reason: str | None):
    failure = find_exceeded(Comparison(old=answers(), new=new), BOUNDS, old_milliseconds)
    assert (failure and failure.reason) == reason


def test_a_version_that_was_rolled_back_is_not_tried_again_by_itself():
    failure = find_exceeded(Comparison(old=answers(), new=answers(100, 6)), BOUNDS, None)
    assert failure
    assert not failure.retryable


def test_the_fewest_answers_that_have_a_mean():
    seen = Comparison(old=answers(LEAST_ANSWERS, milliseconds=70), new=answers())
    assert seen.old_milliseconds == 70


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (None, "Still with others: none; not answering: none."),
        (look(), "Still with others: none; not answering: none."),
        (
            look(
                routes="serving",
                other=GatewayTraffic(restarts=0, routes="serving", old=NONE),
                unread=("west/c", "west/d"),
            ),
            "Still with others: west/a, west/b; not answering: west/c, west/d.",
        ),
    ],
)
def test_gateways_that_are_behind_are_named(seen: TrafficLook | None, said: str):
    failure = gateways_not_shifted(seen, ROUTES)
    assert said in failure.message
    assert (failure.retryable, traffic_unseen().retryable) == (False, True)


def test_a_failure_tells_the_figures():
    seen = Comparison(old=answers(), new=answers(50, milliseconds=300))
    failure = find_exceeded(seen, BOUNDS, 100.0)
    assert failure
    assert "300 ms for an answer, the old one 100 ms: 3.0 times" in failure.message


def test_few_answers_that_fail_tell_how_they_count():
    failure = find_exceeded(Comparison(old=answers(), new=answers(3, 2)), BOUNDS, None)
    assert failure
    assert "2 of 3 answers" in failure.message
    assert "10 % of 20 answers, of which there are fewer; the bound is 5 %." in failure.message
    many = find_exceeded(Comparison(old=answers(), new=answers(50, 5)), BOUNDS, None)
    assert many
    assert "500 or above: 10 %; the bound is 5 %." in many.message


def test_the_time_of_a_share_begins_once_it_has_arrived():
    waiting = see(SHARE, ShareSeen(), look(routes="serving"), NOON)
    assert waiting.until is None
    arrived = see(SHARE, waiting, look(), NOON + minutes(2))
    assert arrived.until == NOON + minutes(12)
    assert see(SHARE, arrived, None, NOON + minutes(3)) == arrived


def arrived_at_noon(share: Share = SHARE, first: TrafficLook | None = None) -> ShareSeen:
    return see(share, ShareSeen(), first or look(), NOON)


@pytest.mark.parametrize(
    ("latest", "after", "ended"),
    [
        pytest.param(look(), 9, None, id="its time goes on"),
        pytest.param(look(), 10, Outcome.succeeded(), id="its time is over"),
        pytest.param(None, 10, None, id="a last look is missing"),
        pytest.param(look(unread=("west/b",)), 24, None, id="a gateway is missing"),
    ],
)
def test_the_end_of_a_share(latest: TrafficLook | None, after: int, ended: Outcome | None):
    now = NOON + minutes(after)
    seen = see(SHARE, arrived_at_noon(), latest, now)
    assert conclude(SHARE, seen, latest, now, DEADLINE) == ended


def test_a_share_that_nobody_can_look_at_fails():
    outcome = conclude(SHARE, arrived_at_noon(), None, DEADLINE, DEADLINE)
    assert outcome
    assert outcome.failure
    assert outcome.failure.reason == "TrafficUnseen"


def test_a_share_that_does_not_arrive_names_the_gateways():
    behind = look(routes="serving", unread=("west/b",))
    seen = see(SHARE, ShareSeen(), behind, NOON)
    late = DEADLINE - timedelta(minutes=SHARE.minutes)
    assert conclude(SHARE, seen, behind, late - timedelta(seconds=1), DEADLINE) is None
    outcome = conclude(SHARE, seen, behind, late, DEADLINE)
    assert outcome
    assert outcome.failure
    assert outcome.failure.reason == GATEWAYS_NOT_SHIFTED
    assert "Still with others: west/a; not answering: west/b" in outcome.failure.message


def test_a_bound_that_is_crossed_ends_a_share_at_once():
    now = NOON + minutes(1)
    seen = see(SHARE, arrived_at_noon(), look(new=answers(10, 10)), now)
    outcome = conclude(SHARE, seen, look(), now, DEADLINE)
    assert outcome
    assert outcome.status is Status.FAILED


def test_a_version_that_fails_late_is_not_saved_by_good_answers():
    seen = arrived_at_noon()
    for minute, new in ((1, answers(1000)), (6, answers(1000)), (7, answers(1020, 10))):
        seen = see(SHARE, seen, look(new=new), NOON + minutes(minute))
    assert seen.base_at == NOON + minutes(6)
    outcome = conclude(SHARE, seen, look(), NOON + minutes(7), DEADLINE)
    assert outcome
    assert outcome.status is Status.FAILED


def test_a_gateway_that_was_not_read_for_a_while_does_not_begin_at_zero():
    other = GatewayTraffic(restarts=0, routes=ROUTES, old=answers(), new=answers(500, 400))
    seen = arrived_at_noon(first=look(other=other))
    seen = see(SHARE, seen, look(unread=("west/b",)), NOON + minutes(1))
    seen = see(SHARE, seen, look(other=other), NOON + minutes(6))
    assert seen.base
    assert compare(seen.base, look(other=other)).new.answered == 0


def test_what_the_old_version_took_is_known_once_it_is_sent_nothing():
    measured = see(
        SHARE, arrived_at_noon(), look(answers(50, milliseconds=100)), NOON + minutes(10)
    )
    first = conclude(SHARE, measured, look(), NOON + minutes(10), DEADLINE)
    assert first == Outcome.succeeded(oldMilliseconds=100.0)
    whole = SHARE.model_copy(update={"old_milliseconds": 100.0})
    slow = look(new=answers(50, milliseconds=200))
    seen = see(whole, arrived_at_noon(whole), slow, NOON + minutes(1))
    outcome = conclude(whole, seen, slow, NOON + minutes(1), DEADLINE)
    assert outcome
    assert outcome.failure
    assert outcome.failure.reason == LATENCY_EXCEEDED


@pytest.mark.parametrize("version", Version)
def test_a_version_that_is_left_ends_what_it_has_begun(version: Version):
    share = Share(routes=ROUTES, minutes=0, bounds=BOUNDS, left_by=version)
    idle = GatewayTraffic(restarts=0, routes=ROUTES, old=NONE, new=NONE)
    busy = idle.model_copy(update={f"{version}_active": 2})
    under_way = TrafficLook(gateways={"west/a": busy})
    seen = see(share, ShareSeen(), under_way, NOON)
    assert conclude(share, seen, under_way, NOON, DEADLINE) is None
    assert conclude(share, seen, under_way, DEADLINE, DEADLINE) == Outcome.succeeded()
    assert conclude(share, seen, look(), NOON, DEADLINE) == Outcome.succeeded()


def test_a_share_tells_what_both_versions_have_answered():
    seen = see(SHARE, arrived_at_noon(), look(answers(9), answers(2, 1, 50)), NOON + minutes(1))
    assert seen.describe(SHARE) == (
        "New version: 2 answers, 1 failed, 50 ms each; "
        f"old version: 9 answers, 0 failed, 0 ms each. {NO_ERROR_RATE} {NO_LATENCY}"
    )
    assert ShareSeen().describe(SHARE) == "Gateways are getting the new shares."


NO_ERROR_RATE = "Errors judged as a share of 20 answers, since there are fewer."
NO_LATENCY = "Latency not judged: that takes 20 answers of each version within 5 minutes."
MANY, FEW = answers(20, milliseconds=100), answers(19, milliseconds=100)
KNOWN = SHARE.model_copy(update={"old_milliseconds": 100.0})
LEFT = SHARE.model_copy(update={"left_by": Version.NEW})


@pytest.mark.parametrize(
    ("share", "old", "new", "unjudged"),
    [
        pytest.param(SHARE, MANY, MANY, set(), id="enough of both"),
        pytest.param(SHARE, FEW, MANY, {NO_LATENCY}, id="too few of the old one"),
        pytest.param(SHARE, MANY, FEW, {NO_LATENCY, NO_ERROR_RATE}, id="too few of the new one"),
        pytest.param(KNOWN, NONE, MANY, set(), id="the old one was measured before"),
        pytest.param(KNOWN, NONE, NONE, {NO_LATENCY, NO_ERROR_RATE}, id="no traffic"),
        pytest.param(LEFT, NONE, NONE, set(), id="a new version that is left is not judged"),
    ],
)
def test_a_share_says_what_too_few_answers_do_not_tell(
    share: Share, old: Answers, new: Answers, unjudged: set[str]
):
    seen = see(share, arrived_at_noon(share), look(old, new), NOON + minutes(1))
    said = seen.describe(share)
    assert {each for each in (NO_LATENCY, NO_ERROR_RATE) if each in said} == unjudged


def test_latency_that_was_judged_once_in_a_share_stays_judged():
    seen = see(SHARE, arrived_at_noon(), look(MANY, MANY), NOON + minutes(1))
    for minute in (6, 9):
        seen = see(SHARE, seen, look(MANY, MANY), NOON + minutes(minute))
    assert "New version: 0 answers" in seen.describe(SHARE)
    assert NO_LATENCY not in seen.describe(SHARE)
