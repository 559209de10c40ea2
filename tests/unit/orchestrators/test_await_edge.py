from domain.outcomes import Outcome
from orchestrators.await_edge import await_edge
from orchestrators.waiting import READS_PER_RUN
from tests.support.engine import After, run
from tests.support.payloads import CANCELED, HOST, SUCCEEDED, an_edge_wait

PROBE = f"call probe_edge {HOST}"
NO_NAME = Outcome.running("no answer: ClientConnectorDNSError")
NOT_FOUND = Outcome.running("HTTP 404")
UNHEALTHY = Outcome.running("HTTP 503")


def test_it_asks_until_the_model_answers_and_reports_only_what_is_new():
    answers = [NO_NAME, NOT_FOUND, NOT_FOUND, UNHEALTHY, SUCCEEDED]
    done = run(await_edge, an_edge_wait(), activities={"probe_edge": answers})
    assert done.lines == [
        PROBE,
        "note probe Running (no answer: ClientConnectorDNSError)",
        "timer 5 s",
        PROBE,
        "note probe Running (HTTP 404)",
        "timer 5 s",
        PROBE,
        "timer 5 s",
        PROBE,
        "note probe Running (HTTP 503)",
        "timer 5 s",
        PROBE,
    ]
    assert done.outcome.is_success


def test_at_its_deadline_it_says_that_front_door_still_propagates_and_what_it_answered():
    done = run(await_edge, an_edge_wait(deadline_minutes=2), activities={"probe_edge": NOT_FOUND})
    failure = done.outcome.failure
    assert failure
    assert (failure.reason, failure.retryable) == ("EdgePropagationTimeout", True)
    assert failure.message == (
        f"https://{HOST}/health did not answer in time. Last answer: HTTP 404."
    )
    assert 120 <= done.seconds < 130


def test_an_answer_at_the_deadline_is_an_answer():
    answers = [NOT_FOUND, After(130, SUCCEEDED)]
    done = run(await_edge, an_edge_wait(deadline_minutes=2), activities={"probe_edge": answers})
    assert done.outcome.is_success


def test_a_probe_that_could_not_be_sent_is_sent_again():
    answers = [*[OSError("no socket left")] * 4, NOT_FOUND, SUCCEEDED]
    done = run(await_edge, an_edge_wait(), activities={"probe_edge": answers})
    assert done.outcome.is_success


def test_probes_that_could_never_be_sent_end_at_the_deadline_and_say_why():
    done = run(
        await_edge,
        an_edge_wait(deadline_minutes=1),
        activities={"probe_edge": OSError("no socket left")},
    )
    assert done.outcome.failure
    assert "no socket left" in done.outcome.failure.message


def test_a_cancellation_ends_the_wait_at_once():
    done = run(await_edge, an_edge_wait(), activities={"probe_edge": NOT_FOUND}, cancel_after=9)
    assert done.steps("call", "timer", "cancel") == [
        *[PROBE, "timer 5 s"],
        *[PROBE, "timer 5 s", "cancel timer"],
    ]
    assert (done.outcome, done.seconds) == (CANCELED, 9)


def test_a_new_run_begins_before_the_history_grows_long():
    answers = [*[NOT_FOUND] * READS_PER_RUN, SUCCEEDED]
    done = run(await_edge, an_edge_wait(), activities={"probe_edge": answers})
    assert done.steps("call", "continue").index("continue as new") == READS_PER_RUN
    assert done.outcome.is_success


def test_a_cancellation_that_arrives_between_two_runs_is_not_lost():
    answers = [After(0, NOT_FOUND)] * READS_PER_RUN
    done = run(
        await_edge,
        an_edge_wait(),
        activities={"probe_edge": answers},
        cancel_after=5 * (READS_PER_RUN - 1) + 0.5,
    )
    assert done.outcome == CANCELED
