"""Turns ARM's error responses into outcomes."""

from clients.answers import ArmAnswer
from domain.arm.error_classification import classify_response
from domain.arm.operation_polling import parse_retry_after
from domain.outcomes import Outcome


def failed(answer: ArmAnswer, operation: str) -> Outcome:
    """`operation`: HTTP method and kind of resource, such as `PUT managedCluster`."""
    return Outcome.failed(
        classify_response(
            answer.status,
            answer.body,
            operation,
            retry_after_seconds=parse_retry_after(answer.headers),
        )
    )
