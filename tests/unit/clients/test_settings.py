import json
from pathlib import Path
from typing import Any

import pytest

from clients.settings import (
    EVERY_FIVE_MINUTES,
    EVERY_HALF_HOUR,
    EVERY_MINUTE,
    GLOBAL_METRICS,
    IDENTITY_ENDPOINT,
    NIGHTLY,
    PUBLIC_ARM,
    PUBLIC_LOGS,
    PUBLIC_PRICES,
    SOVEREIGN_ARM,
    SOVEREIGN_LOGS,
    Settings,
)
from domain.catalog.regions import DEFAULT_ALLOWED_REGIONS
from domain.requests.app_roles import AppRole
from domain.requests.principal import Principal
from domain.serving.gateway.settings import ENVOY_IMAGE, TokenIssuer
from domain.spec.policy import SpecPolicy

SUBSCRIPTION = "5b5c5b5c-0000-4000-8000-000000000001"
NAMESPACE = "SERVICE_BUS__fullyQualifiedNamespace"
RANGES = "API_SERVER_AUTHORIZED_IP_RANGES"
TWO_RANGES = ("203.0.113.7/32", "198.51.100.0/24")
GP_NAMESPACE = "gp.servicebus.windows.net"
WORKSPACE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-gridplane-dev/providers/"
    "Microsoft.OperationalInsights/workspaces/log-gridplane-dev"
)
SAMPLE = Path(__file__).parents[3] / "local.settings.sample.json"


def read(**values: str) -> Settings:
    return Settings.from_environment({"AZURE_SUBSCRIPTION_ID": SUBSCRIPTION, **values})


def test_the_subscription_alone_is_enough():
    assert read() == Settings(
        subscription_id=SUBSCRIPTION,
        arm_endpoint=PUBLIC_ARM,
        metrics_endpoint=GLOBAL_METRICS,
        log_query_endpoint=PUBLIC_LOGS,
        retail_prices_url=PUBLIC_PRICES,
        price_currency="USD",
        cost_management=False,
        market_schedule=EVERY_HALF_HOUR,
        log_workspace_id=None,
        log_workspace_resource_id=None,
        client_id=None,
        has_managed_identity=False,
        ca_bundle=None,
        edge_address=None,
        registry_address=None,
        allowed_regions=DEFAULT_ALLOWED_REGIONS,
        policy_file=None,
        api_server_ranges=(),
        sweep_schedule=EVERY_FIVE_MINUTES,
        wake_schedule=EVERY_MINUTE,
        service_bus_connection_string=None,
        service_bus_namespace=None,
        requires_app_roles=False,
        developer=None,
        orphan_removal=False,
        orphan_grace_hours=24,
        retention_days=30,
        audit_retention_days=365,
        purge_schedule=NIGHTLY,
        tenant_id=None,
        model_audience=None,
        allow_anonymous_access=False,
        allow_http_origins=True,
        require_disk_encryption_set=False,
        entra_authority="https://login.microsoftonline.com",
        entra_ca_file="/etc/ssl/certs/ca-certificates.crt",
        gateway_image=ENVOY_IMAGE,
        public_url="",
        build_commit=None,
    )


