"""Events of environments that tests share."""

from typing import Any

from domain.environment.operation_request import OperationRequest
from domain.environment.record import EnvironmentRecord
from domain.environment.starts import start_operation
from domain.events.cloud_events import CloudEvent, EventPublication, derive_event
from tests.support.specs import NOON, a_request

SOURCE = "/subscriptions/5b5c5b5c-0000-4000-8000-000000000001/gridplane"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def a_publication(request: OperationRequest | None = None) -> EventPublication:
    """That the first operation was accepted."""
    record = start_operation(None, request or a_request(traceparent=TRACE), NOON)
    assert record
    return news_of(None, record)


def news_of(before: EnvironmentRecord | None, after: EnvironmentRecord) -> EventPublication:
    publication = derive_event(before, after, SOURCE)
    assert publication, "the change tells nothing"
    return publication


def an_event(**changes: Any) -> CloudEvent:
    return a_publication().event.model_copy(update=changes)
