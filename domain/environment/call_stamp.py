"""Who has sent a request, from where and by which door: what the audit keeps of it."""

import hashlib
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from domain.wire import WireModel, format_time

HASH_LENGTH = 16


class Door(StrEnum):
    """How a change came to be requested."""

    REST = "rest"
    QUEUE = "queue"
    SWEEP = "sweep"


class CallStamp(WireModel):
    """Of one request or message; no part of its content but a hash."""

    id: str
    at: AwareDatetime
    """When a request came in, or a message got into the queue: the same for each delivery."""
    door: Door
    action: str
    """Name of the operation in the API's document, or type of the message."""
    request_hash: str
    """SHA-256 of method, path and body, or of the message."""
    actor: str | None = None
    """Object id of the caller, or source of the message; None if unknown."""
    actor_name: str | None = None
    app: str | None = None
    """Client id of the app that sent the request."""
    is_person: bool = False
    """Whether a user has signed in."""
    on_behalf_of: str | None = None
    """Object id of the person for whom a message was sent, as its sender says."""
    origin: str | None = None
    """Network address of the client, or id of the message."""


def hash_request(head: str, body: bytes) -> str:
    """`head`: what identifies the resource, such as method and path."""
    return hashlib.sha256(head.encode() + b"\n" + body).hexdigest()


def derive_stamp_id(at: datetime, *parts: str | None) -> str:
    """The same for each delivery of a message; two requests in one microsecond differ in parts."""
    text = "\n".join((format_time(at), *(part or "" for part in parts)))
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]