@pytest.mark.parametrize(
    ("name", "value", "attribute", "read_as"),
    [
        ("ARM_ENDPOINT", "https://127.0.0.1:9", "arm_endpoint", "https://127.0.0.1:9"),
        ("ARM_ENDPOINT", "", "arm_endpoint", PUBLIC_ARM),
        ("PRICE_CURRENCY", "eur", "price_currency", "EUR"),
        ("PRICE_CURRENCY", "", "price_currency", "USD"),
        ("MARKET_SCHEDULE", "0 0 * * * *", "market_schedule", "0 0 * * * *"),
        ("METRICS_ENDPOINT", "https://127.0.0.1:9", "metrics_endpoint", "https://127.0.0.1:9"),
        ("METRICS_ENDPOINT", "", "metrics_endpoint", GLOBAL_METRICS),
        ("LOG_QUERY_ENDPOINT", "https://127.0.0.1:9", "log_query_endpoint", "https://127.0.0.1:9"),
        ("LOG_QUERY_ENDPOINT", "", "log_query_endpoint", PUBLIC_LOGS),
        ("LOG_QUERY_ENDPOINT", "https://x", "log_query_scope", f"{PUBLIC_LOGS}/.default"),
        (
            "LOG_QUERY_ENDPOINT",
            f"{SOVEREIGN_LOGS[0]}/",
            "log_query_scope",
            f"{SOVEREIGN_LOGS[0]}/.default",
        ),
        ("RETAIL_PRICES_URL", "https://127.0.0.1:9/", "retail_prices_url", "https://127.0.0.1:9"),
        ("RETAIL_PRICES_URL", "", "retail_prices_url", PUBLIC_PRICES),
        ("LOG_WORKSPACE_ID", SUBSCRIPTION, "log_workspace_id", SUBSCRIPTION),
        ("LOG_WORKSPACE_ID", "", "log_workspace_id", None),
        ("LOG_WORKSPACE_RESOURCE_ID", WORKSPACE, "log_workspace_resource_id", WORKSPACE),
        ("LOG_WORKSPACE_RESOURCE_ID", "", "log_workspace_resource_id", None),
        ("SWEEP_SCHEDULE", "0 0 * * * *", "sweep_schedule", "0 0 * * * *"),
        ("SWEEP_SCHEDULE", "", "sweep_schedule", EVERY_FIVE_MINUTES),
        ("WAKE_SCHEDULE", "30 * * * * *", "wake_schedule", "30 * * * * *"),
        ("WAKE_SCHEDULE", "", "wake_schedule", EVERY_MINUTE),
        ("AZURE_CLIENT_ID", "1b2c", "client_id", "1b2c"),
        ("AZURE_CLIENT_ID", "", "client_id", None),
        ("IDENTITY_ENDPOINT", "http://127.0.0.1:9", "has_managed_identity", True),
        ("IDENTITY_ENDPOINT", "", "has_managed_identity", False),
        ("ARM_ENDPOINT", "https://127.0.0.1:9", "arm_scope", f"{PUBLIC_ARM}/.default"),
        ("ARM_ENDPOINT", f"{SOVEREIGN_ARM[0]}/", "arm_scope", f"{SOVEREIGN_ARM[0]}/.default"),
        ("ARM_ENDPOINT", SOVEREIGN_ARM[1], "arm_scope", f"{SOVEREIGN_ARM[1]}/.default"),
        ("CA_BUNDLE", "/tmp/ca.pem", "ca_bundle", "/tmp/ca.pem"),
        ("CA_BUNDLE", "", "ca_bundle", None),
        ("EDGE_ADDRESS", "127.0.0.1:9", "edge_address", "127.0.0.1:9"),
        ("EDGE_ADDRESS", "", "edge_address", None),
        ("REGISTRY_ADDRESS", "127.0.0.1:9", "registry_address", "127.0.0.1:9"),
        ("REGISTRY_ADDRESS", "", "registry_address", None),
        ("SERVICE_BUS", "Endpoint=sb://x", "service_bus_connection_string", "Endpoint=sb://x"),
        ("SERVICE_BUS", "", "service_bus_connection_string", None),
        (NAMESPACE, GP_NAMESPACE, "service_bus_namespace", GP_NAMESPACE),
        (NAMESPACE, "", "service_bus_namespace", None),
        ("POLICY", "policy.yaml", "policy_file", "policy.yaml"),
        ("ALLOWED_REGIONS", "westeurope", "allowed_regions", ("westeurope",)),
        ("ALLOWED_REGIONS", " a , b,,", "allowed_regions", ("a", "b")),
        ("REQUIRE_APP_ROLES", "True", "requires_app_roles", True),
        ("REQUIRE_APP_ROLES", "false", "requires_app_roles", False),
        ("REQUIRE_APP_ROLES", "", "requires_app_roles", False),
        ("BUILD_COMMIT", "83efbc6", "build_commit", "83efbc6"),
        ("BUILD_COMMIT", "", "build_commit", None),
        ("ORPHAN_REMOVAL", "true", "orphan_removal", True),
        ("ORPHAN_REMOVAL", "", "orphan_removal", False),
        ("RETENTION_DAYS", "7", "retention_days", 7),
        ("AUDIT_RETENTION_DAYS", "90", "audit_retention_days", 90),
        ("PURGE_SCHEDULE", "0 0 4 * * *", "purge_schedule", "0 0 4 * * *"),
        ("ORPHAN_GRACE_HOURS", "72", "orphan_grace_hours", 72),
        ("ORPHAN_GRACE_HOURS", "", "orphan_grace_hours", 24),
        ("ALLOW_ANONYMOUS_ACCESS", "true", "allow_anonymous_access", True),
        ("ALLOW_ANONYMOUS_ACCESS", "", "allow_anonymous_access", False),
        ("ALLOW_HTTP_ORIGINS", "false", "allow_http_origins", False),
        ("ALLOW_HTTP_ORIGINS", "", "allow_http_origins", True),
        ("REQUIRE_DISK_ENCRYPTION_SET", "true", "require_disk_encryption_set", True),
        ("ENTRA_AUTHORITY", "https://127.0.0.1:9/", "entra_authority", "https://127.0.0.1:9"),
        ("ENTRA_CA_FILE", "/tmp/ca.pem", "entra_ca_file", "/tmp/ca.pem"),
        (
            "GATEWAY_IMAGE",
            "r.example.com/envoy@sha256:1",
            "gateway_image",
            "r.example.com/envoy@sha256:1",
        ),
        ("PUBLIC_URL", "https://gp.example.com/", "public_url", "https://gp.example.com"),
        ("WEBSITE_HOSTNAME", "gp.example.com", "public_url", "https://gp.example.com"),
        (RANGES, "203.0.113.7/32, 198.51.100.0/24", "api_server_ranges", TWO_RANGES),
        (RANGES, "203.0.113.7", "api_server_ranges", ("203.0.113.7/32",)),
        (RANGES, "", "api_server_ranges", ()),
        ("ALLOWED_REGIONS", " , ", "allowed_regions", DEFAULT_ALLOWED_REGIONS),
    ],
)
def test_each_setting_is_read_and_an_empty_one_counts_as_absent(
    name: str, value: str, attribute: str, read_as: Any
):
    assert getattr(read(**{name: value}), attribute) == read_as


