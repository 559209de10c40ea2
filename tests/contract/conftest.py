"""The product's own clients, set up as the app is, against simulated Azure."""

from collections.abc import AsyncIterator

import pytest

from clients.factory import ClientFactory
from clients.settings import Settings
from emulators.tests.support.running import address, control, session, simulator
from emulators.tests.support.simulator import SimulatorAddress

__all__ = ["address", "control", "session", "simulator"]


@pytest.fixture
async def clients(
    address: SimulatorAddress, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ClientFactory]:
    for name, value in address.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING", "1")
    values = {
        "AZURE_SUBSCRIPTION_ID": address.subscription_id,
        "ARM_ENDPOINT": address.url,
        "METRICS_ENDPOINT": address.url,
        "RETAIL_PRICES_URL": address.url,
        "LOG_QUERY_ENDPOINT": address.url,
        "LOG_WORKSPACE_ID": address.log_workspace_id,
        "LOG_WORKSPACE_RESOURCE_ID": address.log_workspace_resource_id,
        "CA_BUNDLE": address.ca_bundle,
        "EDGE_ADDRESS": address.url.removeprefix("https://"),
        "REGISTRY_ADDRESS": address.url.removeprefix("https://"),
    }
    factory = ClientFactory(Settings.from_environment(values))
    yield factory
    await factory.close()
