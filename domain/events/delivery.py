"""How hard it is tried to publish an event, and what is said when it did not get out."""

from collections.abc import Mapping

from pydantic import AwareDatetime

from domain.environment.operation import OperationWarning
from domain.environment.record import EnvironmentRecord
from domain.environment.transitions import note_event
from domain.events.cloud_events import EventPublication
from domain.outcomes import Failure
from domain.wire import WireModel

TOPIC = "environment-events"
EVENT_NOT_PUBLISHED = "EventNotPublished"

FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 300.0

REFUSALS: Mapping[str, tuple[bool, str]] = {
    "Unauthorized": (
        True,  # Azure needs minutes to know a new role assignment
        "Give the app's identity the role 'Azure Service Bus Data Sender' on the topic.",
    ),
    "TopicNotFound": (False, f"Create the topic '{TOPIC}' in the Service Bus namespace."),
    "TopicDisabled": (True, f"Enable the topic '{TOPIC}'."),
    "TopicFull": (True, f"Read or delete the subscriptions of '{TOPIC}' that nobody reads."),
    "EventTooLarge": (False, "This is a bug of Gridplane: no event may be larger than 256 KiB."),
    "NoServiceBus": (False, "Set SERVICE_BUS__fullyQualifiedNamespace, or do without events."),
}
"""Whether it can pass by itself, and what to do. What is not listed is tried again."""

LOOK_AT_THE_NAMESPACE = "Look at the Service Bus namespace and its metrics."


class RecordWarning(WireModel):
    """A warning on its way to the record."""

    operation_id: str
    at: AwareDatetime
    warning: OperationWarning


def describe_refusal(code: str, message: str) -> Failure:
    retryable, suggested_action = REFUSALS.get(code, (True, LOOK_AT_THE_NAMESPACE))
    return Failure(
        reason=code,
        message=f"Service Bus refused the event: {message}",
        retryable=retryable,
        suggested_action=suggested_action,
    )


def decide_pause(attempts: int) -> float:
    """Seconds before the next of so many attempts made: doubled each time."""
    return min(FIRST_PAUSE_SECONDS * 2.0 ** (attempts - 1), LONGEST_PAUSE_SECONDS)


def build_warning(publication: EventPublication, failure: Failure) -> OperationWarning:
    return OperationWarning(
        code=EVENT_NOT_PUBLISHED,
        message=f"An event was not published to the topic '{TOPIC}'. {failure.message} "
        f"{failure.suggested_action}",
        target=publication.event.id,
    )


def record_warning(record: EnvironmentRecord, news: RecordWarning) -> EnvironmentRecord:
    """The record with the warning on its timeline and on the operation, if it is one's.

    Nothing else about them changes: an environment is no worse for a warning.
    """
    operation = record.find_operation(news.operation_id)
    if operation:
        if news.warning in operation.warnings:
            return record
        warned = operation.model_copy(update={"warnings": (*operation.warnings, news.warning)})
        operations = tuple(warned if o is operation else o for o in record.operations)
        record = record.model_copy(update={"operations": operations})
    return note_event(
        record,
        news.at,
        news.warning.code,
        f"{news.warning.target}: {news.warning.message}",
        operation_id=operation.id if operation else None,
    )
