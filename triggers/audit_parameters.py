"""Query parameters of the audit."""

from typing import Annotated

from pydantic import Field

from domain.audit.query import AuditPosition
from triggers.parameters import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, PageSize, read_skiptoken
from triggers.window_parameters import WindowQuery


class AuditListQuery(WindowQuery):
    """Window, filters and paging of the audit."""

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
    after: Annotated[str, read_skiptoken(AuditPosition.parse)] = Field(
        default="",
        alias="skiptoken",
        description="Start of the page. Take it unchanged from `nextLink`.",
    )

    @property
    def position(self) -> AuditPosition | None:
        return AuditPosition.parse(self.after)
