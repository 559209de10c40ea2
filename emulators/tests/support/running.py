"""What tests of a running simulator share; each folder starts its own by a fixture `running`."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from emulators.azure.process import RunningSimulator
from emulators.tests.support.simulator import Control, SimulatorAddress
from emulators.tests.support.tls import client_context


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
