"""An environment's health as the API and the events return it."""

from pydantic import AwareDatetime, Field

from domain.environment.health import Finding, Health, HealthStatus
from domain.wire import WireModel


class HealthView(WireModel):
    """Whether Azure matches the specification and the model answers, by the latest sweep."""

    status: HealthStatus = Field(
        description="Unknown until a sweep has looked at it after its latest operation began, and "
        "whenever a look fails."
    )
    findings: tuple[Finding, ...] = Field(description="What differs, or could not be read.")
    since: AwareDatetime | None = Field(
        default=None, description="When the status last changed; absent if never looked at."
    )


def build_health_view(health: Health) -> HealthView:
    return HealthView(status=health.status, findings=health.findings, since=health.since)
