"""The simulator as a process of its own."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from emulators.tests.support.simulator import REPOSITORY, Control, simulator_process
from emulators.tests.support.tls import client_context


async def test_the_process_tells_where_it_is_and_keeps_to_its_options(
    tmp_path: Path,
) -> None:
    origin = datetime.now(UTC) - timedelta(seconds=10)
    with simulator_process(tmp_path, scale=60, origin=origin, throttled=True) as address:
        ready = json.loads((tmp_path / "simulator.json").read_text())
        assert set(ready) == {
            "url",
            "caBundle",
            "identityEndpoint",
            "identityHeader",
            "subscriptionId",
            "tenantId",
            "managedIdentity",
            "servicePrincipal",
            "logWorkspace",
            "serviceBus",
            "serviceBusNamespace",
            "pid",
        }
        connector = aiohttp.TCPConnector(ssl=client_context(address.ca_bundle))
        async with aiohttp.ClientSession(connector=connector) as session:
            clock = await Control(session, address).call("GET", "/clock")
            throttling = await Control(session, address).call("GET", "/throttling")
    assert throttling == {"enabled": True, "tokens": {}, "usage": []}
    assert clock["scale"] == 60
    assert datetime.fromisoformat(clock["origin"]) == origin
    assert datetime.fromisoformat(clock["now"]) - origin >= timedelta(minutes=10)


def test_the_process_ends_cleanly_on_a_signal(tmp_path: Path) -> None:
    with simulator_process(tmp_path):
        pid = json.loads((tmp_path / "simulator.json").read_text())["pid"]
        os.kill(pid, signal.SIGINT)
    log = (tmp_path / "simulator.log").read_text()
    assert log.splitlines()[-1].endswith("Stopped.")
    assert "Traceback" not in log


def test_a_bad_option_is_explained(tmp_path: Path) -> None:
    module = [sys.executable, "-m", "emulators.azure"]
    command = [*module, "--work-dir", str(tmp_path), "--time-scale", "-1"]
    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "--time-scale" in ended.stderr
