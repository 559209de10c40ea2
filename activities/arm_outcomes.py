"""Turns ARM's answers into outcomes."""

from clients.answers import ArmAnswer, NoAnswer
from domain.arm.error_bodies import redact
from domain.arm.error_classification import classify_response
from domain.arm.operation_polling import parse_retry_after
from domain.outcomes import NO_ANSWER, Failure, Outcome


def failed(answer: ArmAnswer, operation: str) -> Outcome:
    return Outcome.failed(
        classify_response(
            answer.status,
            answer.body,
            operation,
            retry_after_seconds=parse_retry_after(answer.headers),
        )
    )


def no_answer(error: NoAnswer) -> Outcome:
    return Outcome.failed(
        Failure(
            reason=NO_ANSWER,
            message=f"Azure did not answer: {error}.",
            retryable=True,
            suggested_action="Nothing: it is asked again. If it persists, look at the network and "
            "at the identity of the app.",
        )
    )


def being_deleted(resource_id: str) -> Outcome:
    return Outcome.failed(
        Failure(
            reason="ResourceBeingDeleted",
            message=f"{redact(resource_id)} is still being deleted.",
            retryable=True,
            suggested_action="Nothing: it is created once the old one is gone.",
        )
    )


def not_ours(resource_id: str) -> Outcome:
    return Outcome.failed(
        Failure(
            reason="ResourceNotOwned",
            message=f"{redact(resource_id)} exists, but its tags do not say that Gridplane made "
            "it for this environment. It was left untouched.",
            retryable=False,
            suggested_action="Choose another environment name, or remove that resource yourself.",
        )
    )
