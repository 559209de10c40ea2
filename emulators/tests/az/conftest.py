"""One simulated Azure and one signed-in Azure CLI for all tests of this folder.

`make test-az` runs them. Time runs so fast here that every operation has ended before the CLI
asks for its status the first time: after that it would wait 30 s, because Azure says no sooner.
"""

import json
import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulators.tests.az.azure_cli import EXECUTABLE, AzureCli
from emulators.tests.support.simulator import SimulatorAddress, simulator_process

TIME_SCALE = 10_000_000.0
GROUP = "gp-fraud"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    for item in items:
        if item.path.parent == folder:
            item.add_marker(pytest.mark.az)


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorAddress]:
    if not EXECUTABLE.exists():
        pytest.skip("There is no Azure CLI in .venv-az: `make test-az` installs it.")
    with simulator_process(tmp_path_factory.mktemp("simulator"), TIME_SCALE) as started:
        yield started


@pytest.fixture(scope="session")
def az(address: SimulatorAddress, tmp_path_factory: pytest.TempPathFactory) -> AzureCli:
    cli = AzureCli(address, tmp_path_factory.mktemp("cli"))
    cli.sign_in()
    return cli


@pytest.fixture(scope="module")
def group(az: AzureCli) -> Iterator[str]:
    """A resource group that goes with all that is in it."""
    az(f"group create --name {GROUP} --location westeurope")
    yield GROUP
    az(f"group delete --name {GROUP} --yes")


def control(address: SimulatorAddress, method: str, path: str, body: Any = None) -> Any:
    """One call of the control API, without an event loop."""
    request = urllib.request.Request(
        f"{address.url}/_simulator{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
    )
    context = ssl.create_default_context(cafile=address.ca_bundle)
    with urllib.request.urlopen(request, context=context) as response:
        return json.loads(response.read())
