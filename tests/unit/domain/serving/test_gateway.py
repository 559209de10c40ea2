"""The files of a gateway follow from its settings, and only some changes roll its pods.

What Envoy makes of them is tested in `tests/contract/gateway`.
"""

import json
from dataclasses import replace
from typing import Any

import pytest

from domain.serving.gateway.bootstrap import config_digest, render_config, render_files
from domain.serving.gateway.process import build_arguments, build_drain_command
from domain.serving.gateway.rate_limit import build_rate_limit_filter, retry_after_seconds
from domain.serving.gateway.settings import (
    GatewayPorts,
    GatewaySettings,
    GatewayState,
    ModelAddress,
    TokenIssuer,
)
from domain.spec.access import Access, AccessMode, Audit, RateLimit
from tests.support.gateway.rendered import FOLDER, example_settings, render_example

OPEN = Access.from_wire({"mode": "none"})


def open_settings() -> GatewaySettings:
    return replace(example_settings(), access=OPEN, audit=Audit(), issuer=None)


@pytest.mark.parametrize("name", ["envoy.json", "routes.json"])
def test_the_files_are_those_that_were_reviewed(name: str) -> None:
    """A difference in envoy.json rolls the gateways of every environment when it is released."""
    assert render_example()[name] == (FOLDER / name).read_text(), (
        "If this is meant: python -m tests.support.gateway.rendered"
    )


def test_the_same_settings_give_the_same_digest() -> None:
    assert config_digest(example_settings()) == config_digest(example_settings())
    assert len(config_digest(example_settings())) == 16


@pytest.mark.parametrize(
    "changes",
    [
        {"front_door_id": "ffffffff-4e5f-6789-abcd-ef0123456789"},
        {"model_version": "8"},
        {"audit": Audit.from_wire({"content": "hash"})},
        {"access": Access.from_wire({"invokers": {"appRoles": ["Another.Role"]}})},
        {"access": OPEN, "issuer": None},
        {"replicas": 3},
        {"issuer": TokenIssuer.of_tenant("another-tenant", "another-audience")},
        {"model": ModelAddress("elsewhere", 80, "/health")},
    ],
)
def test_other_settings_give_another_digest(changes: dict[str, Any]) -> None:
    assert config_digest(replace(example_settings(), **changes)) != config_digest(
        example_settings()
    )


def test_the_state_of_the_model_changes_its_routes_alone() -> None:
    files = [render_files(example_settings(), state) for state in GatewayState]
    assert {each["envoy.json"] for each in files} == {render_config(example_settings())}
    assert len({each["routes.json"] for each in files}) == len(GatewayState)


@pytest.mark.parametrize(
    ("state", "code", "message"),
    [
        (
            GatewayState.SERVING,
            "ModelNotReady",
            "No replica of the model of environment 'fraud-llm' is ready. "
            "https://gridplane.example.com/environments/fraud-llm shows its health.",
        ),
        (
            GatewayState.WAKING,
            "EnvironmentWaking",
            "Environment 'fraud-llm' is waking up. "
            "https://gridplane.example.com/environments/fraud-llm shows when it is ready.",
        ),
    ],
)
def test_callers_are_told_why_no_replica_answers(
    state: GatewayState, code: str, message: str
) -> None:
    routes = json.loads(render_files(example_settings(), state)["routes.json"])
    for route in routes["resources"][0]["virtual_hosts"][0]["routes"]:
        answer = route["metadata"]["filter_metadata"]["gridplane.answer"]
        assert (answer["code"], answer["message"]) == (code, message)


def test_callers_of_a_sleeping_environment_are_told_whether_their_call_wakes_it() -> None:
    def told(wakes: bool, state: GatewayState) -> tuple[str, str, str]:
        settings = replace(example_settings(), wakes_on_request=wakes)
        routes = json.loads(render_files(settings, state)["routes.json"])
        route = routes["resources"][0]["virtual_hosts"][0]["routes"][1]
        answer = route["metadata"]["filter_metadata"]["gridplane.answer"]
        return answer["code"], answer["retryAfter"], answer["message"]

    asleep, waking = GatewayState.ASLEEP, GatewayState.WAKING
    code, retry_after, message = told(True, asleep)
    assert (code, retry_after) == ("EnvironmentAsleep", "60")
    assert "This call wakes it within two minutes" in message
    code, retry_after, message = told(False, asleep)
    assert (code, retry_after) == ("EnvironmentAsleep", "30")
    assert "/wake wakes it" in message
    assert told(True, waking) == told(False, waking)


def filters(settings: GatewaySettings) -> list[str]:
    public = json.loads(render_config(settings))["static_resources"]["listeners"][0]
    manager = public["filter_chains"][0]["filters"][0]["typed_config"]
    return [each["name"] for each in manager["http_filters"]]


def test_nothing_verifies_tokens_where_none_are_asked_for() -> None:
    assert filters(open_settings()) == [
        "gridplane.front_door",
        "envoy.filters.http.lua",
        "envoy.filters.http.buffer",
        "envoy.filters.http.router",
    ]
    config = render_config(open_settings())
    assert "token-keys" not in config.replace("cluster.token-keys.", "")
    assert "jwt_authn_access_denied" not in config


def test_without_tokens_and_records_the_model_gets_the_callers_headers() -> None:
    routes = json.loads(render_files(open_settings(), GatewayState.SERVING)["routes.json"])
    assert routes["resources"][0]["request_headers_to_remove"] == ["x-azure-fdid"]


