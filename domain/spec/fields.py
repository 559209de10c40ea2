"""Types of fields that several parts of the specification share."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, LiteralString

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from domain.catalog.regions import normalise_region
from domain.spec.workload_limits import MAX_STRING_BYTES

REGION_PATTERN = r"^[a-z][a-z0-9]{2,39}$"
VM_SIZE_PATTERN = r"^[A-Za-z0-9_]+$"
ZONE_PATTERN = r"^[1-9]$"
ENV_NAME_PATTERN = r"^[-._a-zA-Z][-._a-zA-Z0-9]*$"
HEADER_NAME_PATTERN = r"^[Xx]-[A-Za-z0-9-]{1,62}$"
"""Others are the client's or the proxy's: Host, Authorization, those of a connection."""
HEADER_VALUE_PATTERN = r"^[!-~]([ -~]*[!-~])?$"
"""Visible ASCII, with blanks between."""
TIME_OF_DAY_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class Weekday(StrEnum):
    """Day of the week, Monday first as in `datetime.weekday()`."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


def _refuse_number_as_time(value: object) -> object:
    # pydantic would parse 5 and "5" as five seconds after 1970-01-01, which no request means.
    if isinstance(value, datetime) or (isinstance(value, str) and not _is_number(value)):
        return value
    raise PydanticCustomError("InvalidValue", "Use an ISO 8601 time such as 2027-01-31T00:00:00Z.")


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\s*[+-]?[0-9._]+\s*", text) is not None


def _to_utc(value: datetime) -> datetime:
    """Refuses a time that is no longer in the years 1 to 9999 once its offset is applied."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError(
            "InvalidValue", "Use a time between the years 1 and 9999 in UTC."
        ) from None


def _normalise(value: object) -> object:
    return normalise_region(value) if isinstance(value, str) else value


UtcDatetime = Annotated[
    AwareDatetime, BeforeValidator(_refuse_number_as_time), AfterValidator(_to_utc)
]
Region = Annotated[str, Field(pattern=REGION_PATTERN), BeforeValidator(_normalise)]
VmSize = Annotated[str, Field(pattern=VM_SIZE_PATTERN, max_length=64)]
Zone = Annotated[str, Field(pattern=ZONE_PATTERN)]
"""An availability zone, as the subscription numbers them."""
Text = Annotated[str, Field(json_schema_extra={"maxLength": MAX_STRING_BYTES})]
"""Documented here and checked with the request: stored specifications stay readable."""
HeaderName = Annotated[str, Field(pattern=HEADER_NAME_PATTERN, max_length=64)]
HeaderValue = Annotated[str, Field(pattern=HEADER_VALUE_PATTERN, max_length=256)]
EnvName = Annotated[str, Field(pattern=ENV_NAME_PATTERN, max_length=253)]


def all_different[T](
    values: tuple[T, ...], code: LiteralString, message: LiteralString
) -> tuple[T, ...]:
    """Raises PydanticCustomError with the code and message if a value is repeated."""
    if len(set(values)) != len(values):
        raise PydanticCustomError(code, message)
    return values
