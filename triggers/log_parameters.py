"""Query parameters of the model's log."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from domain.catalog.regions import normalise_region
from domain.serving.pod_logs import DEFAULT_LINES, MAX_LINES, LinePosition
from triggers.parameters import Flag, QueryParameters, read_skiptoken

_LONGEST_POD_NAME = 253


def _read_lines(text: object) -> object:
    if not isinstance(text, str):
        return text
    is_short = len(text) <= len(str(MAX_LINES))
    if is_short and text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_LINES:
        return int(text)
    raise PydanticCustomError(
        "InvalidQueryParameter",
        "Send a whole number from 1 to {largest}.",
        {"largest": MAX_LINES},
    )


def _read_pod(text: object) -> object:
    """A name goes into the path of a request to the cluster."""
    written = str(text)
    is_name = written.isascii() and written.replace("-", "").replace(".", "").isalnum()
    if text is None or (is_name and len(written) <= _LONGEST_POD_NAME):
        return text
    raise PydanticCustomError("InvalidQueryParameter", "Send the name of a pod, as `pods` has it.")


class LogQuery(QueryParameters):
    """Which log to read, and from where on."""

    region: Annotated[str, BeforeValidator(lambda text: normalise_region(str(text)))] = Field(
        default="",
        description="Azure region of the pod; the environment's first one if omitted.",
        examples=["westeurope"],
    )
    pod: Annotated[str | None, BeforeValidator(_read_pod)] = Field(
        default=None,
        description="Name of the pod; if omitted, one that has started and is not ready, or else "
        "the first.",
        examples=["fraud-llm-6d4c7b8f9-x2x7k"],
    )
    previous: Flag = Field(
        default=False, description="Read the container before the last restart."
    )
    tail: Annotated[int, BeforeValidator(_read_lines)] = Field(
        default=DEFAULT_LINES,
        ge=1,
        le=MAX_LINES,
        description="Number of lines before the end to begin with.",
    )
    after: Annotated[str, read_skiptoken(LinePosition.parse)] = Field(
        default="",
        alias="skiptoken",
        description="Start of the page. Take it unchanged from `nextLink`.",
    )

    @property
    def position(self) -> LinePosition | None:
        return LinePosition.parse(self.after)