def test_an_issuer_goes_with_entra_only() -> None:
    with pytest.raises(ValueError, match="issuer"):
        replace(example_settings(), issuer=None)
    with pytest.raises(ValueError, match="issuer"):
        replace(example_settings(), access=OPEN)


@pytest.mark.parametrize(
    ("per_minute", "burst", "replicas", "at_once", "refilled_in", "retry_after"),
    [
        (60, None, 1, 60, "60s", 1),
        (60, 10, 2, 5, "120s", 2),
        (60, 5, 2, 2, "120s", 2),
        (1, 1, 2, 1, "120s", 120),
        (7, 7, 3, 2, "180s", 26),
        (1000, None, 2, 500, "120s", 1),
    ],
)
def test_each_replica_keeps_its_share_of_a_limit(
    per_minute: int,
    burst: int | None,
    replicas: int,
    at_once: int,
    refilled_in: str,
    retry_after: int,
) -> None:
    limit = RateLimit(requests_per_minute=per_minute, burst=burst)
    config = build_rate_limit_filter(limit, AccessMode.ENTRA, replicas)["typed_config"]
    bucket = {
        "max_tokens": at_once,
        "tokens_per_fill": per_minute,
        "fill_interval": refilled_in,
    }
    assert config["token_bucket"] == config["descriptors"][0]["token_bucket"] == bucket
    assert retry_after_seconds(limit, replicas) == retry_after


def test_without_tokens_a_caller_is_an_address() -> None:
    limit = RateLimit(requests_per_minute=60)
    config = build_rate_limit_filter(limit, AccessMode.NONE, 2)["typed_config"]
    (action,) = config["rate_limits"][0]["actions"]
    assert action == {
        "request_headers": {"header_name": "x-azure-socketip", "descriptor_key": "caller"}
    }


def test_a_limit_without_tokens_is_one_per_address() -> None:
    limited = Access.from_wire({"mode": "none", "rateLimit": {"requestsPerMinute": 60}})
    config = render_config(replace(open_settings(), access=limited))
    assert '"header_name":"x-azure-socketip"' in config


@pytest.mark.parametrize(
    ("uri", "host", "port", "kind"),
    [
        ("https://localhost:8443/keys", "localhost", 8443, "DNS"),
        ("https://keys.example.com/keys", "keys.example.com", 443, "DNS"),
        ("https://127.0.0.1:8443/keys", "127.0.0.1", 8443, "IP_ADDRESS"),
        ("http://keys.example.com/keys", "keys.example.com", 80, None),
    ],
)
def test_keys_are_read_from_a_host_that_is_verified(
    uri: str, host: str, port: int, kind: str | None
) -> None:
    issuer = TokenIssuer("issuer", "audience", uri, "authority", "/ca.pem")
    config = json.loads(render_config(replace(example_settings(), issuer=issuer)))
    cluster = config["static_resources"]["clusters"][-1]
    (endpoint,) = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"]
    address = endpoint["endpoint"]["address"]["socket_address"]
    assert address == {"address": host, "port_value": port}
    if kind is None:
        assert "transport_socket" not in cluster
        return
    tls = cluster["transport_socket"]["typed_config"]
    validation = tls["common_tls_context"]["validation_context"]
    assert tls["sni"] == host
    assert validation["trusted_ca"] == {"filename": "/ca.pem"}
    assert validation["match_typed_subject_alt_names"] == [
        {"san_type": kind, "matcher": {"exact": host}}
    ]


def test_the_health_path_is_matched_without_its_query() -> None:
    model = ModelAddress("model", 80, "/health.v1?deep=1")
    files = render_files(replace(open_settings(), model=model), GatewayState.SERVING)
    assert '"path":"/health.v1"' in files["routes.json"]
    assert json.dumps(r"/health\.v1(\?.*)?") in files["envoy.json"]


def test_a_model_without_a_name_is_recorded_without_one() -> None:
    settings = replace(open_settings(), model_name=None, model_version=None)
    assert '"model":null,"modelVersion":null' in render_config(settings)


def test_a_version_with_a_percent_sign_is_recorded_as_it_is() -> None:
    """Envoy reads `%...%` as the name of a value, and `%%` as the sign."""
    settings = replace(open_settings(), model_version="50%-sparse")
    assert '"modelVersion":"50%%-sparse"' in render_config(settings)


def test_envoy_is_started_with_the_files_and_without_shared_memory() -> None:
    settings = replace(example_settings(), config_folder="/folder")
    assert build_arguments(settings) == [
        *("--config-path", "/folder/envoy.json"),
        *("--log-level", "warning"),
        *("--component-log-level", "http:critical"),
        *("--concurrency", "2"),
        *("--file-flush-interval-msec", "500"),
        "--disable-hot-restart",
        *("--drain-strategy", "immediate"),
        *("--drain-time-s", "240"),
    ]
    assert build_arguments(settings, threads=4)[7] == "4"


def test_a_gateway_drains_for_as_long_as_front_door_waits() -> None:
    settings = replace(example_settings(), ports=GatewayPorts(admin=9999))
    shell, flag, script = build_drain_command(settings)
    assert (shell, flag) == ("bash", "-c")
    assert script == (
        r"exec 3<>/dev/tcp/127.0.0.1/9999 && printf 'POST /drain_listeners?graceful&skip_exit "
        r"HTTP/1.1\r\nHost: admin\r\n\r\n' >&3 && read -r <&3; sleep 240"
    )
