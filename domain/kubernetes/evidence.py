"""Finds the events that explain a failure, and builds the failure that quotes them."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from domain.arm.error_bodies import redact
from domain.arm.error_classification import UNCLASSIFIED, classify_error
from domain.kubernetes.observation import EventObservation, Observation
from domain.outcomes import Failure

MAX_EVENTS = 5
"""Events that a failure quotes."""


def find_event(
    events: Iterable[EventObservation], matches: Callable[[EventObservation], bool]
) -> EventObservation | None:
    """The latest event that matches."""
    return next((event for event in events if matches(event)), None)


def quote(event: EventObservation | None) -> str:
    return f"{event.reason}: {event.message}" if event else ""


def has_lasted(since: datetime | None, now: datetime, grace: timedelta) -> bool:
    """False if the beginning is not known."""
    return since is not None and now - since >= grace


def classify_cause(code: str, message: str, operation: str) -> Failure | None:
    """Azure's error as the cluster quotes it, by the same rules as ARM's own answers."""
    known = classify_error(None, code, message, operation)
    return None if known.reason == UNCLASSIFIED else known


def build_failure(reason: str, message: str, action: str, observation: Observation) -> Failure:
    events: list[dict[str, Any]] = [
        {"object": event.object, "reason": event.reason, "message": redact(event.message)}
        for event in observation.events[:MAX_EVENTS]
    ]
    return Failure(
        reason=reason,
        message=redact(message),
        retryable=False,
        suggested_action=action,
        innererror={"events": events} if events else None,
    )
