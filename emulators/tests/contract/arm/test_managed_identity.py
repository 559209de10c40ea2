"""The managed identity endpoint, asked by azure-identity itself."""

import asyncio
import sys
import time

import aiohttp
import azure.identity
import azure.identity.aio
import pytest
from azure.core.exceptions import ClientAuthenticationError

from emulators.azure.process import RunningSimulator
from emulators.tests.support.simulator import SimulatorAddress

ARM_SCOPE = "https://management.azure.com/.default"
KUBERNETES_APPLICATION = "6dae42f8-4368-4678-94ff-3960e28e3630"


@pytest.fixture(autouse=True)
def environment(address: SimulatorAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in address.environment().items():
        monkeypatch.setenv(name, value)


async def test_the_default_credential_gets_a_token_with_nothing_but_the_environment(
    simulator: RunningSimulator,
) -> None:
    with azure.identity.DefaultAzureCredential() as credential:
        token = await asyncio.to_thread(credential.get_token, ARM_SCOPE)
    assert 23 * 3600 < token.expires_on - time.time() <= 24 * 3600
    audience = simulator.simulator.tokens.audience_of(token.token)
    assert audience == "https://management.azure.com"


async def test_a_process_whose_environment_names_the_authority_needs_no_code_for_it(
    simulator: RunningSimulator,
) -> None:
    # aiohttp reads the trusted authorities when it is imported: this takes another process.
    script = """
import asyncio
from azure.identity.aio import DefaultAzureCredential

async def main():
    async with DefaultAzureCredential() as credential:
        print((await credential.get_token("https://management.azure.com/.default")).token)

asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    token = output.decode().strip()
    assert simulator.simulator.tokens.audience_of(token) == "https://management.azure.com"


async def test_a_token_for_kubernetes_has_the_aks_application_as_audience(
    simulator: RunningSimulator, address: SimulatorAddress
) -> None:
    async with azure.identity.aio.ManagedIdentityCredential(
        client_id="22222222-2222-4222-8222-222222222222", connection_verify=address.ca_bundle
    ) as credential:
        token = await credential.get_token(f"{KUBERNETES_APPLICATION}/.default")
    assert simulator.simulator.tokens.audience_of(token.token) == KUBERNETES_APPLICATION


async def test_a_wrong_identity_header_gets_no_token(
    address: SimulatorAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "guessed")
    async with azure.identity.aio.ManagedIdentityCredential(
        connection_verify=address.ca_bundle
    ) as credential:
        with pytest.raises(ClientAuthenticationError):
            await credential.get_token(ARM_SCOPE)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param({"resource": "https://management.azure.com"}, 400, id="no api-version"),
        pytest.param({"api-version": "2019-08-01"}, 400, id="no resource"),
        pytest.param({"api-version": "2017-09-01", "resource": "x"}, 400, id="old api-version"),
    ],
)
async def test_a_bad_request_for_a_token_is_refused(
    session: aiohttp.ClientSession, address: SimulatorAddress, query: dict[str, str], status: int
) -> None:
    headers = {"X-IDENTITY-HEADER": address.identity_header}
    async with session.get(address.identity_endpoint, params=query, headers=headers) as response:
        assert response.status == status
        assert (await response.json())["statusCode"] == status
