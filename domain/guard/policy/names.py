"""Names in the policy file: one that is misspelt would allow nothing, or everything, without a
word."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from domain.catalog.gpu_skus import check_gpu_vm_size
from domain.catalog.regions import UTC_OFFSETS
from domain.spec.fields import Region, VmSize

KNOWN_REGIONS = "regions"
"""Key of the context of validation: further regions that exist."""

ANY_ENDING = "*"


def _is_region(region: str, info: ValidationInfo) -> str:
    context: Mapping[str, frozenset[str]] = info.context or {}
    known = context.get(KNOWN_REGIONS, frozenset[str]()) | UTC_OFFSETS.keys()
    if region in known:
        return region
    close = get_close_matches(region, known, 1)
    meant = f" Did you mean '{close[0]}'?" if close else ""
    raise PydanticCustomError(
        "UnknownRegion",
        "'{region}' is not a known Azure region.{meant} One that is newer than this version of "
        "the app has to be in the setting ALLOWED_REGIONS as well.",
        {"region": region, "meant": meant},
    )


def _is_gpu_size(vm_size: str) -> str:
    if problem := check_gpu_vm_size(vm_size):
        raise PydanticCustomError("UnknownVmSize", "{why}", {"why": problem.message})
    return vm_size


def _is_sender(source: str) -> str:
    if source != source.strip():
        raise PydanticCustomError("InvalidSender", "Remove the blanks around the sender.")
    if ANY_ENDING in source[:-1]:
        raise PydanticCustomError(
            "InvalidSender", "Use '*' at the end only, where it stands for any ending."
        )
    return source


KnownRegion = Annotated[Region, AfterValidator(_is_region)]
KnownVmSize = Annotated[VmSize, AfterValidator(_is_gpu_size)]
type Sender = Annotated[str, Field(min_length=1, max_length=2048), AfterValidator(_is_sender)]
"""What `source` of a message may be."""
