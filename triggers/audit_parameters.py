"""Query parameters of the audit."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from domain.audit.query import AuditPosition
from triggers.invocation_parameters import Time
from triggers.parameters import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, PageSize, QueryParameters


def _read_place(text: object) -> object:
    if not isinstance(text, str) or not text or AuditPosition.parse(text):
        return text
    raise PydanticCustomError("InvalidQueryParameter", "Take it unchanged from nextLink.")


class AuditListQuery(QueryParameters):
    """Window, filters and paging of the audit."""

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
    actor: str | None = Field(
        default=None,
        description="Only by this caller: object id, `source` of messages, person on whose "
        "behalf a message was sent, or `sweep`.",
        examples=["8f0d4c1e-1a4b-4c57-9f3a-2d1c0b9a8e77"],
    )
    environment: str | None = Field(
        default=None, description="Only about this environment.", examples=["fraud-llm"]
    )
    page_size: PageSize = Field(
        default=DEFAULT_PAGE_SIZE,
        alias="maxpagesize",
        ge=1,
        le=MAX_PAGE_SIZE,
        description="Maximum number of records on a page.",
    )
    after: Annotated[str, BeforeValidator(_read_place)] = Field(
        default="",
        alias="skiptoken",
        description="Start of the page. Take it unchanged from `nextLink`.",
    )

    @property
    def position(self) -> AuditPosition | None:
        return AuditPosition.parse(self.after)
