"""The part of a specification that says where the model may connect to."""

from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from domain.spec.fields import all_different
from domain.wire import WireModel


class EgressMode(StrEnum):
    """Whether the model may connect to everything outside of its cluster."""

    ANY = "any"
    RESTRICTED = "restricted"


def _check_range(text: str) -> str:
    try:
        return str(IPv4Network(text))
    except ValueError:
        raise PydanticCustomError(
            "InvalidRange",
            "'{text}' is no range of IPv4 addresses: use one such as 203.0.113.0/24, without "
            "host bits.",
            {"text": text},
        ) from None


Range = Annotated[str, Field(max_length=18), AfterValidator(_check_range)]


class Egress(WireModel):
    """Connections that replicas may open; the node's own, such as image pulls, are not meant."""

    mode: EgressMode = Field(
        default=EgressMode.ANY,
        description="`any`: everything outside of the cluster but Azure's instance metadata, "
        "which gives out tokens of the node. `restricted`: `cidrs` only. The cluster's DNS "
        "answers either way.",
    )
    cidrs: tuple[Range, ...] = Field(
        default=(),
        max_length=50,
        description="IPv4 ranges that replicas may connect to with mode `restricted`.",
        examples=[["203.0.113.0/24"]],
    )

    @field_validator("cidrs")
    @classmethod
    def _need_restriction(cls, cidrs: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if cidrs and info.data.get("mode") is EgressMode.ANY:
            raise PydanticCustomError(
                "RangesNeedRestriction",
                "With mode any every range is allowed: set mode to restricted, or leave cidrs "
                "out.",
            )
        return all_different(cidrs, "DuplicateRange", "List each range once.")
