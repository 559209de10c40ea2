"""What the configuration of a gateway is rendered from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from domain.spec.access import Access, AccessMode, Audit

ENVOY_VERSION = "1.39.3"
"""Of the image, and of the binary that the tests run."""

ENVOY_DIGEST = "sha256:dd85940439de19a0b6ae8419610363ea0ad351d9a994ea007161c206ec1e1865"
"""Of the image index, which has amd64 and arm64. A tag can be moved; a digest cannot."""

ENVOY_IMAGE = f"docker.io/envoyproxy/envoy:v{ENVOY_VERSION}@{ENVOY_DIGEST}"

CONFIG_FOLDER = "/etc/envoy"
CONFIG_FILE = "envoy.json"
ROUTES_FILE = "routes.json"
CERTIFICATES_FILE = "certificates.json"

CERTIFICATE_FOLDER = "/mnt/certificate"

SYSTEM_CA_FILE = "/etc/ssl/certs/ca-certificates.crt"
"""In Envoy's image."""

ENTRA_AUTHORITY = "https://login.microsoftonline.com"


class GatewayState(StrEnum):
    """Why the model may have no replica: it decides what callers then read, and nothing else."""

    SERVING = "serving"
    ASLEEP = "asleep"
    WAKING = "waking"


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """Whose access tokens are valid, and where the keys are that sign them."""

    issuer: str
    audience: str
    jwks_uri: str
    authority: str
    """Where callers ask for a token, as the challenge of a 401 names it."""
    ca_file: str = SYSTEM_CA_FILE
    """Certificate authorities that the host of the keys is verified with."""

    @classmethod
    def of_tenant(
        cls,
        tenant_id: str,
        audience: str,
        entra: str = ENTRA_AUTHORITY,
        ca_file: str = SYSTEM_CA_FILE,
    ) -> Self:
        """Tokens of version 2, which an app registration has to ask for
        (`requestedAccessTokenVersion`): those of version 1 have another issuer and audience."""
        authority = f"{entra}/{tenant_id}"
        return cls(
            issuer=f"{authority}/v2.0",
            audience=audience,
            jwks_uri=f"{authority}/discovery/v2.0/keys",
            authority=authority,
            ca_file=ca_file,
        )


@dataclass(frozen=True, slots=True)
class Installation:
    """What an installation of Gridplane gives to the gateways of all environments."""

    gateway_image: str
    issuer: TokenIssuer | None
    """Of the tokens that callers of models send; None where this is not configured."""
    public_url: str
    """Of the API, without a trailing slash."""


@dataclass(frozen=True, slots=True)
class ModelAddress:
    """Where the model is served: the name of a Service in the cluster."""

    host: str
    port: int
    health_path: str
    """Asked by Front Door's probes, without a token: `GET` and `HEAD` of it are open."""
    health_headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Added to these requests."""


@dataclass(frozen=True, slots=True)
class GatewayPorts:
    """Where the gateway listens; administration on loopback only."""

    public: int = 8080
    """HTTPS as well, where there is a certificate."""
    probe: int = 8081
    stats: int = 8082
    admin: int = 9901


@dataclass(frozen=True, slots=True)
class GatewayLimits:
    """Bounds of requests, in seconds and bytes."""

    body_bytes: int = 16 * 1024 * 1024
    connect_seconds: float = 5
    silence_seconds: float = 300
    """Between two bytes: longer than Front Door waits (240 s), so that a caller is told by it."""
    upload_seconds: float = 120
    heap_bytes: int = 400 * 1024 * 1024
    """New requests are refused near it, instead of the container being killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextVersion:
    """The version that an update brings, beside the one that serves."""

    weight: int
    """Percent of the requests that it answers."""
    model_name: str | None
    model_version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSettings:
    """Everything that decides where requests go, but for the state of the model."""

    environment: str
    access: Access
    audit: Audit
    model: ModelAddress
    model_name: str | None
    model_version: str | None
    status_url: str
    """Where callers read the state of the environment."""
    wakes_on_request: bool = False
    """Whether a call to the sleeping environment wakes it."""
    next_host: str | None = None
    """Where updates serve the new version beside the old one; None: they replace it."""
    limits: GatewayLimits = field(default_factory=GatewayLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings(RouteSettings):
    """Everything that decides what a gateway does, but for the state of its model."""

    front_door_id: str
    """`properties.frontDoorId` of the profile, which Front Door sends as X-Azure-FDID."""
    issuer: TokenIssuer | None
    """Needed with access mode `entra`, and for nothing else."""
    replicas: int = 2
    ports: GatewayPorts = field(default_factory=GatewayPorts)
    listen_address: str = "0.0.0.0"
    config_folder: str = CONFIG_FOLDER
    certificate_folder: str | None = None
    """With key and chain of the certificate that callers are answered with; None: plain HTTP."""

    def __post_init__(self) -> None:
        if (self.access.mode is AccessMode.ENTRA) != (self.issuer is not None):
            raise ValueError("an issuer of tokens goes with access mode entra, and only with it")
