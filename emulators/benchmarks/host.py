"""Measures the Functions host and its task hub as processes, under a foreign app, over HTTP."""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout, TCPConnector

_APP = Path("emulators/tests/integration/functions_host/apps/native")
_START = "/runtime/webhooks/durabletask/orchestrators"
_WAIT = {"timeout": "120", "pollingInterval": "1"}
_READY_SECONDS = 20


@contextmanager
def running_host(directory: Path) -> Iterator[str]:
    """Run the host with a task hub of its own; what it logs is in `host.log`."""
    ready = directory / "ready.json"
    arguments = ["-m", "emulators.functions_host", "start", "--port", "0", "--app", str(_APP)]
    files = ["--state-dir", str(directory / "state"), "--ready-file", str(ready)]
    with (directory / "host.log").open("w") as log:
        host = subprocess.Popen([sys.executable, *arguments, *files], stderr=log)
        try:
            yield _url(ready, host)
        finally:
            host.terminate()
            host.wait()


def _url(ready: Path, host: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + _READY_SECONDS
    while not ready.exists():
        if host.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"The host did not start; see {ready.parent / 'host.log'}.")
        time.sleep(0.02)
    return json.loads(ready.read_text())["url"]


async def run_one(client: ClientSession, orchestrator: str, given: int) -> float:
    """Start an orchestration and wait for its output; the answer is how many seconds it took."""
    begun = time.perf_counter()
    async with client.post(f"{_START}/{orchestrator}", params=_WAIT, json=given) as answer:
        output = await answer.text()
        if answer.status != 200:
            raise SystemExit(f"{orchestrator} did not complete: {answer.status} {output}")
    return time.perf_counter() - begun


async def run_many(client: ClientSession, orchestrator: str, count: int) -> float:
    begun = time.perf_counter()
    await asyncio.gather(*(run_one(client, orchestrator, number) for number in range(count)))
    return time.perf_counter() - begun


async def measure(url: str, count: int, rounds: int) -> None:
    # httpx would need more of the two processors for 200 connections than the task hub does.
    async with ClientSession(
        url, connector=TCPConnector(limit=count), timeout=ClientTimeout(180)
    ) as client:
        # The first ones pay for imports and connections.
        await run_many(client, "chain", 10)
        single = [await run_one(client, "chain", number) for number in range(50)]
        batches = [await run_many(client, "chain", count) for _ in range(rounds)]
    print(f"one chain of 3 activities, median of 50: {statistics.median(single) * 1000:5.1f} ms")
    print(f"{count} of them at once, best of {rounds}: {min(batches):.2f} s")
    print(f"{count} of them at once, median of {rounds}: {statistics.median(batches):.2f} s")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as directory,
        running_host(Path(directory)) as url,
    ):
        asyncio.run(measure(url, arguments.count, arguments.rounds))


if __name__ == "__main__":
    main()
