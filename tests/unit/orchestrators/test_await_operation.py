import pytest

from domain import deadlines
from domain.arm.failures import resource_still_exists
from domain.arm.operation_polling import MOST_REFUSED_POLLS
from domain.arm.pacing import SPREAD_SECONDS, spread
from domain.durable.inputs import OperationPoll, OperationWait
from domain.outcomes import Outcome, Status
from orchestrators.await_operation import await_operation
from orchestrators.waiting import READS_PER_RUN
from tests.support.engine import After, Run, run
from tests.support.payloads import (
    CANCELED,
    QUOTA,
    SUCCEEDED,
    a_handle,
    an_operation_wait,
    failed,
)

CREATING = Outcome.running("Creating")
POLL = "call poll_operation managedCluster"
NO_CONNECTION = ConnectionError("connection reset")


def test_it_polls_at_the_services_pace_until_azure_says_succeeded():
    adding = Outcome.running("CreatingAgentPool: 0/1 nodes completed")
    done = run(
        await_operation,
        an_operation_wait(a_handle(result={"fqdn": "gp.hcp.azmk8s.io"})),
        activities={"poll_operation": [CREATING, CREATING, adding, SUCCEEDED]},
    )
    assert done.lines == [
        "timer 15 s",
        POLL,
        "note cell/westeurope/managedCluster Running (Creating)",
        "timer 15 s",
        POLL,
        "timer 15 s",
        POLL,
        "note cell/westeurope/managedCluster Running (CreatingAgentPool: 0/1 nodes completed)",
        "timer 15 s",
        POLL,
    ]
    assert done.outcome == Outcome.succeeded(fqdn="gp.hcp.azmk8s.io").about("/managedCluster")


def test_retry_after_is_honoured_on_the_first_answer_and_on_each_poll():
    handle = a_handle("profile", retry_after_seconds=12)
    answers = [Outcome.running("InProgress", 40), Outcome.running("InProgress"), SUCCEEDED]
    done = run(await_operation, an_operation_wait(handle), activities={"poll_operation": answers})
    assert done.steps("timer") == ["timer 12 s", "timer 40 s", "timer 10 s"]


def test_a_long_operation_is_asked_as_often_as_at_first():
    answers = [*[CREATING] * 40, SUCCEEDED]
    done = run(await_operation, an_operation_wait(), activities={"poll_operation": answers})
    assert set(done.steps("timer")) == {"timer 15 s"}


def test_waiters_that_azure_sent_away_together_come_back_apart():
    sent_away = Outcome.running("HTTP 429", 20).model_copy(update={"answered": False})
    pauses: list[str] = []
    for name in ("fraud-llm.1", "fraud-llm.2"):
        wait = an_operation_wait()
        wait["operation"]["operationId"] = name
        polls = {"poll_operation": [sent_away, sent_away, SUCCEEDED]}
        done = run(await_operation, wait, instance_id=name, activities=polls)
        pauses += done.steps("timer")[1:]
    seconds = {float(pause.split()[1]) for pause in pauses}
    assert len(seconds) == 4
    assert all(20 <= each <= 20 + 2 * SPREAD_SECONDS for each in seconds)


def test_waiters_that_azure_goes_on_sending_away_come_back_further_apart():
    sent_away = Outcome.running("HTTP 429", 20).model_copy(update={"answered": False})
    wait = an_operation_wait()
    polls = {"poll_operation": [sent_away, sent_away, sent_away, CREATING, sent_away, SUCCEEDED]}
    done = run(await_operation, wait, activities=polls)
    keys = [OperationWait.from_wire(wait).key(number) for number in range(1, 6)]
    grown = [spread(20, key, attempt) for key, attempt in zip(keys, (1, 2, 3), strict=False)]
    assert done.steps("timer")[1:] == [
        *(f"timer {each:g} s" for each in grown),
        "timer 15 s",
        f"timer {spread(20, keys[4]):g} s",
    ]


def asked(done: Run) -> list[bool]:
    """Which polls have to ask the operation itself."""
    polls = [OperationPoll.from_wire(value) for _, value in done.inputs if "handle" in value]
    return [bool(poll.asks_operation) for poll in polls]


def test_every_sixteenth_poll_asks_the_operation_itself():
    answers = [*[CREATING] * 65, SUCCEEDED]
    done = run(await_operation, an_operation_wait(), activities={"poll_operation": answers})
    polls = [number for number, asks in enumerate(asked(done), 1) if asks]
    assert polls == [16, 32, 48, 64], "new runs go on counting"


def test_a_poll_at_the_deadline_asks_the_operation_itself():
    """Another operation may keep the cluster moving after this one has ended."""
    moving = CREATING.seen_at_resource()
    answers = [*[moving] * 3, Outcome.succeeded()]
    done = run(
        await_operation,
        an_operation_wait(deadline_minutes=1),
        activities={"poll_operation": answers},
    )
    assert asked(done) == [False] * 3 + [True]
    assert done.outcome.is_success


CLUSTER = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c"
)
AT_REST = Outcome.succeeded().seen_at_resource()


