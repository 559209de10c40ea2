"""What a request says of whoever sent it, beside what it asks for."""

import re

from domain.wire import WireModel

_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)


class Caller(WireModel):
    """The same from both doors: REST headers, or a message's properties."""

    request_id: str | None = None
    """Repeatability-Request-ID, or a message's id: the same one again starts nothing twice."""
    traceparent: str | None = None
    """The W3C trace that the request belongs to."""


ANYBODY = Caller()
"""Somebody who says nothing of themselves."""


def parse_traceparent(text: object) -> str | None:
    """The W3C standard wants an invalid one ignored, not refused."""
    return text if isinstance(text, str) and _TRACEPARENT.fullmatch(text) else None