@pytest.mark.parametrize(
    ("values", "has_one"),
    [
        ({}, False),
        ({"SERVICE_BUS": "", NAMESPACE: ""}, False),
        ({"SERVICE_BUS": "Endpoint=sb://x"}, True),
        ({NAMESPACE: GP_NAMESPACE}, True),
    ],
)
def test_a_service_bus_is_known_by_either_setting(values: dict[str, str], has_one: bool):
    assert read(**values).has_service_bus is has_one


def test_the_public_url_is_not_the_host_name_where_both_are_known():
    known = read(PUBLIC_URL="https://models.example.com", WEBSITE_HOSTNAME="gp.azurewebsites.net")
    assert known.public_url == "https://models.example.com"


def test_tokens_are_verified_by_tenant_and_audience():
    settings = read(TENANT_ID="t", MODEL_AUDIENCE="a", ENTRA_CA_FILE="/ca.pem")
    issuer = settings.installation.issuer
    assert issuer == TokenIssuer.of_tenant("t", "a", ca_file="/ca.pem")
    assert settings.policy.verifies_tokens
    assert not read().policy.verifies_tokens
    assert read().installation.issuer is None


@pytest.mark.parametrize(
    ("name", "missing"), [("TENANT_ID", "MODEL_AUDIENCE"), ("MODEL_AUDIENCE", "TENANT_ID")]
)
def test_neither_tenant_nor_audience_stands_alone(name: str, missing: str):
    with pytest.raises(ValueError, match=f"Setting {missing} is missing: {name} is of no use"):
        read(**{name: "x"})


def test_what_the_settings_allow_is_the_policy_of_specifications():
    policy = read(
        ALLOWED_REGIONS="uksouth",
        ALLOW_ANONYMOUS_ACCESS="true",
        ALLOW_HTTP_ORIGINS="false",
        REQUIRE_DISK_ENCRYPTION_SET="true",
    ).policy
    assert policy == SpecPolicy(
        ("uksouth",),
        verifies_tokens=False,
        allows_anonymous_access=True,
        allows_http_origins=False,
        requires_disk_encryption_set=True,
    )


