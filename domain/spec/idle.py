"""What happens to an environment that is not used, and when."""

from enum import StrEnum

from pydantic import Field, StrictBool, StrictInt, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from domain.spec.fields import (
    TIME_OF_DAY_PATTERN,
    UtcDatetime,
    Weekday,
    all_different,
)
from domain.wire import WireModel

TIME_ZONE_PATTERN = r"^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$"
END_OF_DAY_PATTERN = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"


class IdleAction(StrEnum):
    """What the sweep does with an idle environment."""

    SCALE_TO_ZERO = "scaleToZero"
    WARN = "warn"
    NONE = "none"


class OffHours(WireModel):
    """Hours in which no use of the environment is expected, in local time."""

    time_zone: str = Field(
        pattern=TIME_ZONE_PATTERN,
        max_length=64,
        description="IANA name of the time zone.",
        examples=["Europe/Berlin"],
    )
    start: str = Field(
        pattern=TIME_OF_DAY_PATTERN, description="Start of the window, HH:MM.", examples=["20:00"]
    )
    end: str = Field(
        pattern=END_OF_DAY_PATTERN,
        description="End of the window, exclusive, HH:MM up to 24:00; on the next day if earlier "
        "than `start`.",
        examples=["07:00"],
    )
    days: tuple[Weekday, ...] = Field(
        default=tuple(Weekday),
        min_length=1,
        max_length=7,
        description="Days on which the window starts.",
    )

    @field_validator("end")
    @classmethod
    def _differs_from_start(cls, end: str, info: ValidationInfo) -> str:
        if end == info.data.get("start"):
            raise PydanticCustomError(
                "InvalidOffHours",
                "start and end are the same time. Use 00:00 and 24:00 for a whole day.",
            )
        return end

    @field_validator("days")
    @classmethod
    def _are_unique(cls, days: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
        return all_different(days, "DuplicateDay", "List each day once.")


class Idle(WireModel):
    """What happens when the environment is not used."""

    after_minutes: StrictInt = Field(
        default=15,
        ge=5,
        le=10080,
        description="Minutes without a request after which the environment counts as idle. "
        "`GET /environments/{name}/idle-advice` compares others on its own use.",
    )
    action: IdleAction = Field(
        default=IdleAction.SCALE_TO_ZERO,
        description="Action of the sweep when idle, after a warning.",
    )
    keep_until: UtcDatetime | None = Field(
        default=None,
        description="Until this time the sweep does not act on idleness.",
        examples=["2027-01-08T18:00:00Z"],
    )
    delete_after_days: StrictInt | None = Field(
        default=None,
        ge=1,
        le=365,
        description="Days at zero nodes after which the sweep deletes the environment; only "
        "with action scaleToZero, and never if omitted.",
        examples=[14],
    )
    wake_on_request: StrictBool = Field(
        default=False,
        description="Whether a call to the sleeping environment wakes it: within a minute or two, "
        "by a caller whom `access` admits. Only with access mode `entra`.",
    )
    off_hours: OffHours | None = Field(
        default=None,
        description="When minNodes does not apply and an idle pool may be scaled to zero.",
    )
