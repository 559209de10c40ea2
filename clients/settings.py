"""Settings of the app, read from environment variables in one place."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Self

from domain.catalog.regions import DEFAULT_ALLOWED_REGIONS

PUBLIC_ARM = "https://management.azure.com"
SOVEREIGN_ARM = ("https://management.usgovcloudapi.net", "https://management.chinacloudapi.cn")
"""The clouds of the US government and of 21Vianet, as `az cloud list` names them."""

MAX_API_SERVER_RANGES = 200
"""Documented: learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges."""

GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
WORKSPACE_RESOURCE_ID = (
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.OperationalInsights"
    r"/workspaces/[^/]+"
)

EVERY_FIVE_MINUTES = "0 */5 * * * *"
NIGHTLY = "0 30 2 * * *"
IDENTITY_ENDPOINT = "IDENTITY_ENDPOINT"
"""A variable of App Service, not a setting."""
GLOBAL_METRICS = "https://global.metrics.monitor.azure.com"
PUBLIC_LOGS = "https://api.loganalytics.io"
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

    build_commit: str | None
    """BUILD_COMMIT: commit that the published package was built from, as the pipeline knows it.
    Default: unknown."""

    @property
    def has_service_bus(self) -> bool:
        return bool(self.service_bus_connection_string or self.service_bus_namespace)

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
        return cls(
            subscription_id=subscription_id,
            arm_endpoint=values.get("ARM_ENDPOINT") or PUBLIC_ARM,
            metrics_endpoint=values.get("METRICS_ENDPOINT") or GLOBAL_METRICS,
            log_query_endpoint=values.get("LOG_QUERY_ENDPOINT") or PUBLIC_LOGS,
            log_workspace_id=_parse_match(
                "LOG_WORKSPACE_ID", values.get("LOG_WORKSPACE_ID"), GUID, "the workspace's id"
            ),
            log_workspace_resource_id=_parse_match(
                "LOG_WORKSPACE_RESOURCE_ID",
                values.get("LOG_WORKSPACE_RESOURCE_ID"),
                WORKSPACE_RESOURCE_ID,
                "the workspace's ARM id",
            ),
            client_id=values.get("AZURE_CLIENT_ID") or None,
            has_managed_identity=bool(values.get(IDENTITY_ENDPOINT)),
            ca_bundle=values.get("CA_BUNDLE") or None,
            edge_address=values.get("EDGE_ADDRESS") or None,
            sweep_schedule=values.get("SWEEP_SCHEDULE") or EVERY_FIVE_MINUTES,
            orphan_removal=_parse_switch("ORPHAN_REMOVAL", values.get("ORPHAN_REMOVAL")),
            orphan_grace_hours=_parse_count(
                "ORPHAN_GRACE_HOURS", values.get("ORPHAN_GRACE_HOURS") or "24", "hours"
            ),
            retention_days=_parse_count(
                "RETENTION_DAYS", values.get("RETENTION_DAYS") or "30", "days"
            ),
            purge_schedule=values.get("PURGE_SCHEDULE") or NIGHTLY,
            allowed_regions=_split(values.get("ALLOWED_REGIONS")) or DEFAULT_ALLOWED_REGIONS,
            api_server_ranges=_parse_ranges(
                "API_SERVER_AUTHORIZED_IP_RANGES", values.get("API_SERVER_AUTHORIZED_IP_RANGES")
            ),
            requires_app_roles=_parse_switch("REQUIRE_APP_ROLES", values.get("REQUIRE_APP_ROLES")),
            build_commit=values.get("BUILD_COMMIT") or None,
            service_bus_connection_string=values.get("SERVICE_BUS") or None,
            service_bus_namespace=values.get("SERVICE_BUS__fullyQualifiedNamespace") or None,
        )


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(each.strip() for each in (text or "").split(",") if each.strip())


def _parse_ranges(name: str, text: str | None) -> tuple[str, ...]:
    try:
        ranges = tuple(str(IPv4Network(each)) for each in _split(text))
    except ValueError as error:
        raise ValueError(f"Setting {name}: {error}. Use ranges such as 203.0.113.7/32.") from None
    if len(ranges) > MAX_API_SERVER_RANGES:
        raise ValueError(
            f"Setting {name} has {len(ranges)} ranges: AKS takes {MAX_API_SERVER_RANGES}."
        )
    return ranges


def _parse_match(name: str, text: str | None, pattern: str, expected: str) -> str | None:
    if not text:
        return None
    if not re.fullmatch(pattern, text, re.IGNORECASE):
        raise ValueError(f"Setting {name} is '{text}': set it to {expected}.")
    return text


def _parse_count(name: str, text: str, unit: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ValueError(f"Setting {name} is '{text}': set it to a whole number of {unit} from 1.")
    return int(text)


def _parse_switch(name: str, text: str | None) -> bool:
    """False if not set; ValueError if misspelt, which must not disable a check."""
    match (text or "false").lower():
        case "true":
            return True
        case "false":
            return False
        case _:
            raise ValueError(f"Setting {name} is '{text}': set it to true or false.")
