"""The part of a specification that says how an update replaces the version that serves."""

from enum import StrEnum

from pydantic import Field, StrictInt, field_validator
from pydantic_core import PydanticCustomError

from domain.wire import WireModel

WHOLE = 100
"""Percent of the requests."""

MAX_STEPS = 10
MAX_STEP_MINUTES = 120
MAX_KEEP_MINUTES = 240
MAX_WATCHED_MINUTES = 480
"""Of all steps, and of the time that the old version is kept: an operation ends within a day."""


class UpdateStrategy(StrEnum):
    """How replicas of a new version take the place of the old one's."""

    REPLACE = "replace"
    BLUE_GREEN = "blueGreen"


class TrafficStep(WireModel):
    """A share of the requests that goes to the new version, and for how long."""

    weight: StrictInt = Field(
        ge=1,
        le=WHOLE - 1,
        description="Percent of the requests that go to the new version.",
        examples=[10],
    )
    minutes: StrictInt = Field(
        ge=1,
        le=MAX_STEP_MINUTES,
        description="Minutes until the next step, if no bound is crossed.",
        examples=[5],
    )


class RollbackBounds(WireModel):
    """What the gateways measure of the new version until its update is rolled back."""

    error_rate_percent: StrictInt = Field(
        default=5,
        ge=1,
        le=WHOLE,
        description="Percent of the new version's answers with a status of 500 or above: more "
        "roll the update back. Fewer than 20 answers within 5 minutes are counted as 20.",
    )
    latency_factor: float = Field(
        default=1.5,
        ge=1.1,
        le=10,
        description="Mean time until the end of an answer, as a multiple of the old version's: "
        "more roll the update back. It is judged where each version has given 20 answers within "
        "5 minutes; the steps of the operation say where they have not.",
    )


class Update(WireModel):
    """How an update of the workload takes effect."""

    strategy: UpdateStrategy = Field(
        default=UpdateStrategy.REPLACE,
        description="`replace`: replicas are replaced in place, one or a quarter at a time; a "
        "single one does not answer until its successor is loaded. `blueGreen`: the new version "
        "starts beside the old one, which needs as many GPUs again, and the gateways shift the "
        "requests to it.",
    )
    steps: tuple[TrafficStep, ...] = Field(
        default=(TrafficStep(weight=10, minutes=5), TrafficStep(weight=50, minutes=5)),
        max_length=MAX_STEPS,
        description="With `blueGreen`: the shares of the new version, ascending; all requests "
        "follow the last one.",
    )
    keep_minutes: StrictInt = Field(
        default=10,
        ge=0,
        le=MAX_KEEP_MINUTES,
        description="With `blueGreen`: minutes that the old version is kept once all requests go "
        "to the new one, which is watched meanwhile.",
    )
    rollback_on: RollbackBounds = Field(
        default_factory=RollbackBounds,
        description="With `blueGreen`: what the new version may not exceed.",
    )

    @field_validator("steps")
    @classmethod
    def _ascend(cls, steps: tuple[TrafficStep, ...]) -> tuple[TrafficStep, ...]:
        weights = [step.weight for step in steps]
        if weights != sorted(set(weights)):
            raise PydanticCustomError(
                "InvalidValue",
                "Weights have to ascend, each once, such as 10 and 50; 100 follows by itself.",
            )
        return steps

    @property
    def is_blue_green(self) -> bool:
        return self.strategy is UpdateStrategy.BLUE_GREEN

    @property
    def watched_minutes(self) -> int:
        """Of all steps, and of the time that the old version is kept."""
        return sum(step.minutes for step in self.steps) + self.keep_minutes

    def weights(self) -> tuple[int, ...]:
        return (*(step.weight for step in self.steps), WHOLE)
