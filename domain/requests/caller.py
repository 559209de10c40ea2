"""Metadata of a request: its idempotency key, its sender and its trace context."""

import re

from domain.environment.call_stamp import CallStamp
from domain.wire import WireModel

_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)


class Caller(WireModel):
    """Metadata from the headers of a REST request or the properties of a message."""

    request_id: str | None = None
    """Repeatability-Request-ID or message id: a repeated one starts no second operation."""
    requested_by: str | None = None
    """Object id of the caller in Entra ID, or the source of the message; None if unknown."""
    traceparent: str | None = None
    """W3C trace context of the request."""
    stamp: CallStamp | None = None
    """What the audit keeps of it."""


ANONYMOUS = Caller()
"""A caller that sends no metadata."""


def parse_traceparent(text: object) -> str | None:
    """None if it is invalid: the W3C standard requires it to be ignored, not refused."""
    return text if isinstance(text, str) and _TRACEPARENT.fullmatch(text) else None
