"""The certificates that the gateways of a cell answer with, as they told in one look."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from domain.wire import WireModel


class GatewayCertificate(WireModel):
    """Of one gateway."""

    names: tuple[str, ...]
    """DNS names that it is for; wildcards cover one label."""
    expires_at: AwareDatetime

    def is_for(self, host: str) -> bool:
        _, _, domain = host.partition(".")
        return any(name.lower() in (host, f"*.{domain}") for name in self.names)

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at <= now


class CertificateLook(WireModel):
    """One look at the gateways that answer."""

    host: str
    """By which Front Door knows the cell."""
    gateways: dict[str, GatewayCertificate | None] = Field(
        default_factory=dict[str, GatewayCertificate | None]
    )
    """By pod; None: it has no certificate that it can use."""
