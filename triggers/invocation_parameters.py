"""Query parameters of the list of invocations."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from domain.serving.invocations.query import Position
from domain.spec.access import OBJECT_ID_PATTERN
from triggers.parameters import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, PageSize, read_skiptoken
from triggers.window_parameters import WindowQuery


def _read_caller(text: object) -> object:
    if isinstance(text, str) and not re.fullmatch(OBJECT_ID_PATTERN, text):
        raise PydanticCustomError(
            "InvalidQueryParameter", "Send the object id of the caller, a UUID."
        )
    return text


class InvocationListQuery(WindowQuery):
    """Window, filter and paging of the list of invocations."""

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
    after: Annotated[str, read_skiptoken(Position.parse)] = Field(
        default="",
        alias="skiptoken",
        description="Start of the page. Take it unchanged from `nextLink`.",
    )

    @property
    def position(self) -> Position | None:
        return Position.parse(self.after)
