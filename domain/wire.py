"""Wire format of models: camelCase JSON, unknown fields rejected, null fields omitted."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


def format_time(at: datetime) -> str:
    """RFC 3339 in UTC, with the suffix `Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_http_date(written: str) -> datetime | None:
    """None for what is no date with a time zone."""
    try:
        date = parsedate_to_datetime(written)
    except ValueError:
        return None
    return date if date.tzinfo else None


type JsonObject = Mapping[str, Any]
"""A JSON object, as an API returned it."""


class WireModel(BaseModel):
    """A value that crosses HTTP or the durable boundary as plain JSON.

    Its validator is built at the first use: those of all models take an eighth of a cold start.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        defer_build=True,
    )

    def to_wire(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    @classmethod
    def from_wire(cls, value: object) -> Self:
        """Raises pydantic.ValidationError."""
        return cls.model_validate(value)