@pytest.mark.parametrize("values", [{}, {"AZURE_SUBSCRIPTION_ID": ""}], ids=["absent", "empty"])
def test_without_a_subscription_it_says_which_setting_is_missing(values: dict[str, str]):
    with pytest.raises(ValueError, match="AZURE_SUBSCRIPTION_ID is missing: set it to"):
        Settings.from_environment(values)


class Reader(dict[str, str]):
    """Remembers which names were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return SUBSCRIPTION if key == "AZURE_SUBSCRIPTION_ID" else default


def test_every_setting_stands_in_the_sample_and_the_sample_has_no_other():
    reader = Reader()
    Settings.from_environment(reader)
    sample = json.loads(SAMPLE.read_text())["Values"]
    of_the_host = {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"}
    assert reader.names - {IDENTITY_ENDPOINT, "WEBSITE_HOSTNAME"} == set(sample) - of_the_host


def test_the_sample_can_be_used_as_it_is():
    sample = json.loads(SAMPLE.read_text())["Values"]
    assert Settings.from_environment(sample).arm_endpoint == PUBLIC_ARM


def test_a_namespace_or_a_connection_string_gives_it_a_service_bus():
    assert not read().has_service_bus
    assert read(SERVICE_BUS="Endpoint=sb://x;").has_service_bus
    assert read(SERVICE_BUS__fullyQualifiedNamespace="x.example.com").has_service_bus


def test_a_developer_may_do_what_the_setting_says():
    found = read(DEVELOPER_IDENTITY='{"objectId": "me", "roles": ["Environments.Read"]}').developer
    roles = frozenset({"Environments.Read"})
    assert found == Principal(object_id="me", roles=roles, is_person=True)
    anything = read(DEVELOPER_IDENTITY='{"objectId": "me", "groups": ["G"]}').developer
    assert anything
    assert (anything.roles, anything.groups) == (frozenset(AppRole), {"g"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("me", "Invalid JSON"),
        ('{"objectId": "me", "roles": ["Reader"]}', r"roles\.0"),
        ("{}", "objectId"),
    ],
)
def test_a_developer_that_cannot_be_read_is_refused(text: str, told: str):
    with pytest.raises(ValueError, match=f"DEVELOPER_IDENTITY: .*{told}"):
        read(DEVELOPER_IDENTITY=text)


def test_a_developer_does_not_stand_in_for_authentication():
    with pytest.raises(ValueError, match="DEVELOPER_IDENTITY must not be set where REQUIRE_APP"):
        read(DEVELOPER_IDENTITY='{"objectId": "me"}', REQUIRE_APP_ROLES="true")


@pytest.mark.parametrize("text", ["euro", "E1R", "$"])
def test_a_currency_is_a_code_of_three_letters(text: str):
    with pytest.raises(ValueError, match="set it to a currency's code of three letters"):
        read(PRICE_CURRENCY=text)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "a day"])
def test_hours_that_are_none_are_refused(text: str):
    with pytest.raises(ValueError, match=f"ORPHAN_GRACE_HOURS is '{text}': set it to a whole"):
        read(ORPHAN_GRACE_HOURS=text)


def test_a_misspelt_switch_is_refused_rather_than_taken_for_off():
    with pytest.raises(ValueError, match="REQUIRE_APP_ROLES is 'ture': set it to true or false"):
        read(REQUIRE_APP_ROLES="ture")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_WORKSPACE_ID", "log-gridplane-dev"),
        ("LOG_WORKSPACE_ID", f"{SUBSCRIPTION}/query"),
        ("LOG_WORKSPACE_RESOURCE_ID", SUBSCRIPTION),
        ("LOG_WORKSPACE_RESOURCE_ID", f"{WORKSPACE}/tables/x"),
    ],
)
def test_a_workspace_is_named_by_its_ids(name: str, value: str):
    with pytest.raises(ValueError, match=f"{name} is '{value}': set it to the workspace's"):
        read(**{name: value})
