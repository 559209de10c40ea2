"""What a client finds again when simulated Azure goes on from its file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from emulators.azure.clock import Clock
from emulators.azure.process import Options, start
from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.contract.arm.test_activity_log import LATE, asked, later, told
from emulators.tests.contract.arm.test_cluster_power import shown
from emulators.tests.contract.arm.test_clusters import CLUSTER
from emulators.tests.contract.arm.test_entra import ARM_SCOPE, credential_of
from emulators.tests.contract.arm.test_operations_table import a_stopped_cluster, ended
from emulators.tests.support.idle_time import idle_clock
from emulators.tests.support.simulator import (
    TEST_TIME_SCALE,
    Control,
    SimulatorAddress,
    read_address,
)
from emulators.tests.support.tls import client_context

AKS = "2026-08-01"


@asynccontextmanager
async def signed_in(
    folder: Path, clock: Clock, known: SimulatorAddress | None = None
) -> AsyncIterator[tuple[Arm, Control, SimulatorAddress]]:
    """Azure as the file has it, entered by a secret: that of `known`, or the one it now names."""
    running = await start(clock, folder, Options(state_file=folder / "azure.state"))
    address = read_address(folder / "simulator.json")
    changes = {} if known is None else {"client_secret": known.client_secret}
    connector = aiohttp.TCPConnector(ssl=client_context(address.ca_bundle))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        credential_of(address, **changes) as credential,
    ):
        token = await credential.get_token(ARM_SCOPE)
        yield Arm(session, address, token.token), Control(session, address), address
    await running.stop()


async def test_secrets_logs_registrations_and_stopped_clusters_are_found_again(
    tmp_path: Path,
) -> None:
    async with signed_in(tmp_path, idle_clock(TEST_TIME_SCALE)) as (arm, control, address):
        await a_stopped_cluster(arm)
        await arm.call("POST", "providers/Microsoft.Cdn/unregister")
        await later(control, LATE)
        before = told(await asked(arm, control))
        now = (await control.call("GET", "/clock"))["now"]

    again = idle_clock(TEST_TIME_SCALE)
    async with signed_in(tmp_path, again, address) as (arm, control, _):
        await control.call("PUT", "/clock", {"now": now})
        assert told(await asked(arm, control)) == before
        provider = await arm.call("GET", "providers/Microsoft.Cdn")
        assert provider.body["registrationState"] == "Unregistered"
        accepted = await arm.call("POST", f"{CLUSTER}/start", api_version=AKS)
        assert (await ended(arm, accepted)).body["status"] == "Succeeded"
        started = await arm.call("GET", CLUSTER, api_version=AKS)
        assert shown(started) == ("Succeeded", "Running", {"system": 1, "gpu": 1})
