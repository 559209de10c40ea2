"""Query parameters of the list of invocations."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from domain.serving.invocations.query import Position
from domain.spec.access import OBJECT_ID_PATTERN
from triggers.parameters import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, PageSize, QueryParameters

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


def _read_caller(text: object) -> object:
    if isinstance(text, str) and not re.fullmatch(OBJECT_ID_PATTERN, text):
        raise PydanticCustomError(
            "InvalidQueryParameter", "Send the object id of the caller, a UUID."
        )
    return text


def _read_position(text: object) -> object:
    if not isinstance(text, str) or not text or Position.parse(text):
        return text
    raise PydanticCustomError("InvalidQueryParameter", "Take it unchanged from nextLink.")


Time = Annotated[datetime | None, BeforeValidator(_read_time)]


class InvocationListQuery(QueryParameters):
    """Window, filter and paging of the list of invocations."""

    start: Time = Field(
        default=None,
        alias="from",
        description="Start of the window, RFC 3339; 24 hours before its end if omitted.",
        examples=["2026-11-29T12:00:00Z"],
    )
    end: Time = Field(
        default=None,
        alias="to",
        description="End of the window, RFC 3339, not itself included; now if omitted. At most "
        "31 days after its start.",
        examples=["2026-11-30T12:00:00Z"],
    )
    caller: Annotated[str | None, BeforeValidator(_read_caller)] = Field(
        default=None,
        description="Only invocations by the caller with this object id.",
        examples=["66666666-7777-8888-9999-000000000000"],
        json_schema_extra={"format": "uuid"},
    )
    page_size: PageSize = Field(
        default=DEFAULT_PAGE_SIZE,
        alias="maxpagesize",
        ge=1,
        le=MAX_PAGE_SIZE,
        description="Maximum number of invocations on a page.",
    )
    after: Annotated[str, BeforeValidator(_read_position)] = Field(
        default="",
        alias="skiptoken",
        description="Start of the page. Take it unchanged from `nextLink`.",
    )

    @property
    def position(self) -> Position | None:
        return Position.parse(self.after)