def test_a_cluster_is_looked_at_and_its_operation_asked_once_it_is_at_rest():
    """The URL of the operation is in the history as often as it is asked, not at each look."""
    url = f"https://management.azure.com{CLUSTER}/operations/1?c={'x' * 2700}"
    handle = a_handle(result={"fqdn": "gp"}).model_copy(
        update={"operation_url": url, "resource_id": CLUSTER}
    )
    moving = CREATING.seen_at_resource()
    late = Outcome.running("Creating")
    answers = [moving, moving, AT_REST, late, AT_REST, SUCCEEDED]
    done = run(await_operation, an_operation_wait(handle), activities={"poll_operation": answers})
    polls = [OperationPoll.from_wire(value) for _, value in done.inputs if "handle" in value]
    assert [poll.asks_operation for poll in polls] == [False, False, False, True, False, True]
    assert [poll.handle.operation_url == url for poll in polls] == [
        bool(poll.asks_operation) for poll in polls
    ]
    assert done.steps("timer") == ["timer 15 s"] * 4
    assert done.outcome == Outcome.succeeded(fqdn="gp").about(CLUSTER)


def test_what_the_operation_said_stays_until_the_motion_changes():
    moving = CREATING.seen_at_resource()
    pool = Outcome.running("Creating (gpu: Creating)").seen_at_resource()
    said = Outcome.running("CreatingAgentPool: 0/1 nodes completed")
    done = run(
        await_operation,
        an_operation_wait(),
        activities={"poll_operation": [moving, said, moving, moving, pool, SUCCEEDED]},
    )
    assert [line.partition("Running ")[2] for line in done.steps("note")] == [
        "(Creating)",
        "(CreatingAgentPool: 0/1 nodes completed)",
        "(Creating (gpu: Creating))",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(QUOTA, id="for good"),
        pytest.param(
            Outcome.failed(QUOTA.failure.model_copy(update={"retryable": True})),  # type: ignore[union-attr]
            id="for now: whoever began it decides whether to begin again",
        ),
    ],
)
def test_a_failed_operation_ends_the_wait(answer: Outcome):
    done = run(
        await_operation, an_operation_wait(), activities={"poll_operation": [CREATING, answer]}
    )
    assert done.outcome == answer.about("/managedCluster")
    assert done.steps("timer", "call") == ["timer 15 s", POLL] * 2


@pytest.mark.parametrize(
    ("cancel_after", "lines"),
    [
        pytest.param(0, ["timer 15 s", "cancel timer"], id="at once"),
        pytest.param(
            20, ["timer 15 s", POLL, "timer 15 s", "cancel timer"], id="during a later pause"
        ),
        pytest.param(15.5, ["timer 15 s", POLL], id="during a poll, which is waited for"),
    ],
)
def test_a_cancellation_ends_the_wait_at_once(cancel_after: float, lines: list[str]):
    done = run(
        await_operation,
        an_operation_wait(),
        activities={"poll_operation": CREATING},
        cancel_after=cancel_after,
    )
    assert done.steps("timer", "call", "cancel") == lines
    assert done.outcome == CANCELED
    assert done.seconds <= cancel_after + 1


def test_an_operation_that_ends_as_it_is_canceled_keeps_its_outcome():
    done = run(
        await_operation,
        an_operation_wait(),
        activities={"poll_operation": SUCCEEDED},
        cancel_after=15.5,
    )
    assert done.outcome.is_success


def test_at_the_deadline_it_gives_up_and_tells_what_azure_said_last():
    done = run(
        await_operation,
        an_operation_wait(deadline_minutes=1),
        activities={"poll_operation": Outcome.running("0/1 nodes completed")},
    )
    failure = done.outcome.failure
    assert failure
    assert (failure.reason, failure.retryable) == ("DeadlineExceeded", False)
    assert failure.message.startswith("'cell/westeurope/managedCluster' was still running")
    assert "Azure's last status: 0/1 nodes completed." in failure.message
    assert 60 <= done.seconds <= 60 + 15 + 1


def test_a_success_at_the_deadline_is_a_success():
    late = Outcome.succeeded()
    done = run(
        await_operation,
        an_operation_wait(deadline_minutes=1),
        activities={"poll_operation": [CREATING] * 3 + [late]},
    )
    assert done.outcome.is_success
    assert done.seconds >= 60


def test_a_poll_that_could_not_be_made_says_nothing_about_the_operation():
    answers = [*[NO_CONNECTION] * 4, CREATING, NO_CONNECTION, SUCCEEDED]
    done = run(await_operation, an_operation_wait(), activities={"poll_operation": answers})
    assert done.outcome.is_success
    assert done.steps("timer", "call") == [
        *["timer 15 s", POLL, POLL, POLL, POLL],
        *["timer 15 s", POLL],
        *["timer 15 s", POLL, POLL],
    ]


def test_polls_that_can_never_be_made_end_at_the_deadline():
    done = run(
        await_operation,
        an_operation_wait(deadline_minutes=2),
        activities={"poll_operation": NO_CONNECTION},
    )
    assert done.outcome.failure
    assert done.outcome.failure.reason == "DeadlineExceeded"
    assert 0 < done.seconds - (2 * 60 + deadlines.LAST_POLL) < 60


