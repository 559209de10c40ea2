"""What tests of a running simulator share; each folder starts its own by a fixture `running`."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from clients.factory import ClientFactory
from clients.settings import Settings
from simulator.process import RunningSimulator
from tests.support.simulator import Control, SimulatorAddress
from tests.support.tls import client_context


@pytest.fixture
def simulator(running: tuple[RunningSimulator, SimulatorAddress]) -> RunningSimulator:
    return running[0]


@pytest.fixture
def address(running: tuple[RunningSimulator, SimulatorAddress]) -> SimulatorAddress:
    return running[1]


@pytest.fixture
async def session(address: SimulatorAddress) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(ssl=client_context(address.ca_bundle))
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


@pytest.fixture
def control(session: aiohttp.ClientSession, address: SimulatorAddress) -> Control:
    return Control(session, address)


@pytest.fixture
async def clients(
    address: SimulatorAddress, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ClientFactory]:
    """The product's own clients, set up as the app is."""
    for name, value in address.environment().items():
        monkeypatch.setenv(name, value)
    values = {
        "AZURE_SUBSCRIPTION_ID": address.subscription_id,
        "ARM_ENDPOINT": address.url,
        "METRICS_ENDPOINT": address.url,
        "CA_BUNDLE": address.ca_bundle,
        "EDGE_ADDRESS": address.url.removeprefix("https://"),
    }
    factory = ClientFactory(Settings.from_environment(values))
    yield factory
    await factory.close()
