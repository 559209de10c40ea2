"""A share of the requests, from the gateways' files to the end of its time."""

from typing import Any

from domain.durable.inputs import OperationRef, TrafficInput, TrafficWatch
from domain.environment.step_keys import watch_step
from domain.outcomes import Outcome, Status
from domain.serving.share_watch import LOOK_SECONDS, Share
from domain.serving.traffic import Answers
from domain.spec.update import RollbackBounds
from orchestrators.waiting import READS_PER_RUN
from orchestrators.watch_traffic import watch_traffic
from tests.support.engine import Run, run
from tests.support.payloads import CANCELED
from tests.support.specs import NOON, minutes
from tests.unit.domain.serving.test_traffic import NONE, ROUTES, answers, look

STEP = "note traffic/10/watch"


def seen(new: Answers = NONE, routes: str = ROUTES) -> Outcome:
    return Outcome.succeeded(look=look(new=new, routes=routes).to_wire())


def watch(get_traffic: Any, time: int = 1, **script: Any) -> Run:
    ref = OperationRef(
        environment="fraud-llm", operation_id="fraud-llm.2", deadline=NOON + minutes(15 + time)
    )
    value = TrafficWatch(
        operation=ref,
        step=watch_step("10"),
        traffic=TrafficInput(
            operation_id="fraud-llm.2", environment="fraud-llm", regions=("westeurope",), weight=10
        ),
        share=Share(routes=ROUTES, minutes=time, bounds=RollbackBounds()),
    )
    return run(
        watch_traffic,
        value.to_wire(),
        activities={"get_traffic": get_traffic},
        instance_id="fraud-llm.2.traffic.10.watch",
        **script,
    )


def test_it_waits_for_the_gateways_and_then_for_its_time():
    done = watch([seen(routes="serving"), *[seen()] * 10])
    assert done.outcome.is_success
    nothing = (
        "New version: 0 answers, 0 failed; old version: 0 answers, 0 failed. Errors judged as a "
        "share of 20 answers, since there are fewer. Latency not judged: that takes 20 answers of "
        "each version within 5 minutes."
    )
    assert done.steps(STEP) == [
        f"{STEP} Running (Gateways are getting the new shares.)",
        f"{STEP} Running ({nothing})",
        f"{STEP} Succeeded ({nothing})",
    ]
    assert 60 <= done.seconds < 60 + 3 * (LOOK_SECONDS + 1)


def test_a_bound_that_is_crossed_ends_it():
    done = watch([seen(), seen(answers(10, 10))], time=60)
    assert done.outcome.failure
    assert done.outcome.failure.reason == "NewVersionErrors"
    assert done.seconds < 60


def test_a_look_that_fails_says_nothing():
    done = watch([seen(), Outcome.canceled(), *[seen()] * 5])
    assert done.outcome.is_success


def test_a_cancellation_ends_it():
    done = watch(seen(), time=60, cancel_after=100)
    assert done.outcome == CANCELED
    assert done.steps(STEP)[-1] == f"{STEP} Canceled"


def test_its_history_stays_short_and_what_was_seen_is_kept():
    done = watch(seen(), time=30)
    assert done.outcome.status is Status.SUCCEEDED
    assert len(done.steps("call get_traffic")) > READS_PER_RUN
    assert any("continue" in line for line in done.lines)
    assert 1800 <= done.seconds < 1900
