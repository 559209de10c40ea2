"""An environment's health: whether Azure still matches its specification and the model answers."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from domain.wire import WireModel

HEALTH_CHANGED = "HealthChanged"
"""Type of the timeline event for a change of the status."""


class HealthStatus(StrEnum):
    """How an environment was found by the latest sweep that could look at it."""

    HEALTHY = "Healthy"
    DEGRADED = "Degraded"
    """Something differs from the specification, or the model does not answer through its edge."""
    UNREACHABLE = "Unreachable"
    """Its endpoint, or the cluster of every region, is gone or stopped."""
    UNKNOWN = "Unknown"
    """Not looked at since its latest operation began, or a look failed."""


UNHEALTHY = frozenset({HealthStatus.DEGRADED, HealthStatus.UNREACHABLE})


WITHOUT_NODES = frozenset(
    {"ClusterMissing", "ClusterStopped", "GpuPoolEmpty", "GpuPoolMissing", "GpuPoolStopped"}
)
"""Codes of findings about a cell that has no GPU nodes."""


MODEL_NOT_ANSWERING = "ModelNotAnswering"


class Finding(WireModel):
    """One difference between what is wanted and what was found."""

    code: str = Field(
        description="Kind of difference, as a CamelCase code.", examples=["ClusterStopped"]
    )
    what: str = Field(
        description="ARM id or URL of what it is about.",
        examples=["/subscriptions/.../managedClusters/gp-fraud-llm-westeurope"],
    )
    evidence: dict[str, Any] = Field(
        default_factory=dict[str, Any],
        description="Wanted and found values.",
        examples=[{"powerState": "Stopped"}],
    )
    cause: str = Field(description="What it means, for people.")
    fix: str = Field(description="What to do about it.")


class Health(WireModel):
    status: HealthStatus = HealthStatus.UNKNOWN
    findings: tuple[Finding, ...] = ()
    since: AwareDatetime | None = None
    """When the status last changed; None: never looked at."""
    checked_at: AwareDatetime | None = None
    """Time of the look that brought these findings; later ones with the same result are not
    recorded."""

    def differs_from(self, other: "Health") -> bool:
        """Times alone are no difference: records must not change at every sweep."""
        return (self.status, self.findings) != (other.status, other.findings)


class RecordHealth(WireModel):
    """The result of a look, to be recorded."""

    sequence: int
    """Operations started when the environment was looked at; a later one makes it outdated."""
    health: Health
