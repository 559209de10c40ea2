"""Query parameters of lists that cover a window of time."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from triggers.parameters import QueryParameters

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def _read_time(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        if _TIME.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise PydanticCustomError(
        "InvalidQueryParameter",
        "Send a time of RFC 3339 such as 2026-11-30T12:00:00Z, a + in it as %2B.",
    )


class WindowQuery(QueryParameters):
    """A window of at most 31 days."""

    start: Annotated[datetime | None, BeforeValidator(_read_time)] = Field(
        default=None,
        alias="from",
        description="Start of the window, RFC 3339; 24 hours before its end if omitted.",
        examples=["2026-11-29T12:00:00Z"],
    )
    end: Annotated[datetime | None, BeforeValidator(_read_time)] = Field(
        default=None,
        alias="to",
        description="End of the window, RFC 3339, not itself included; now if omitted. At most "
        "31 days after its start.",
        examples=["2026-11-30T12:00:00Z"],
    )
