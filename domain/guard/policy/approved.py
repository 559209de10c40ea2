"""What a second person has approved already."""

from domain.environment.approval import digest_spec
from domain.environment.record import EnvironmentRecord
from domain.spec.model import EnvironmentSpec


def was_approved(
    spec: EnvironmentSpec, existing: EnvironmentRecord | None, usd_per_month: float
) -> bool:
    """Of the environment as it lives, at no lower price."""
    approved = existing.approved if existing else None
    if approved is None or approved.spec_digest != digest_spec(spec):
        return False
    return usd_per_month <= approved.usd_per_month
