"""Retry policy for event publication, and the warning recorded when it fails."""

from collections.abc import Mapping

from domain.events.cloud_events import EventPublication
from domain.outcomes import Failure, OperationWarning

TOPIC = "environment-events"
EVENT_NOT_PUBLISHED = "EventNotPublished"

FIRST_DELAY_SECONDS = 5.0
LONGEST_DELAY_SECONDS = 300.0

PUBLISH_REFUSALS: Mapping[str, tuple[bool, str]] = {
    "Unauthorized": (
        True,  # Azure takes minutes to apply a new role assignment
        "Grant the app's identity the role 'Azure Service Bus Data Sender' on the topic.",
    ),
    "TopicNotFound": (False, f"Create the topic '{TOPIC}' in the Service Bus namespace."),
    "TopicDisabled": (True, f"Enable the topic '{TOPIC}'."),
    "TopicFull": (True, f"Consume or delete the subscriptions of '{TOPIC}' that have a backlog."),
    "EventTooLarge": (False, "This is a bug in Gridplane: no event may exceed 256 KiB."),
    "NoServiceBus": (
        False,
        "Set SERVICE_BUS__fullyQualifiedNamespace; without it no events are published.",
    ),
}
"""By code: whether it can pass by itself, and the fix. Any other refusal is retried."""

CHECK_NAMESPACE = "Check the Service Bus namespace and its metrics."


def describe_refusal(code: str, message: str) -> Failure:
    retryable, suggested_action = PUBLISH_REFUSALS.get(code, (True, CHECK_NAMESPACE))
    return Failure(
        reason=code,
        message=f"Service Bus refused the event: {message}",
        retryable=retryable,
        suggested_action=suggested_action,
    )


def decide_publish_delay(attempts: int) -> float:
    """Seconds before the next attempt after `attempts` have failed: doubled each time."""
    return min(FIRST_DELAY_SECONDS * 2.0 ** (attempts - 1), LONGEST_DELAY_SECONDS)


def build_warning(publication: EventPublication, failure: Failure) -> OperationWarning:
    return OperationWarning(
        code=EVENT_NOT_PUBLISHED,
        message=f"An event was not published to the topic '{TOPIC}'. {failure.message} "
        f"{failure.suggested_action}",
        target=publication.event.id,
    )
