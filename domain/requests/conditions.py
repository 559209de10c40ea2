"""Repeated requests, and requests whose conditions an environment does not meet."""

from domain.environment.record import EnvironmentRecord
from domain.requests.command import Command
from domain.requests.decision import AlreadyStarted, PreconditionFailed, Refused
from domain.requests.entity_tags import matches_strongly, matches_weakly


def find_repeated(record: EnvironmentRecord, command: Command) -> AlreadyStarted | Refused | None:
    """None if the request has no id, or its id is new."""
    request_id = command.caller.request_id
    taken = record.find_request(request_id) if request_id else None
    if taken is None:
        return None
    if taken.digest == command.digest:
        return AlreadyStarted(taken.operation_id)
    return Refused(
        "RepeatabilityRequestIdReused",
        f"The id {request_id} was used with another request. Send a new id with a new request.",
        taken.operation_id,
    )


def find_stale(record: EnvironmentRecord, command: Command) -> PreconditionFailed | None:
    """What is deleted has no ETag: it is not found, whatever the caller last saw."""
    if record.is_deleted:
        return None
    if_match = command.conditions.if_match
    if_none_match = command.conditions.if_none_match
    if if_match is not None and not matches_strongly(if_match, record.etag):
        return PreconditionFailed(
            "PreconditionFailed",
            f"The environment has changed: its ETag is {record.etag}. Read it again.",
            target="header If-Match",
        )
    if if_none_match is not None and matches_weakly(if_none_match, record.etag):
        return PreconditionFailed(
            "PreconditionFailed",
            f"The environment exists with the ETag {record.etag}. Omit If-None-Match to change "
            "it, or use POST /environments to create one.",
            target="header If-None-Match",
        )
    return None
