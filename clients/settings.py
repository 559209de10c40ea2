"""Settings of the app, read from environment variables in one place."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from clients.setting_values import (
    check_pair,
    parse_count,
    parse_match,
    parse_ranges,
    parse_switch,
    split_list,
)
from domain.catalog.regions import DEFAULT_ALLOWED_REGIONS
from domain.serving.gateway.settings import (
    ENTRA_AUTHORITY,
    ENVOY_IMAGE,
    SYSTEM_CA_FILE,
    Installation,
    TokenIssuer,
)
from domain.spec.policy import SpecPolicy

PUBLIC_ARM = "https://management.azure.com"
SOVEREIGN_ARM = ("https://management.usgovcloudapi.net", "https://management.chinacloudapi.cn")
"""The clouds of the US government and of 21Vianet, as `az cloud list` names them."""

GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
WORKSPACE_RESOURCE_ID = (
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.OperationalInsights"
    r"/workspaces/[^/]+"
)

EVERY_MINUTE = "0 * * * * *"
EVERY_HALF_HOUR = "0 */30 * * * *"
EVERY_FIVE_MINUTES = "0 */5 * * * *"
NIGHTLY = "0 30 2 * * *"
IDENTITY_ENDPOINT = "IDENTITY_ENDPOINT"
"""A variable of App Service, not a setting."""
GLOBAL_METRICS = "https://global.metrics.monitor.azure.com"
PUBLIC_LOGS = "https://api.loganalytics.io"
USD = "USD"
PUBLIC_PRICES = "https://prices.azure.com"
SOVEREIGN_LOGS = ("https://api.loganalytics.us", "https://api.loganalytics.azure.cn")


@dataclass(frozen=True, slots=True)
class Settings:
    subscription_id: str
    """AZURE_SUBSCRIPTION_ID: where environments are built. Required."""

    arm_endpoint: str
    """ARM_ENDPOINT: base URL of Azure Resource Manager. Default: the public cloud's."""

    metrics_endpoint: str
    """METRICS_ENDPOINT: base URL of Azure Monitor's metrics data plane for global resources such
    as Front Door profiles. Default: the public cloud's."""

    log_query_endpoint: str
    """LOG_QUERY_ENDPOINT: base URL of Log Analytics' query API. Default: the public cloud's."""

    retail_prices_url: str
    """RETAIL_PRICES_URL: base URL of Azure's Retail Prices API, which takes no credentials.
    Default: the public one."""

    price_currency: str
    """PRICE_CURRENCY: ISO 4217 code of a currency whose rate is shown beside prices in USD, as
    Azure's price list has it. Default: USD, without a rate."""

    cost_management: bool
    """COST_MANAGEMENT: `true` if `GET /costs` compares list prices with what Azure has billed; the
    app then needs Microsoft.CostManagement/query/action. Default: false."""

    market_schedule: str
    """MARKET_SCHEDULE: NCRONTAB expression of the timer that reads sizes and prices of the allowed
    regions again: sizes once they are an hour old, prices a day. Default: every 30 minutes."""

    log_workspace_id: str | None
    """LOG_WORKSPACE_ID: id (`customerId`) of the Log Analytics workspace in which the audit of
    invocations is read. Without it the API answers no questions about invocations."""

    log_workspace_resource_id: str | None
    """LOG_WORKSPACE_RESOURCE_ID: ARM id of the workspace to which the agent of Container Insights
    in each cluster belongs. Default: clusters get no agent, unless policies enable it."""

    client_id: str | None
    """AZURE_CLIENT_ID: the user-assigned identity to use. Default: the system-assigned one."""

    has_managed_identity: bool
    """Whether IDENTITY_ENDPOINT is set, which App Service does where the app has an identity."""

    ca_bundle: str | None
    """CA_BUNDLE: path of a PEM file of certificate authorities that every client trusts instead of
    the public ones. Default: the public ones."""

    edge_address: str | None
    """EDGE_ADDRESS: `host:port` that serves the public host names of environments, where these
    have no DNS records. Default: DNS."""

    registry_address: str | None
    """REGISTRY_ADDRESS: `host:port` that serves the host names of container registries, where
    these have no DNS records. Default: DNS."""

    service_bus_connection_string: str | None
    """SERVICE_BUS: connection string of the Service Bus namespace, for local use. In Azure
    SERVICE_BUS__fullyQualifiedNamespace and the app's identity replace it."""

    service_bus_namespace: str | None
    """SERVICE_BUS__fullyQualifiedNamespace: host name of the Service Bus namespace to which the
    app's identity has access. Without either setting the app reads no messages and publishes no
    events."""

    allowed_regions: tuple[str, ...]
    """ALLOWED_REGIONS: comma-separated regions in which environments may be built."""

    api_server_ranges: tuple[str, ...]
    """API_SERVER_AUTHORIZED_IP_RANGES: comma-separated CIDR ranges, the app's own address among
    them, from which alone the API servers of clusters are reached. Ranges that operators add to
    a cluster stay. Default: from everywhere."""

    sweep_schedule: str
    """SWEEP_SCHEDULE: NCRONTAB expression of the sweep's timer. Default: every 5 minutes."""

    wake_schedule: str
    """WAKE_SCHEDULE: NCRONTAB expression of the timer that looks for calls to sleeping
    environments (`idle.wakeOnRequest`). Default: every minute."""

    orphan_removal: bool
    """ORPHAN_REMOVAL: `true` if resource groups that are ours but have no environment are deleted
    after a grace period. Never with a task hub that is not the one in which the environments of
    the subscription are recorded. Default: false, they are reported only."""

    orphan_grace_hours: int
    """ORPHAN_GRACE_HOURS: hours between the first report and the deletion. Default: 24."""

    retention_days: int
    """RETENTION_DAYS: days for which operations can be read after their environment's record has
    forgotten them, and for which records of deleted environments stay complete. Default: 30."""

    purge_schedule: str
    """PURGE_SCHEDULE: NCRONTAB expression of the timer that purges what is older. Default: daily
    at 02:30 UTC."""

    requires_app_roles: bool
    """REQUIRE_APP_ROLES: `true` if built-in authentication protects the app and passes on the
    caller's app roles. Default: false, for local use without authentication."""

    tenant_id: str | None
    """TENANT_ID: the Entra tenant whose access tokens admit callers of models."""

    model_audience: str | None
    """MODEL_AUDIENCE: application (client) id of the registration that these tokens are for. It
    has to ask for tokens of version 2 (`requestedAccessTokenVersion`)."""

    allow_anonymous_access: bool
    """ALLOW_ANONYMOUS_ACCESS: `true` if specifications may ask for `access.mode` none. Default:
    false."""

    allow_http_origins: bool
    """ALLOW_HTTP_ORIGINS: `false` if every specification has to ask for `edge.origin` privateLink.
    Default: true."""

    require_disk_encryption_set: bool
    """REQUIRE_DISK_ENCRYPTION_SET: `true` if every specification has to name a disk encryption set
    (`cluster.diskEncryptionSetId`). Default: false."""

    entra_authority: str
    """ENTRA_AUTHORITY: base URL of Entra ID as gateways reach it. Default: the public cloud's."""

    entra_ca_file: str
    """ENTRA_CA_FILE: path, in the gateways' containers, of the certificate authorities that Entra
    ID is verified with. Default: those of Envoy's image."""

    gateway_image: str
    """GATEWAY_IMAGE: Envoy's image, such as a copy in a registry of one's own, by its digest.
    Default: the project's image, by its digest, of the version that Gridplane is tested with."""

    public_url: str
    """PUBLIC_URL: base URL of this API as callers of models reach it. Default: the app's host name
    (WEBSITE_HOSTNAME)."""

    build_commit: str | None
    """BUILD_COMMIT: commit that the published package was built from, as the pipeline knows it.
    Default: unknown."""

    @property
    def has_service_bus(self) -> bool:
        return bool(self.service_bus_connection_string or self.service_bus_namespace)

    @property
    def policy(self) -> SpecPolicy:
        return SpecPolicy(
            self.allowed_regions,
            verifies_tokens=self._issuer is not None,
            allows_anonymous_access=self.allow_anonymous_access,
            allows_http_origins=self.allow_http_origins,
            requires_disk_encryption_set=self.require_disk_encryption_set,
        )

    @property
    def installation(self) -> Installation:
        return Installation(self.gateway_image, self._issuer, self.public_url)

    @property
    def _issuer(self) -> TokenIssuer | None:
        if not self.tenant_id or not self.model_audience:
            return None
        return TokenIssuer.of_tenant(
            self.tenant_id, self.model_audience, self.entra_authority, self.entra_ca_file
        )

    @property
    def arm_scope(self) -> str:
        """The audience of tokens for ARM; a simulated one takes those of the public cloud."""
        endpoint = self.arm_endpoint.rstrip("/").lower()
        return f"{endpoint if endpoint in SOVEREIGN_ARM else PUBLIC_ARM}/.default"

    @property
    def log_query_scope(self) -> str:
        """The audience of tokens for Log Analytics; a simulated one takes the public cloud's."""
        endpoint = self.log_query_endpoint.rstrip("/").lower()
        return f"{endpoint if endpoint in SOVEREIGN_LOGS else PUBLIC_LOGS}/.default"

    @classmethod
    def from_environment(cls, values: Mapping[str, str] = os.environ) -> Self:
        """Raises ValueError with the setting's name if one is missing or invalid."""
        subscription_id = values.get("AZURE_SUBSCRIPTION_ID", "")
        if not subscription_id:
            raise ValueError(
                "Setting AZURE_SUBSCRIPTION_ID is missing: set it to the id of the subscription "
                "in which environments are built."
            )
        check_pair("TENANT_ID", "MODEL_AUDIENCE", values)
        return cls(
            subscription_id=subscription_id,
            arm_endpoint=values.get("ARM_ENDPOINT") or PUBLIC_ARM,
            metrics_endpoint=values.get("METRICS_ENDPOINT") or GLOBAL_METRICS,
            log_query_endpoint=values.get("LOG_QUERY_ENDPOINT") or PUBLIC_LOGS,
            retail_prices_url=(values.get("RETAIL_PRICES_URL") or PUBLIC_PRICES).rstrip("/"),
            price_currency=_price_currency(values),
            cost_management=parse_switch("COST_MANAGEMENT", values.get("COST_MANAGEMENT")),
            market_schedule=values.get("MARKET_SCHEDULE") or EVERY_HALF_HOUR,
            log_workspace_id=parse_match(
                "LOG_WORKSPACE_ID", values.get("LOG_WORKSPACE_ID"), GUID, "the workspace's id"
            ),
            log_workspace_resource_id=parse_match(
                "LOG_WORKSPACE_RESOURCE_ID",
                values.get("LOG_WORKSPACE_RESOURCE_ID"),
                WORKSPACE_RESOURCE_ID,
                "the workspace's ARM id",
            ),
            client_id=values.get("AZURE_CLIENT_ID") or None,
            has_managed_identity=bool(values.get(IDENTITY_ENDPOINT)),
            ca_bundle=values.get("CA_BUNDLE") or None,
            edge_address=values.get("EDGE_ADDRESS") or None,
            registry_address=values.get("REGISTRY_ADDRESS") or None,
            sweep_schedule=values.get("SWEEP_SCHEDULE") or EVERY_FIVE_MINUTES,
            wake_schedule=values.get("WAKE_SCHEDULE") or EVERY_MINUTE,
            orphan_removal=parse_switch("ORPHAN_REMOVAL", values.get("ORPHAN_REMOVAL")),
            orphan_grace_hours=parse_count(
                "ORPHAN_GRACE_HOURS", values.get("ORPHAN_GRACE_HOURS") or "24", "hours"
            ),
            retention_days=parse_count(
                "RETENTION_DAYS", values.get("RETENTION_DAYS") or "30", "days"
            ),
            purge_schedule=values.get("PURGE_SCHEDULE") or NIGHTLY,
            allowed_regions=split_list(values.get("ALLOWED_REGIONS")) or DEFAULT_ALLOWED_REGIONS,
            api_server_ranges=parse_ranges(
                "API_SERVER_AUTHORIZED_IP_RANGES", values.get("API_SERVER_AUTHORIZED_IP_RANGES")
            ),
            requires_app_roles=parse_switch("REQUIRE_APP_ROLES", values.get("REQUIRE_APP_ROLES")),
            tenant_id=values.get("TENANT_ID") or None,
            model_audience=values.get("MODEL_AUDIENCE") or None,
            allow_anonymous_access=parse_switch(
                "ALLOW_ANONYMOUS_ACCESS", values.get("ALLOW_ANONYMOUS_ACCESS")
            ),
            allow_http_origins=parse_switch(
                "ALLOW_HTTP_ORIGINS", values.get("ALLOW_HTTP_ORIGINS") or "true"
            ),
            require_disk_encryption_set=parse_switch(
                "REQUIRE_DISK_ENCRYPTION_SET", values.get("REQUIRE_DISK_ENCRYPTION_SET")
            ),
            entra_authority=(values.get("ENTRA_AUTHORITY") or ENTRA_AUTHORITY).rstrip("/"),
            entra_ca_file=values.get("ENTRA_CA_FILE") or SYSTEM_CA_FILE,
            gateway_image=values.get("GATEWAY_IMAGE") or ENVOY_IMAGE,
            public_url=_public_url(values),
            build_commit=values.get("BUILD_COMMIT") or None,
            service_bus_connection_string=values.get("SERVICE_BUS") or None,
            service_bus_namespace=values.get("SERVICE_BUS__fullyQualifiedNamespace") or None,
        )


def _price_currency(values: Mapping[str, str]) -> str:
    named, code = values.get("PRICE_CURRENCY"), "a currency's code of three letters"
    return (parse_match("PRICE_CURRENCY", named, "[a-z]{3}", code) or USD).upper()


def _public_url(values: Mapping[str, str]) -> str:
    """Empty without either: what callers then read of the API is a path."""
    host_name = values.get("WEBSITE_HOSTNAME")
    default = f"https://{host_name}" if host_name else ""
    return (values.get("PUBLIC_URL") or default).rstrip("/")
