"""The app as the worker of Python 3.13 loads it in Azure, with the published files alone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from domain.durable.names import ActivityName, Orchestrator
from tests.architecture.source import PRODUCT_FOLDERS, REPOSITORY

SETTINGS = {
    "AZURE_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000000",
    "SERVICE_BUS__fullyQualifiedNamespace": "gp.servicebus.windows.net",
}


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The bindings of each function."""
    folder: Path = tmp_path_factory.mktemp("published")
    for name in PRODUCT_FOLDERS:
        shutil.copytree(
            REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("function_app.py", "host.json"):
        shutil.copy(REPOSITORY / name, folder)
    command = [sys.executable, "-m", "emulators.functions_host.index_app", str(folder)]
    environment = {"PATH": os.environ["PATH"], **SETTINGS}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["functions"]


def test_the_worker_finds_every_function(indexed: dict[str, list[str]]):
    durable = {*Orchestrator, *ActivityName, "environment", "orphans", "blocklist"}
    assert durable | {"run_sweep", "run_purge", "take_message"} <= set(indexed)


def test_the_worker_accepts_every_binding(indexed: dict[str, list[str]]):
    assert indexed["take_message"] == ["client", "message"]
    assert indexed["begin_resource"] == ["client", "value"]
    assert indexed["http_request_creation"] == ["$return", "client", "req"]
