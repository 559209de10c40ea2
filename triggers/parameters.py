"""Query parameters and headers: each is declared once, to be decoded and to be documented."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Annotated, cast

import azure.functions as func
from pydantic import BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from domain.environment.phases import Phase
from domain.problem import Problem
from domain.requests.caller import Caller, parse_traceparent
from domain.wire import WireModel

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 500

QUERY, HEADER = "query", "header"
"""Places of a parameter, as an error's target and the API's document call them."""


class QueryParameters(WireModel):
    """No query parameter; one that is not declared is refused rather than ignored."""


class AnyQueryParameters(QueryParameters):
    """Every query parameter, and none has a meaning: health probes may add their own."""

    model_config = ConfigDict(extra="ignore")


class HeaderParameters(WireModel):
    """No header; those that are not declared belong to others and are not looked at."""

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


def _read_phase(text: object) -> object:
    if text is None or text in Phase:
        return text
    raise PydanticCustomError(
        "InvalidQueryParameter", "Send one of {phases}.", {"phases": ", ".join(Phase)}
    )


def _read_uuid(text: object) -> object:
    try:
        uuid.UUID(str(text))
    except ValueError:
        raise PydanticCustomError("InvalidHeader", "Send a UUID.") from None
    return text


Flag = Annotated[bool, BeforeValidator(_read_flag)]


class ListQuery(QueryParameters):
    """Which environments to list."""

    page_size: Annotated[int, BeforeValidator(_read_page_size)] = Field(
        default=DEFAULT_PAGE_SIZE,
        alias="maxpagesize",
        ge=1,
        le=MAX_PAGE_SIZE,
        description="Most environments on one page.",
    )
    phase: Annotated[Phase | None, BeforeValidator(_read_phase)] = Field(
        default=None, description="Only environments in this phase."
    )
    cost_center: str | None = Field(
        default=None, description="Only environments of this cost center.", examples=["ML-1234"]
    )
    after: str = Field(
        default="",
        alias="skiptoken",
        description="Where the page begins. Take it from `nextLink` as it is.",
    )


class DeletionQuery(QueryParameters):
    """How to delete."""

    force: Flag = Field(
        default=False,
        description="Start another deletion although one is running, if that one is stuck.",
    )


class LatestSweepQuery(QueryParameters):
    """Which sweep is meant."""

    dry_run: Flag = Field(default=False, description="The latest dry run instead.")


class ReadHeaders(HeaderParameters):
    """Of a read that can be spared."""

    if_none_match: str | None = Field(
        default=None,
        alias="If-None-Match",
        description="An ETag: the answer is 304 while it is still the environment's.",
        examples=['"1-17"'],
    )


class StartHeaders(HeaderParameters):
    """Of a request that starts an operation."""

    request_id: Annotated[str | None, BeforeValidator(_read_uuid)] = Field(
        default=None,
        alias="Repeatability-Request-ID",
        description="A UUID of your choice: the same request with the same id again is answered "
        "with the operation that it started the first time. Remembered for the latest 50 such "
        "requests of an environment.",
        examples=["5b1f0d9c-7c7c-4f0c-9d0a-1f2f1b9b8f77"],
        json_schema_extra={"format": "uuid"},
    )
    traceparent: Annotated[str | None, BeforeValidator(parse_traceparent)] = Field(
        default=None,
        alias="traceparent",
        description="W3C trace context, carried on to the operation's events. One that is "
        "malformed is ignored.",
        examples=["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
    )

    @property
    def caller(self) -> Caller:
        return Caller(request_id=self.request_id, traceparent=self.traceparent)


class ConditionalStartHeaders(StartHeaders):
    """Of a request that starts an operation on what the caller has seen."""

    if_match: str | None = Field(
        default=None,
        alias="If-Match",
        description="An ETag, or `*`: the request is refused with 412 if the environment has "
        "changed since.",
        examples=['"1-17"'],
    )


def read_header(req: func.HttpRequest, name: str) -> str | None:
    """In whatever case it was sent."""
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
        known = ", ".join(_names(model))
        fix = f"Remove it; this request knows {known or 'no query parameter'}."
        return Problem("UnknownQueryParameter", fix, f"{place} {name}")
    return Problem(error["type"], error["msg"], f"{place} {name}")


def _names(model: type[WireModel]) -> Iterable[str]:
    return (field.alias or name for name, field in model.model_fields.items())
