import pytest

from domain.environment.operation_views import build_operation_view
from domain.environment.record import EnvironmentRecord, RecordWarning
from domain.environment.transitions import record_warning
from domain.environment.views import build_environment_view
from domain.events.delivery import build_warning, decide_publish_delay, describe_refusal
from tests.support.events import a_publication
from tests.support.specs import NOON, a_pinned_spec, a_record, a_request, minutes


def a_pinned_record() -> EnvironmentRecord:
    return a_record(a_request(spec=a_pinned_spec()))


FAILURE = describe_refusal("TopicNotFound", "there is none.")
WARNING = build_warning(a_publication(), FAILURE)


def a_warning(operation_id: str = "fraud-llm.1") -> RecordWarning:
    return RecordWarning(operation_id=operation_id, at=NOON + minutes(1), warning=WARNING)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (20, 300)]
)
def test_pauses_double_up_to_five_minutes(attempts: int, seconds: float):
    assert decide_publish_delay(attempts) == seconds


def test_what_nobody_knows_is_tried_again():
    failure = describe_refusal("EventRefused", "a bad day.")
    assert failure.retryable
    assert failure.message == "Service Bus refused the event: a bad day."


@pytest.mark.parametrize(
    ("code", "retryable", "fix"),
    [
        ("Unauthorized", True, "Data Sender"),
        ("TopicNotFound", False, "Create the topic"),
        ("TopicFull", True, "backlog"),
        ("Odd", True, "Check the Service Bus namespace"),
    ],
)
def test_a_refusal_has_its_fix_and_says_whether_it_may_pass(code: str, retryable: bool, fix: str):
    failure = describe_refusal(code, "no.")
    assert (failure.reason, failure.retryable) == (code, retryable)
    assert fix in failure.suggested_action


def test_a_warning_says_which_event_why_and_what_to_do():
    assert WARNING.target == "fraud-llm.1.accepted"
    assert WARNING.message == (
        "An event was not published to the topic 'environment-events'. "
        "Service Bus refused the event: there is none. "
        "Create the topic 'environment-events' in the Service Bus namespace."
    )


def test_the_operation_shows_it_and_is_otherwise_as_before():
    before = a_pinned_record()
    after = record_warning(before, a_warning())
    shown = build_operation_view(after.operations[0]).to_wire()
    assert shown.pop("warnings") == [WARNING.to_wire()]
    assert shown == build_operation_view(before.operations[0]).to_wire()
    changed = {"last_modified_date_time": NOON + minutes(1)}
    unchanged = build_environment_view(before, NOON)
    assert build_environment_view(after, NOON) == unchanged.model_copy(update=changed)
    line = after.events[-1]
    assert (line.type, line.operation_id) == ("EventNotPublished", "fraud-llm.1")


def test_it_is_told_once():
    once = record_warning(a_pinned_record(), a_warning())
    assert record_warning(once, a_warning()) == once


@pytest.mark.parametrize(
    "operation_id", ["fraud-llm", "fraud-llm.99"], ids=["a note", "forgotten"]
)
def test_what_no_known_operation_brought_is_told_on_the_timeline(operation_id: str):
    after = record_warning(a_pinned_record(), a_warning(operation_id))
    line = after.events[-1]
    assert (line.type, line.operation_id) == ("EventNotPublished", None)
    assert line.message.startswith("fraud-llm.1.accepted: An event was not published")
    assert after.operations[0].warnings == ()
