"""The gateway answers for a model that cannot, bounds requests, and shows its own state."""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import trustme

from domain.environment.counters import GatewayCounters
from domain.serving.counter_pods import GATEWAY_PATH
from domain.serving.counters import read_gateway
from domain.serving.gateway.process import build_drain_command
from domain.serving.gateway.settings import GatewayLimits, GatewayState, ModelAddress
from domain.spec.access import Access
from tests.support.gateway.environment import STATUS_URL, make_settings
from tests.support.gateway.envoy import SECONDS, Gateway, free_ports, running_gateway
from tests.support.gateway.model_server import EVENTS, ModelServer, running_model
from tests.support.gateway.tokens import KeyServer, make_token

pytestmark = pytest.mark.xdist_group("gateway: answers")

BODY_BYTES = 64 * 1024
SHARE = 2
ACCESS = {"mode": "none", "rateLimit": {"requestsPerMinute": 2 * SHARE}}
FROM_AN_ADDRESS = {"X-Azure-SocketIP": "203.0.113.1"}


@pytest.fixture(scope="module")
def gateway(model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    limits = GatewayLimits(body_bytes=BODY_BYTES)
    with running_gateway(make_settings(folder, model.port, limits=limits)) as gateway:
        yield gateway


def test_a_model_without_a_replica_is_answered_by_the_state_of_its_environment(tmp_path) -> None:
    """Changed without a restart, and forgotten as soon as a replica answers."""
    settings = make_settings(tmp_path, free_ports(1)[0])
    with running_gateway(settings) as gateway:
        assert_unavailable(gateway, "ModelNotReady")
        gateway.change_state(GatewayState.ASLEEP)
        assert "POST" in assert_unavailable(gateway, "EnvironmentAsleep")
        gateway.change_state(GatewayState.WAKING)
        assert_unavailable(gateway, "EnvironmentWaking")
        assert gateway.look(settings.ports.probe, "/ready").status_code == 200
        with running_model(settings.model.port):
            for path in ("/echo", settings.model.health_path):
                assert gateway.get(path).status_code == 200


def assert_unavailable(gateway: Gateway, code: str) -> str:
    """Soon: Envoy reads its routes again when their file changes. Returns the message."""
    give_up_at = time.monotonic() + SECONDS
    while True:
        answer = gateway.post("/echo", content=b"a prompt")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        if answer.headers["x-ms-error-code"] == code or time.monotonic() > give_up_at:
            break
    probed = gateway.get("/health")
    assert (probed.status_code, probed.json()) == (503, answer.json())
    error = answer.json()["error"]
    assert (error["code"], error["statusUrl"]) == (code, STATUS_URL)
    assert STATUS_URL in error["message"]
    return error["message"]


def test_a_model_that_breaks_off_is_answered_for(gateway) -> None:
    answer = gateway.post("/broken")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "ModelNotReady")


def test_answers_of_the_model_pass_unchanged(gateway) -> None:
    answer = gateway.post("/refused")
    assert (answer.status_code, answer.json()) == (503, {"from": "the model"})
    assert "x-ms-error-code" not in answer.headers


def test_a_model_that_sends_nothing_for_too_long_is_given_up(model, tmp_path) -> None:
    settings = make_settings(tmp_path, model.port, limits=GatewayLimits(silence_seconds=0.2))
    with running_gateway(settings) as gateway:
        answer = gateway.post("/silent")
    model.go_on()
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "ModelTimeout")


def test_a_body_up_to_the_bound_passes(gateway) -> None:
    body = b"x" * BODY_BYTES
    assert gateway.post("/echo", content=body).content == body


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_body_above_the_bound_is_refused(gateway, is_declared) -> None:
    body = b"x" * (BODY_BYTES + 1)
    answer = gateway.post("/echo", content=body if is_declared else iter([body]))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "RequestBodyTooLarge")
    assert answer.headers["x-ms-error-code"] == "RequestBodyTooLarge"


def test_an_upgrade_is_refused(gateway) -> None:
    """A body of the other protocol would be neither bounded nor recorded."""
    headers = {"Connection": "Upgrade", "Upgrade": "websocket"}
    answer = gateway.get("/echo", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "InvalidRequest")


def test_without_tokens_each_address_has_a_limit_of_its_own(model, tmp_path) -> None:
    settings = make_settings(tmp_path, model.port, Access.from_wire(ACCESS))
    with running_gateway(settings) as gateway:
        statuses = [
            gateway.get("/echo", headers=headers).status_code
            for headers in (FROM_AN_ADDRESS, FROM_AN_ADDRESS, FROM_AN_ADDRESS, {})
        ]
    assert statuses == [200, 200, 429, 200]


def test_without_tokens_the_model_may_check_keys_of_its_own(gateway, model) -> None:
    assert gateway.post("/echo", headers={"Authorization": "Bearer key"}).status_code == 200
    assert model.received[-1].header("authorization") == "Bearer key"
    assert model.received[-1].header("x-azure-fdid") is None


