"""The policy file as it is written: one YAML document, validated by these models."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, field_validator, model_validator
from pydantic_core import PydanticCustomError

from domain.guard.policy.names import KnownRegion, KnownVmSize, Sender
from domain.spec.access import ObjectId
from domain.spec.cost_centers import COST_CENTER_PATTERN, LONGEST_COST_CENTER, is_same_center
from domain.spec.model import OnFailure
from domain.spec.tags import MAX_TAGS, OWN_TAGS, TagName
from domain.wire import WireModel

MAX_COST_CENTERS = 1000

type CostCenterName = Annotated[
    str, Field(pattern=COST_CENTER_PATTERN, max_length=LONGEST_COST_CENTER)
]

Amount = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class OnExceeded(StrEnum):
    """What the sweep does once a budget is spent."""

    WARN = "warn"
    SCALE_DOWN = "scaleDown"


class Allowed(WireModel):
    """What specifications may ask for. Without a key the app's settings decide alone; the file
    never allows what they forbid."""

    regions: tuple[KnownRegion, ...] | None = Field(
        default=None,
        min_length=1,
        description="Azure regions, out of those of the setting ALLOWED_REGIONS; also those of "
        "`placement.regions`.",
        examples=[["westeurope", "swedencentral"]],
    )
    vm_sizes: tuple[KnownVmSize, ...] | None = Field(
        default=None,
        min_length=1,
        description="VM sizes of GPU nodes, also those of `placement.vmSizes`.",
        examples=[["Standard_NC24ads_A100_v4"]],
    )
    public_endpoints: StrictBool = Field(
        default=True, description="`false`: `edge.origin` has to be privateLink."
    )
    access_mode_none: StrictBool | None = Field(
        default=None,
        description="`false`: `access.mode` has to be entra. `true` allows nothing beyond the "
        "setting ALLOW_ANONYMOUS_ACCESS.",
    )
    origin_transport_http: StrictBool | None = Field(
        default=None,
        description="`false`: `edge.origin` has to be privateLink, or public with an "
        "`originCertificate`. `true` allows nothing beyond the setting ALLOW_HTTP_ORIGINS.",
    )

    on_failure: tuple[OnFailure, ...] | None = Field(
        default=None,
        min_length=1,
        description="What `onFailure` may be: `[delete]` leaves nothing of a failed creation.",
        examples=[["delete"]],
    )

    def has_size(self, vm_size: str) -> bool:
        sizes = self.vm_sizes
        return sizes is None or vm_size.lower() in {size.lower() for size in sizes}

    def has_region(self, region: str) -> bool:
        return self.regions is None or region in self.regions


class Limits(WireModel):
    """Upper bounds; without a key there is none."""

    max_nodes_per_environment: StrictInt | None = Field(
        default=None, ge=1, description="GPU nodes: the sum of `gpu.maxNodes` over its regions."
    )
    max_nodes_per_cost_center: StrictInt | None = Field(
        default=None, ge=1, description="GPU nodes: that sum over all environments of one."
    )
    max_lifetime_days: StrictInt | None = Field(
        default=None,
        ge=1,
        le=3650,
        description="Days from the request until `expiresAt`, which is then required.",
    )


class ApprovalRule(WireModel):
    """When a request waits for a second person."""

    above_per_month: Amount = Field(
        gt=0, description="Price of an environment per month at replicas, in USD."
    )
    deadline_hours: StrictInt = Field(
        default=72, ge=1, le=720, description="Hours until the request is refused without answer."
    )
    remind_after_hours: StrictInt = Field(
        default=24, ge=1, le=720, description="Hours until an event reminds of it."
    )

    @model_validator(mode="after")
    def _reminds_in_time(self) -> Self:
        if self.remind_after_hours >= self.deadline_hours:
            raise PydanticCustomError(
                "ReminderAfterDeadline", "Use fewer hours for remindAfterHours than deadlineHours."
            )
        return self


class Budget(WireModel):
    """What a cost center may spend in a calendar month (UTC), in USD at list prices.

    The thresholds are percent of it, counted with what is reserved until the month's end.
    """

    per_month: Amount = Field(gt=0, description="USD.", examples=[20000])
    warn_at: StrictInt = Field(default=80, ge=1, description="Percent from which plans warn.")
    approval_at: StrictInt | None = Field(
        default=None, ge=1, description="Percent above which a request needs approval."
    )
    refuse_at: StrictInt | None = Field(
        default=100, ge=1, description="Percent above which a request is refused; null: never."
    )
    on_exceeded: OnExceeded = Field(
        default=OnExceeded.WARN,
        description="What the sweep does once the whole budget is spent: `warn` on each "
        "environment, or `scaleDown` after that warning.",
    )

    @property
    def is_enforced(self) -> bool:
        """Whether it does more than warn."""
        return self.approval_at is not None or self.refuse_at is not None

    @model_validator(mode="after")
    def _ascend(self) -> Self:
        written = [self.warn_at, self.approval_at, self.refuse_at]
        thresholds = [each for each in written if each is not None]
        if thresholds != sorted(thresholds):
            raise PydanticCustomError(
                "ThresholdsOutOfOrder", "Use warnAt <= approvalAt <= refuseAt."
            )
        return self


class CostCenter(WireModel):
    """Who belongs to a cost center, and what it may spend."""

    groups: frozenset[ObjectId] = Field(
        default=frozenset(),
        description="Object ids of the Entra groups that see and use its environments.",
    )
    senders: tuple[Sender, ...] = Field(
        default=(),
        description="What `source` of a message may be, for environments of the cost center.",
        examples=[["https://ci.example.com/fraud"]],
    )
    budget: Budget | None = Field(default=None, description="Without one nothing is bounded.")

    @field_validator("groups")
    @classmethod
    def _take_the_spelling_of_tokens(cls, ids: frozenset[str]) -> frozenset[str]:
        return frozenset(each.lower() for each in ids)


class Policy(WireModel):
    """The policy file."""

    version: Literal[1] = Field(default=1, description="Version of the format.")
    allow: Allowed = Field(default_factory=Allowed)
    limits: Limits = Field(default_factory=Limits)
    required_tags: tuple[TagName, ...] = Field(
        default=(),
        max_length=MAX_TAGS,
        description="Names that `tags` of every specification has to contain.",
        examples=[["team"]],
    )
    approval: ApprovalRule | None = Field(
        default=None, description="Without it only budgets ask for approval."
    )
    cost_centers: dict[CostCenterName, CostCenter] = Field(
        default_factory=dict[str, CostCenter],
        max_length=MAX_COST_CENTERS,
        description="Cost centers by name, which is the same in any case. One that is not listed "
        "has no budget.",
    )

    @field_validator("required_tags")
    @classmethod
    def _can_be_given(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name.lower() in OWN_TAGS:
                raise PydanticCustomError(
                    "ReservedTag", "'{name}' is on all resources already.", {"name": name}
                )
        return names

    def bounds(self, cost_center: str) -> bool:
        """Whether it has a budget, or a limit of its nodes."""
        has_limit = self.limits.max_nodes_per_cost_center is not None
        return has_limit or self.find_budget(cost_center) is not None

    def find_budget(self, cost_center: str) -> Budget | None:
        named = (
            each for name, each in self.cost_centers.items() if is_same_center(name, cost_center)
        )
        found = next(named, None)
        return found.budget if found else None


NO_RULES = Policy()
"""That of a deployment without a policy file."""
