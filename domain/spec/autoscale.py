"""The part of a specification that says how many replicas there are, and when there are more."""

from pydantic import Field, StrictInt, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from domain.wire import WireModel


class Autoscale(WireModel):
    """Replicas by the requests that wait in the engine."""

    min: StrictInt = Field(
        default=1,
        ge=1,
        le=100,
        description="Replicas per region without waiting requests; `idle` scales to zero.",
    )
    max: StrictInt = Field(
        ge=1,
        le=100,
        description="Replicas per region at most; `gpu.maxNodes` has to hold them.",
        examples=[4],
    )
    target_waiting: StrictInt = Field(
        default=5,
        ge=1,
        le=10_000,
        description="Waiting requests for each replica: there are as many replicas as the waiting "
        "requests of all together, divided by this and rounded up, from `min` to `max`.",
    )

    @field_validator("max")
    @classmethod
    def _is_at_least_min(cls, most: int, info: ValidationInfo) -> int:
        least = info.data.get("min")
        if least is not None and most < least:
            raise PydanticCustomError(
                "InvalidReplicaRange",
                "max {most} is below min {least}: raise max or lower min.",
                {"most": most, "least": least},
            )
        return most
