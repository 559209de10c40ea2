from domain import deadlines
from domain.events.cloud_events import EventPublication
from domain.events.delivery import build_warning
from orchestrators.deliver_event import deliver_event
from tests.support.engine import After, Answer, Run, run
from tests.support.events import a_publication
from tests.support.payloads import SUCCEEDED, failed

PUBLICATION = a_publication()
BUSY = failed("NoAnswer", retryable=True)
NO_TOPIC = failed("TopicNotFound")
CALL = "call publish_event"
TOLD = "tell fraud-llm record_warning fraud-llm.1.accepted"


def deliver(answers: Answer, publication: EventPublication = PUBLICATION) -> Run:
    activities = {"publish_event": answers}
    return run(deliver_event, publication.to_wire(), activities=activities)


def test_an_event_that_gets_out_at_once_tells_the_record_nothing():
    done = deliver(SUCCEEDED)
    assert (done.lines, done.outcome) == ([CALL], SUCCEEDED)
    assert done.input_of("publish_event") == PUBLICATION.to_wire()


def test_what_can_pass_is_tried_again_with_growing_pauses():
    done = deliver([BUSY, BUSY, BUSY, SUCCEEDED])
    assert done.lines == [CALL, "timer 5 s", CALL, "timer 10 s", CALL, "timer 20 s", CALL]
    assert done.outcome.is_success


def test_what_cannot_pass_is_told_to_the_record_at_once():
    done = deliver(NO_TOPIC)
    assert done.lines == [CALL, TOLD]
    assert done.outcome == NO_TOPIC
    assert NO_TOPIC.failure
    assert done.input_of("record_warning") == {
        "operationId": "fraud-llm.1",
        "at": "2026-11-22T12:00:01Z",
        "warning": build_warning(PUBLICATION, NO_TOPIC.failure).to_wire(),
        "isStanding": False,
    }


def test_in_time_it_gives_up_and_says_so():
    done = deliver(BUSY)
    assert done.lines[-1] == TOLD
    assert done.lines.count(TOLD) == 1
    assert 0 <= deadlines.EVENT - done.seconds < 5 * 60
    assert len(done.steps("call")) < 20, "its history stays short"


def test_an_attempt_that_outlasts_the_deadline_is_the_last():
    done = deliver([After(deadlines.EVENT + 60, BUSY)])
    assert done.lines == [CALL, TOLD]


def test_a_bug_in_the_activity_is_told_to_the_record_too():
    done = deliver(KeyError("bug"))
    assert done.lines == [*[CALL] * 4, TOLD]


def test_a_note_of_the_sweep_reports_to_its_environment():
    publication = PUBLICATION.model_copy(update={"operation_id": "fraud-llm"})
    assert deliver(NO_TOPIC, publication).lines == [CALL, TOLD]
