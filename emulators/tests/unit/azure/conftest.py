"""Parts of simulated Azure without HTTP."""

import pytest

from emulators.azure.arm.operations import Operations
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.poll_urls import PollUrls
from emulators.azure.arm.resources import Resources
from emulators.azure.identifiers import Identifiers
from emulators.azure.latency import Latencies
from emulators.tests.support.idle_time import IdleTimeLoop, idle_clock

FAST = 20_000.0


def pytest_asyncio_loop_factories() -> dict[str, type[IdleTimeLoop]]:
    return {"idle time": IdleTimeLoop}


@pytest.fixture
async def platform() -> Platform:
    clock = idle_clock(FAST)
    latencies = Latencies(clock, seed=1)
    identifiers = Identifiers(seed=1)
    return Platform(
        subscription_id="00000000-0000-4000-8000-000000000001",
        tenant_id="00000000-0000-4000-8000-000000000002",
        clock=clock,
        latencies=latencies,
        identifiers=identifiers,
        resources=Resources(),
        operations=Operations(clock, latencies, identifiers),
        poll_urls=PollUrls(),
    )
