"""Requests move from one version to another by weight, in a real Envoy and under load."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from domain.serving.gateway.routes import MODEL_HEALTH_PATH, NEXT_HEALTH_PATH, describe_routes
from domain.serving.gateway.settings import GatewayState, NextVersion
from domain.serving.shift import ERROR_RATE_EXCEEDED, LATENCY_EXCEEDED, compare, find_exceeded
from domain.serving.traffic import TRAFFIC_PATH, TrafficLook, read_traffic
from domain.spec.update import RollbackBounds
from tests.support.callers_at_once import callers_at_once
from tests.support.gateway.environment import make_settings
from tests.support.gateway.envoy import SECONDS, Gateway, free_ports, running_gateway
from tests.support.gateway.model_server import ModelServer, running_model

pytestmark = pytest.mark.xdist_group("gateway: shift")

NEXT_HOST = "127.0.0.2"
CALLERS = 4


@dataclass(frozen=True)
class Versions:
    """A gateway, and the two versions that it shifts requests between."""

    gateway: Gateway
    old: ModelServer
    new: ModelServer

    def shift(self, weight: int | None) -> None:
        """Returns once the gateway tells that it has the routes."""
        next_version = weight is not None and NextVersion(
            weight=weight, model_name="fraud-llm", model_version="8"
        )
        self.gateway.shift(next_version or None)
        wanted = describe_routes(GatewayState.SERVING, next_version or None)
        wait_until(lambda: self.look().gateways["envoy"].routes == wanted)

    def look(self) -> TrafficLook:
        text = self.gateway.look(self.gateway.settings.ports.stats, f"/{TRAFFIC_PATH}").text
        read = read_traffic(text, 0)
        assert read is not None
        assert read.new is not None
        return TrafficLook(gateways={"envoy": read})

    def look_later(self, first: TrafficLook, answers: int, *, timed: bool) -> TrafficLook:
        """Envoy adds times up every five seconds."""
        latest = [first]

        def has_counted() -> bool:
            latest[0] = self.look()
            new = compare(first, latest[0]).new
            return (new.timed if timed else new.answered) >= answers

        wait_until(has_counted)
        return latest[0]


@pytest.fixture
def versions(tmp_path: Path) -> Iterator[Versions]:
    port = free_ports(1)[0]
    settings = make_settings(tmp_path, port, next_host=NEXT_HOST)
    with (
        running_model(port, "127.0.0.1") as old,
        running_model(port, NEXT_HOST) as new,
        running_gateway(settings) as gateway,
    ):
        yield Versions(gateway, old, new)


def wait_until(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


@dataclass
class Load:
    """Callers who send one request after the other, and count what becomes of each."""

    statuses: Counter[int | str] = field(default_factory=Counter[int | str])
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, gateway: Gateway) -> None:
        headers = {"X-Azure-FDID": gateway.settings.front_door_id}
        with httpx.Client(headers=headers, timeout=SECONDS, verify=False) as client:
            while not self.stopped.is_set():
                try:
                    answer = client.post(gateway.url("/echo"), content=b"a prompt")
                except httpx.HTTPError as error:
                    self.statuses[type(error).__name__] += 1
                else:
                    self.statuses[answer.status_code] += 1


@contextmanager
def under_load(gateway: Gateway) -> Iterator[Load]:
    load = Load()
    with callers_at_once(CALLERS, lambda: load.run(gateway), load.stopped):
        yield load


def echoes(model: ModelServer) -> int:
    return sum(each.path == "/echo" for each in model.received)


def count(versions: Versions, requests: int) -> tuple[int, int]:
    """How many of the next requests each version is sent."""
    old, new = echoes(versions.old), echoes(versions.new)
    wait_until(lambda: echoes(versions.old) + echoes(versions.new) - old - new >= requests)
    return echoes(versions.old) - old, echoes(versions.new) - new


def share_of_new(versions: Versions, requests: int) -> float:
    """Without those that were under way; a thread of Envoy has new routes a moment after it tells
    of them."""
    count(versions, 10 * CALLERS)
    old, new = count(versions, requests)
    return new / (old + new)


def test_requests_shift_by_weight_and_none_is_lost(versions) -> None:
    with under_load(versions.gateway) as load:
        shares = [share_of_new(versions, 100)]
        for weight in (10, 50, 100):
            versions.shift(weight)
            shares.append(share_of_new(versions, 300))
        versions.shift(None)
        shares.append(share_of_new(versions, 100))
    assert (shares[0], shares[3], shares[4]) == (0, 1, 0)
    assert shares[1] == pytest.approx(0.1, abs=0.06)
    assert shares[2] == pytest.approx(0.5, abs=0.09)
    assert set(load.statuses) == {200}
    assert load.statuses[200] == echoes(versions.old) + echoes(versions.new)


def test_versions_are_probed_before_they_are_sent_a_request(versions) -> None:
    ports = versions.gateway.settings.ports
    probed = ((NEXT_HEALTH_PATH, versions.new), (MODEL_HEALTH_PATH, versions.old))
    for path, model in probed:
        assert versions.gateway.look(ports.stats, path).status_code == 200
        assert [each.path for each in model.received] == ["/health"]
        assert versions.gateway.look(ports.stats, path, "POST").status_code == 404
        assert versions.gateway.get(path).status_code == 200
        versions.old.received.clear()
    seen = versions.look().gateways["envoy"]
    assert (seen.old_addresses, seen.new_addresses) == (1, 1)


@pytest.mark.parametrize(
    ("status", "seconds", "reason"),
    [(500, 0.01, ERROR_RATE_EXCEEDED), (200, 0.03, LATENCY_EXCEEDED), (200, 0.01, None)],
)
def test_what_the_gateway_counts_tells_a_bad_version(versions, status, seconds, reason) -> None:
    versions.old.seconds = 0.01
    versions.new.seconds, versions.new.status = seconds, status
    versions.shift(50)
    first = versions.look()
    with under_load(versions.gateway):
        latest = versions.look_later(first, 50, timed=status == 200)
    seen = compare(first, latest)
    failure = find_exceeded(seen, RollbackBounds(), seen.old_milliseconds)
    assert (failure and failure.reason) == reason


def test_the_record_tells_which_version_was_asked(versions) -> None:
    seen = set[str]()
    for weight in (None, 100):
        versions.shift(weight)
        answer = versions.gateway.post("/echo", content=b"a prompt")
        line = versions.gateway.line_of(answer.headers["x-request-id"])
        assert line["model"] == "fraud-llm"
        seen.add(line["modelVersion"])
    assert seen == {"7", "8"}
