"""The result of one check of a plan."""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import Field

from domain.wire import WireModel


class Verdict(StrEnum):
    """`fail`: Azure would refuse it, or the service does. `warn`: it may fail later, or nothing
    is known."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class PlanCheck(WireModel):
    """Something that has to hold for the plan to work."""

    code: str = Field(
        description="What was checked, or what is wrong with it.", examples=["QuotaExceeded"]
    )
    verdict: Verdict = Field(description="Whether it holds.")
    message: str = Field(description="The finding, and what to do about it.")
    target: str = Field(
        description="Field of the specification; empty if no field decides it.",
        examples=["gpu.vmSize"],
    )
    region: str | None = Field(default=None, description="Azure region.", examples=["westeurope"])
    name: str | None = Field(
        default=None,
        description="Name of the quota, provider or feature, as Azure spells it.",
        examples=["StandardNCADSA100v4Family"],
    )
    required: int | None = Field(
        default=None, description="vCPUs, or resources, needed beyond those in use.", examples=[24]
    )
    used: int | None = Field(default=None, description="How many are in use.", examples=[48])
    reserved: int | None = Field(
        default=None,
        description="How many running operations are about to ask for.",
        examples=[0],
    )
    limit: int | None = Field(default=None, description="How many are granted.", examples=[96])


_ORDER = (Verdict.OK, Verdict.WARN, Verdict.FAIL)


def worst(checks: Iterable[PlanCheck]) -> Verdict:
    """Ok without any."""
    return max((each.verdict for each in checks), key=_ORDER.index, default=Verdict.OK)
