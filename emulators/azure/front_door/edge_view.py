"""What Front Door's edge locations serve at one moment: the deployed configuration."""

from dataclasses import dataclass, field
from typing import Any

from emulators.azure.kubernetes.addresses import Frontend


@dataclass(frozen=True, slots=True)
class EdgeOrigin:
    """An enabled origin as the edge knows it."""

    name: str
    host_name: str
    origin_host_header: str | None
    http_port: int = 80
    https_port: int = 443
    priority: int = 1
    weight: int = 1000
    is_private: bool = False
    private_frontend: Frontend | None = None
    """What a private origin is connected to; None without an approved connection."""
    checks_name: bool = True
    authorities: bytes = b""
    """Certificates, in PEM, by which that of an origin is verified."""


@dataclass(frozen=True, slots=True)
class EdgeProbe:
    """How the edge asks the origins of a group whether they are healthy."""

    path: str = "/"
    method: str = "HEAD"
    protocol: str = "Http"
    interval_seconds: int = 100
    sample_size: int = 4
    successful_samples_required: int = 3


@dataclass(frozen=True, slots=True)
class EdgeOriginGroup:
    """An origin group with its enabled origins; `probe` is None when health probes are off."""

    name: str
    origins: tuple[EdgeOrigin, ...]
    probe: EdgeProbe | None


@dataclass(frozen=True, slots=True)
class EdgeRoute:
    """An enabled route of an endpoint's default domain that the edge already knows."""

    name: str
    patterns: tuple[str, ...]
    supported_protocols: tuple[str, ...]
    https_redirect: bool
    forwarding_protocol: str
    origin_path: str | None
    origin_group: EdgeOriginGroup


@dataclass(frozen=True, slots=True)
class EdgeWaf:
    """The WAF policy that guards an endpoint."""

    policy_name: str
    enabled: bool
    mode: str
    patterns: tuple[str, ...]
    custom_rules: tuple[dict[str, Any], ...] = ()
    managed_rule_sets: tuple[dict[str, Any], ...] = ()
    checks_body: bool = True
    block_status: int = 403
    block_body: str | None = None


@dataclass(frozen=True, slots=True)
class EdgeEndpoint:
    """An endpoint at the edge. `known` is False until the endpoint itself has propagated."""

    host_name: str
    front_door_id: str
    sku: str
    known: bool
    enabled: bool
    response_timeout_seconds: int
    routes: tuple[EdgeRoute, ...] = field(default=())
    waf: EdgeWaf | None = None