def test_at_the_deadline_the_next_answered_poll_decides():
    missed = Outcome.running("The last poll was answered with HTTP 502.").model_copy(
        update={"answered": False}
    )
    done = run(
        await_operation,
        an_operation_wait(deadline_minutes=1),
        activities={"poll_operation": [*[CREATING] * 3, missed, missed, SUCCEEDED]},
    )
    assert done.outcome.is_success
    assert done.seconds > 60


def refused(reason: str) -> Outcome:
    return failed(reason).model_copy(update={"answered": False})


def test_after_three_refused_polls_the_resource_itself_is_read():
    answers = [CREATING, *[refused("NotFound")] * 3, CREATING, SUCCEEDED]
    done = run(await_operation, an_operation_wait(), activities={"poll_operation": answers})
    assert done.outcome.is_success
    urls = [
        OperationPoll.from_wire(value).handle.operation_url
        for label, value in done.inputs
        if label.startswith("poll_operation")
    ]
    assert urls == [*["/managedCluster/operation"] * 4, None, None]


def test_a_deletion_without_effect_says_what_azure_answered_to_its_polls():
    """ARM answers 409 with the reason, but without a status, once a group's deletion failed."""
    still_exists = Outcome.failed(resource_still_exists("resourceGroup"))
    locked = refused("ResourceLocked")
    answers = [*[locked] * 3, Outcome.running("Deleting"), still_exists]
    done = run(await_operation, an_operation_wait(), activities={"poll_operation": answers})
    assert done.outcome.failure
    assert locked.failure
    assert done.outcome.failure.reason == "ResourceStillExists"
    assert locked.failure.message in done.outcome.failure.message


def test_a_refused_poll_between_answered_ones_changes_nothing():
    answers = [refused("Forbidden"), refused("NotFound"), CREATING, refused("NotFound"), SUCCEEDED]
    done = run(await_operation, an_operation_wait(), activities={"poll_operation": answers})
    assert done.outcome.is_success
    assert len(done.steps("call")) == len(answers)


def test_where_the_resource_cannot_be_read_either_the_refusal_ends_the_wait():
    done = run(
        await_operation,
        an_operation_wait(),
        activities={"poll_operation": refused("Forbidden")},
    )
    assert done.outcome.failure
    assert done.outcome.failure.reason == "Forbidden"
    assert len(done.steps("call")) == 2 * MOST_REFUSED_POLLS


def test_a_new_run_begins_before_the_history_grows_long():
    answers = [*[CREATING] * READS_PER_RUN, SUCCEEDED]
    done = run(
        await_operation,
        an_operation_wait(a_handle("profile"), deadline_minutes=60),
        activities={"poll_operation": answers},
    )
    calls = done.steps("call", "continue")
    assert calls.index("continue as new") == READS_PER_RUN
    assert done.outcome.is_success


def test_a_new_run_polls_when_the_last_answer_of_the_former_has_asked_for():
    answers = [*[CREATING] * (READS_PER_RUN - 1), Outcome.running("Creating", 40), SUCCEEDED]
    done = run(await_operation, an_operation_wait(), activities={"poll_operation": answers})
    assert done.steps("timer") == [*["timer 15 s"] * READS_PER_RUN, "timer 40 s"]


def test_a_new_run_goes_on_counting_polls():
    sent_away = Outcome.running("HTTP 429", 20).model_copy(update={"answered": False})
    answers = [*[CREATING] * READS_PER_RUN, sent_away, SUCCEEDED]
    done = run(await_operation, an_operation_wait(), activities={"poll_operation": answers})
    key = OperationWait.from_wire(an_operation_wait()).key(READS_PER_RUN + 1)
    assert done.steps("timer")[-1] == f"timer {spread(20, key):g} s"


def test_a_cancellation_in_the_last_poll_of_a_run_is_not_lost():
    slow = [CREATING] * (READS_PER_RUN - 1) + [After(5, CREATING)]
    polls_begin = 10 * READS_PER_RUN + 1 * (READS_PER_RUN - 1)
    done = run(
        await_operation,
        an_operation_wait(a_handle("profile")),
        activities={"poll_operation": slow},
        cancel_after=polls_begin + 2,
    )
    assert done.outcome.status is Status.CANCELED
    assert done.steps("continue") == []


def test_a_new_run_goes_on_with_what_the_last_one_has_learnt():
    """Its operation's URL was given up: the resource itself is read."""
    refused = failed("NotFound").model_copy(update={"answered": False})
    refusals = [refused] * MOST_REFUSED_POLLS
    answers = [*refusals, *[CREATING] * (READS_PER_RUN - len(refusals)), SUCCEEDED]
    done = run(await_operation, an_operation_wait(), activities={"poll_operation": answers})
    handles = [
        OperationPoll.from_wire(value).handle for _, value in done.inputs if "handle" in value
    ]
    assert handles[0].operation_url
    assert handles[-1].operation_url is None