@pytest.mark.parametrize("reason", ["not reachable", "not trusted"])
def test_without_keys_no_token_is_called_wrong(model, keys: KeyServer, tmp_path, reason) -> None:
    issuer = keys.issuer
    if reason == "not reachable":
        uri = issuer.jwks_uri.replace(str(keys.port), str(free_ports(1)[0]))
        issuer = replace(issuer, jwks_uri=uri)
    else:
        issuer = replace(issuer, ca_file=other_authority(tmp_path))
    settings = make_settings(tmp_path / "files", model.port, Access(), issuer=issuer)
    headers = {"Authorization": f"Bearer {make_token('a caller')}"}
    with running_gateway(settings) as gateway:
        answer = gateway.post("/echo", headers=headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["error"]["code"] == "TokenKeysUnavailable"


def other_authority(folder: Path) -> str:
    path = folder / "other-ca.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return str(path)


def test_the_probe_and_the_counters_show_nothing_else(gateway) -> None:
    ports = gateway.settings.ports
    shown = {
        (port, path, method): gateway.look(port, path, method).status_code
        for port in (ports.probe, ports.stats)
        for path in ("/ready", "/stats/prometheus", "/", "/stats", "/config_dump", "/quitquitquit")
        for method in ("GET", "POST")
    }
    assert {key for key, status in shown.items() if status == 200} == {
        (ports.probe, "/ready", "GET"),
        (ports.stats, "/ready", "GET"),
        (ports.stats, "/stats/prometheus", "GET"),
    }
    assert set(shown.values()) == {200, 404}


def test_the_counters_count_invocations_and_no_probes(gateway, model) -> None:
    before = counters(gateway).requests
    for _ in range(3):
        assert gateway.get("/health").status_code == 200
    for _ in range(2):
        assert gateway.post("/echo").status_code == 200
    assert gateway.post("/echo", headers={"X-Azure-FDID": "another"}).status_code == 403
    assert counters(gateway).requests - before == 2
    with gateway.stream("/events") as answer:
        chunks = answer.iter_raw()
        next(chunks)
        assert counters(gateway).active == 1
        for _ in EVENTS:
            model.go_on()


@pytest.mark.parametrize("host", ["localhost", "no-such-host.invalid"])
def test_calls_that_no_replica_answers_are_counted_once_they_are_admitted(
    keys: KeyServer, tmp_path, host
) -> None:
    """By connections that are refused, and by a name without an address: what wakes a sleeping
    environment is neither a probe nor a caller who is turned away."""
    model = ModelAddress(host, free_ports(1)[0], "/health")
    settings = make_settings(tmp_path, 0, Access(), issuer=keys.issuer, model=model)
    bearer = {"Authorization": f"Bearer {make_token('a caller')}"}
    stranger = {"Authorization": f"Bearer {make_token('a stranger', roles=[])}"}
    with running_gateway(settings, GatewayState.ASLEEP) as gateway:
        nothing = GatewayCounters(restarts=0, requests=0, answered=0, active=0, errors=0)
        assert counters(gateway) == nothing
        refused = [
            gateway.post("/echo", headers=headers).status_code
            for headers in ({}, stranger, bearer | {"X-Azure-FDID": "another"})
        ]
        assert refused == [401, 403, 403]
        assert gateway.get("/health").status_code == 503
        assert counters(gateway).answered == 0
        assert gateway.post("/echo", headers=bearer).status_code == 503
        failed = GatewayCounters(restarts=0, requests=0, answered=1, active=0, errors=1)
        assert counters(gateway) == failed


def counters(gateway: Gateway) -> GatewayCounters:
    text = gateway.look(gateway.settings.ports.stats, f"/{GATEWAY_PATH}").text
    assert len(text) < 1024
    found = read_gateway(text, 0)
    assert found
    return found


def test_a_gateway_that_stops_ends_its_connections_and_no_stream(model, tmp_path) -> None:
    settings = make_settings(tmp_path, model.port)
    with running_gateway(settings) as gateway:
        with gateway.stream("/events") as answer:
            chunks = answer.iter_raw()
            received = [next(chunks)]
            subprocess.run(build_drain_command(settings, drain_seconds=0), check=True)
            other = gateway.post("/echo")
            for _ in EVENTS:
                model.go_on()
            received += chunks
        line = gateway.line_of(answer.headers["x-request-id"])
    assert other.headers["connection"] == "close"
    assert (b"".join(received), line["complete"]) == (b"".join(EVENTS), True)


def test_headers_of_health_requests_go_with_these_alone(
    model: ModelServer, tmp_path: Path
) -> None:
    address = ModelAddress("localhost", model.port, "/health", {"X-Probe": "100 %"})
    with running_gateway(make_settings(tmp_path, model.port, model=address)) as gateway:
        gateway.get("/health", headers={"X-Probe": "mine"})
        assert model.received[-1].header("X-Probe") == "100 %"
        gateway.get("/echo")
        assert model.received[-1].header("X-Probe") is None


def test_too_little_memory_refuses_requests_for_a_while(
    model: ModelServer, tmp_path: Path
) -> None:
    limits = GatewayLimits(heap_bytes=1)
    with running_gateway(make_settings(tmp_path, model.port, limits=limits)) as gateway:
        answer = wait_for_status(gateway, 503)
    assert answer.json()["error"]["code"] == "GatewayOverloaded"
    assert answer.headers["retry-after"] == "5"


def wait_for_status(gateway: Gateway, status: int) -> httpx.Response:
    """Envoy looks at its heap four times a second."""
    give_up_at = time.monotonic() + SECONDS
    while (answer := gateway.get("/echo")).status_code != status:
        assert time.monotonic() < give_up_at, answer.status_code
    return answer
