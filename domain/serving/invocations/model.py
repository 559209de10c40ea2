"""One invocation of a model and a page of them, as the API returns them."""

from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime, Field
from pydantic.alias_generators import to_camel

from domain.spec.access import AuditContent
from domain.wire import WireModel


class Invocation(WireModel):
    """One request to the model, as the gateway of its cell recorded it."""

    time: AwareDatetime = Field(description="When the request arrived.")
    environment: str = Field(description="Name of the environment.", examples=["fraud-llm"])
    model: str | None = Field(
        default=None, description="Name of the model.", examples=["fraud-llm"]
    )
    model_version: str | None = Field(
        default=None, description="Version of the model.", examples=["7"]
    )
    oid: str | None = Field(
        default=None,
        description="Object id of the caller; absent where the gateway asks for no token, and "
        "for refused tokens.",
        examples=["66666666-7777-8888-9999-000000000000"],
    )
    azp: str | None = Field(
        default=None, description="Client id of the application that the caller used."
    )
    status: int | None = Field(
        default=None,
        description="HTTP status of the response; 0 if the caller hung up before there was one.",
        examples=[200],
    )
    why: str | None = Field(
        default=None,
        description="Envoy's details of the response: `via_upstream` if the model answered, "
        "otherwise the reason why the gateway did, or why there was no whole answer.",
        examples=["via_upstream"],
    )
    method: str | None = Field(default=None, description="HTTP method.", examples=["POST"])
    path: str | None = Field(
        default=None,
        description="Path without its query, up to 1,024 bytes.",
        examples=["/v1/chat/completions"],
    )
    request_id: str | None = Field(
        default=None, description="Id of the request, which the response has as `x-request-id`."
    )
    azure_ref: str | None = Field(
        default=None, description="Front Door's reference of the request, for support cases."
    )
    bytes_in: int | None = Field(default=None, description="Size of the request's body.")
    bytes_out: int | None = Field(default=None, description="Size of the response's body.")
    duration_ms: int | None = Field(
        default=None, description="Milliseconds until the end of the response."
    )
    first_byte_ms: int | None = Field(
        default=None, description="Milliseconds until the first byte of the response."
    )
    content: AuditContent | None = Field(
        default=None, description="What the environment recorded of content at that time."
    )
    request_sha256: str | None = Field(
        default=None, description="SHA-256 of the request's body, in hexadecimal."
    )
    response_sha256: str | None = Field(
        default=None, description="SHA-256 of the response's body, in hexadecimal."
    )
    request_complete: bool | None = Field(
        default=None, description="Whether the request arrived to its end."
    )
    complete: bool | None = Field(
        default=None, description="Whether the response was sent to its end."
    )
    output: str | None = Field(
        default=None,
        description="Beginning of a response that is text, with `audit.content` set to `full`.",
    )

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Invocation":
        """Text is empty in Log Analytics where it is absent. Columns that a newer function of the
        workspace adds are left out."""
        known = {to_camel(name) for name in cls.model_fields}
        return cls.from_wire(
            {name: value for name, value in row.items() if name in known and value != ""}
        )


class InvocationPage(WireModel):
    """A page of an environment's invocations, newest first."""

    value: tuple[Invocation, ...] = Field(description="The invocations of this page.")
    may_lack_since: AwareDatetime | None = Field(
        default=None,
        description="Invocations from this time on may still be on their way to Log Analytics, "
        "so some may be missing; absent if the window ends before it.",
    )
    next_link: str | None = Field(
        default=None,
        description="Relative URL of the next page; absent on the last one.",
        examples=[
            "/environments/fraud-llm/invocations?from=2026-11-29T12%3A00%3A00Z"
            "&to=2026-11-30T12%3A00%3A00Z&skiptoken=2026-11-30T11%3A59%3A58.123Z_1"
        ],
        json_schema_extra={"format": "uri-reference"},
    )
