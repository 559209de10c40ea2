"""Query parameters and headers, each declared once for decoding and documentation."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, cast

import azure.functions as func
from pydantic import BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from domain.catalog.regions import normalise_region
from domain.environment.health import HealthStatus
from domain.environment.phases import Phase
from domain.problem import Problem
from domain.requests.caller import Caller, parse_traceparent
from domain.requests.command import Conditions
from domain.wire import WireModel

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 500

LONGEST_COUNT = 4

LONGEST_UUID = len(f"urn:uuid:{uuid.UUID(int=0)}")

QUERY, HEADER = "query", "header"
"""Locations of a parameter, in an error's `target` and in OpenAPI's `in`."""


class QueryParameters(WireModel):
    """No query parameters; undeclared ones are refused rather than ignored."""


class AnyQueryParameters(QueryParameters):
    """Ignores all query parameters: health probes may add their own."""

    model_config = ConfigDict(extra="ignore")


class HeaderParameters(WireModel):
    """No headers; undeclared ones are ignored."""

    model_config = ConfigDict(extra="ignore")


def _read_flag(text: object) -> object:
    match text:
        case str() if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case str():
            raise PydanticCustomError("InvalidQueryParameter", "Send true or false.")
        case _:
            return text


def _read_page_size(text: object) -> object:
    if not isinstance(text, str):
        return text
    is_short = len(text) <= len(str(MAX_PAGE_SIZE))  # int() raises on thousands of digits
    if is_short and text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PAGE_SIZE:
        return int(text)
    raise PydanticCustomError(
        "InvalidQueryParameter",
        "Send a whole number from 1 to {largest}.",
        {"largest": MAX_PAGE_SIZE},
    )


def _read_one_of(values: type[StrEnum]) -> BeforeValidator:
    def read(text: object) -> object:
        if text is None or text in values:
            return text
        raise PydanticCustomError(
            "InvalidQueryParameter", "Send one of {values}.", {"values": ", ".join(values)}
        )

    return BeforeValidator(read)


def _read_uuid(text: object) -> object:
    written = str(text)
    try:
        if len(written) > LONGEST_UUID:  # uuid.UUID ignores any number of braces and hyphens
            raise ValueError
        uuid.UUID(written)
    except ValueError:
        raise PydanticCustomError("InvalidHeader", "Send a UUID.") from None
    return text


Flag = Annotated[bool, BeforeValidator(_read_flag)]
PageSize = Annotated[int, BeforeValidator(_read_page_size)]


class PageQuery(QueryParameters):
    """Paging of a list."""

    page_size: PageSize = Field(
        default=DEFAULT_PAGE_SIZE,
        alias="maxpagesize",
        ge=1,
        le=MAX_PAGE_SIZE,
        description="Maximum number of entries on a page.",
    )
    after: str = Field(
        default="",
        alias="skiptoken",
        description="Start of the page. Take it unchanged from `nextLink`.",
    )


class ListQuery(PageQuery):
    """Filters and paging of the list of environments."""

    phase: Annotated[Phase | None, _read_one_of(Phase)] = Field(
        default=None, description="Only environments in this phase."
    )
    health: Annotated[HealthStatus | None, _read_one_of(HealthStatus)] = Field(
        default=None, description="Only environments with this health status."
    )
    cost_center: str | None = Field(
        default=None, description="Only environments of this cost center.", examples=["ML-1234"]
    )


class ApprovalsQuery(QueryParameters):
    """Paging of the list of approvals."""

    page_size: PageSize = Field(
        default=DEFAULT_PAGE_SIZE,
        alias="maxpagesize",
        ge=1,
        le=MAX_PAGE_SIZE,
        description="Maximum number of operations on a page.",
    )
    after: str = Field(
        default="",
        alias="skiptoken",
        description="Start of the page. Take it unchanged from `nextLink`.",
    )


def read_skiptoken(parse: Callable[[str], object]) -> BeforeValidator:
    """`parse`: None for what no page has as its `skiptoken`, which is refused."""

    def read(text: object) -> object:
        if not isinstance(text, str) or not text or parse(text):
            return text
        raise PydanticCustomError("InvalidQueryParameter", "Take it unchanged from nextLink.")

    return BeforeValidator(read)


def _read_count(text: object) -> object:
    if not isinstance(text, str):
        return text
    if text.isascii() and text.isdigit() and len(text) <= LONGEST_COUNT:
        return int(text)
    raise PydanticCustomError("InvalidQueryParameter", "Send a whole number of at most 4 digits.")


Count = Annotated[int, BeforeValidator(_read_count)]


class OffersQuery(QueryParameters):
    """Which GPU sizes to list."""

    region: Annotated[str, BeforeValidator(lambda text: normalise_region(str(text)))] = Field(
        default="",
        description="Azure region. Required.",
        examples=["westeurope"],
    )
    gpus: Count = Field(default=1, description="Least number of GPUs per node.")
    gpu_memory: Count = Field(
        default=0, description="Least memory of each GPU in GB.", examples=[80]
    )


def _read_date(text: object) -> object:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else text
    except ValueError:
        message = "Send a date such as 2026-11-30."
        raise PydanticCustomError("InvalidQueryParameter", message) from None


Day = Annotated[date | None, BeforeValidator(_read_date)]


class CostsQuery(QueryParameters):
    """Which costs to read."""

    cost_center: str | None = Field(
        default=None, description="Only environments of this cost center.", examples=["ML-1234"]
    )
    first: Day = Field(
        default=None,
        alias="from",
        description="First day, UTC; the first of the month of `to` if omitted.",
        examples=["2026-11-01"],
    )
    last: Day = Field(
        default=None,
        alias="to",
        description="Last day, UTC; today if omitted.",
        examples=["2026-11-30"],
    )


class DeletionQuery(QueryParameters):
    """Options of a deletion."""

    force: Flag = Field(
        default=False,
        description="Start another deletion even if one is running, for one that is stuck.",
    )


class LatestSweepQuery(QueryParameters):
    """Which sweep to read."""

    dry_run: Flag = Field(default=False, description="Read the latest dry run instead.")


class ReadHeaders(HeaderParameters):
    """Headers of a conditional read."""

    if_none_match: str | None = Field(
        default=None,
        alias="If-None-Match",
        description="ETags, weak or not, or `*`; the response is 304 while one of them is the "
        "environment's current one.",
        examples=['"1-17"'],
    )


class RepeatableHeaders(HeaderParameters):
    """Headers of a request that may be sent again."""

    request_id: Annotated[str | None, BeforeValidator(_read_uuid)] = Field(
        default=None,
        alias="Repeatability-Request-ID",
        description="A UUID of your choice: repeating the request with the same id returns what "
        "the first one has made.",
        examples=["5b1f0d9c-7c7c-4f0c-9d0a-1f2f1b9b8f77"],
        json_schema_extra={"format": "uuid"},
    )


class StartHeaders(RepeatableHeaders):
    """Headers of a request that starts or cancels an operation."""

    request_id: Annotated[str | None, BeforeValidator(_read_uuid)] = Field(
        default=None,
        alias="Repeatability-Request-ID",
        description="A UUID of your choice: repeating the request with the same id returns the "
        "operation that the first request started. Ids are kept for the latest 50 such requests "
        "of an environment.",
        examples=["5b1f0d9c-7c7c-4f0c-9d0a-1f2f1b9b8f77"],
        json_schema_extra={"format": "uuid"},
    )
    traceparent: Annotated[str | None, BeforeValidator(parse_traceparent)] = Field(
        default=None,
        alias="traceparent",
        description="W3C trace context, passed on to the operation's events. A malformed value "
        "is ignored.",
        examples=["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
    )
    if_match: str | None = Field(
        default=None,
        alias="If-Match",
        description="ETags, or `*`; the request is refused with 412 if the environment has "
        "changed since. A weak one (`W/`) never matches.",
        examples=['"1-17"'],
    )
    if_none_match: str | None = Field(
        default=None,
        alias="If-None-Match",
        description="ETags, or `*`; the request is refused with 412 if the environment exists "
        "with one of them.",
        examples=["*"],
    )

    @property
    def conditions(self) -> Conditions:
        return Conditions(if_match=self.if_match, if_none_match=self.if_none_match)

    @property
    def caller(self) -> Caller:
        return Caller(request_id=self.request_id, traceparent=self.traceparent)


def read_header(req: func.HttpRequest, name: str) -> str | None:
    """The header's value; `name` is case-insensitive."""
    return cast("Mapping[str, str]", req.headers).get(name)


def parse_query[Query: QueryParameters](
    model: type[Query], req: func.HttpRequest
) -> Query | list[Problem]:
    return _parse(model, dict(req.params), QUERY)


def parse_headers[Headers: HeaderParameters](
    model: type[Headers], req: func.HttpRequest
) -> Headers | list[Problem]:
    found = {name: read_header(req, name) for name in _names(model)}
    return _parse(model, {name: text for name, text in found.items() if text is not None}, HEADER)


def _parse[Model: WireModel](
    model: type[Model], values: dict[str, str], place: str
) -> Model | list[Problem]:
    try:
        return model.model_validate(values, by_alias=True, by_name=False)
    except ValidationError as refused:
        errors = refused.errors(include_url=False, include_input=False)
        return [_to_problem(model, error, place) for error in errors]


def _to_problem(model: type[WireModel], error: ErrorDetails, place: str) -> Problem:
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        supported = ", ".join(_names(model))
        fix = f"Remove it. Supported query parameters: {supported or 'none'}."
        return Problem("UnknownQueryParameter", fix, f"{place} {name}")
    return Problem(error["type"], error["msg"], f"{place} {name}")


def _names(model: type[WireModel]) -> Iterable[str]:
    return (field.alias or name for name, field in model.model_fields.items())
