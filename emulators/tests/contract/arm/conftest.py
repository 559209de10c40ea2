"""Real Azure SDK clients against a simulator of their own for each test."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.pipeline.transport import AioHttpTransport
from azure.identity.aio import ManagedIdentityCredential
from azure.mgmt.cdn.aio import CdnManagementClient
from azure.mgmt.containerservice.aio import ContainerServiceClient
from azure.mgmt.frontdoor.aio import FrontDoorManagementClient
from azure.mgmt.resource.resources.aio import ResourceManagementClient
from multidict import CIMultiDictProxy

from emulators.azure.process import RunningSimulator
from emulators.tests.support.idle_time import IdleTimeLoop, idle_clock
from emulators.tests.support.simulator import (
    TEST_TIME_SCALE,
    SimulatorAddress,
    simulator_in_process,
)

POLLING_INTERVAL = 0.01
"""In real seconds; in simulated ones it is twenty."""


def pytest_asyncio_loop_factories() -> dict[str, type[IdleTimeLoop]]:
    return {"idle time": IdleTimeLoop}


class ScaledRetryAfter(SansIOHTTPPolicy[Any, Any]):
    """Notes each Retry-After and takes it back: the SDK's pollers would wait it in real time."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def on_response(
        self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]
    ) -> None:
        headers = response.http_response.headers
        if "Retry-After" in headers:
            self.seen.append(headers["Retry-After"])
            headers["Retry-After"] = "0"


@dataclass(frozen=True, slots=True)
class Azure:
    """The clients that the product uses."""

    groups: ResourceManagementClient
    containers: ContainerServiceClient
    cdn: CdnManagementClient
    waf: FrontDoorManagementClient
    retry_after: ScaledRetryAfter


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """A whole HTTP answer."""

    status: int
    headers: CIMultiDictProxy[str]
    body: Any

    @property
    def error(self) -> tuple[int, str]:
        """Status and code, whichever shape the error has."""
        inner = self.body.get("error", self.body)
        return self.status, inner["code"]

    @property
    def message(self) -> str:
        return self.body.get("error", self.body)["message"]


class Arm:
    """ARM without an SDK, for what an SDK hides."""

    def __init__(
        self, session: aiohttp.ClientSession, address: SimulatorAddress, token: str
    ) -> None:
        self._session = session
        self._address = address
        self._token = token

    @property
    def subscription(self) -> str:
        return f"/subscriptions/{self._address.subscription_id}"

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        api_version: str = "2025-04-01",
        headers: dict[str, str] | None = None,
    ) -> RawAnswer:
        """`path` is below the subscription when it does not start with https or a slash."""
        if path.startswith("https:"):
            url = path
        else:
            below = path if path.startswith("/") else f"{self.subscription}/{path}"
            url = f"{self._address.url}{below}?api-version={api_version}"
        sent = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        data = None
        if body is not None:
            sent["Content-Type"] = "application/json"
            data = io.BytesIO(json.dumps(body).encode())
        async with self._session.request(method, url, data=data, headers=sent) as response:
            parsed = await response.json(content_type=None) if response.content_length else None
            return RawAnswer(response.status, response.headers, parsed)

    async def call_with(self, path: str, api_version: str, query: dict[str, str]) -> RawAnswer:
        """GET below the subscription with more in the query than the api-version."""
        text = urlencode({"api-version": api_version, **query})
        return await self.call("GET", f"{self._address.url}{self.subscription}/{path}?{text}")

    async def poll_path(self, path: str, api_version: str = "2025-04-01") -> RawAnswer:
        """GET below the subscription after a pause."""
        await asyncio.sleep(POLLING_INTERVAL)
        return await self.call("GET", path, api_version=api_version)

    async def poll(self, url: str) -> RawAnswer:
        """GET after a pause: simulated time passes only while nobody has anything to do."""
        await asyncio.sleep(POLLING_INTERVAL)
        return await self.call("GET", url)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[RunningSimulator, SimulatorAddress]]:
    async with simulator_in_process(tmp_path, idle_clock(TEST_TIME_SCALE)) as started:
        yield started


def transport_of(session: aiohttp.ClientSession) -> AioHttpTransport:
    """All clients of a test share its connections, as those of the product do."""
    return AioHttpTransport(session=session, session_owner=False)


@pytest.fixture
async def credential(
    address: SimulatorAddress, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ManagedIdentityCredential]:
    for name, value in address.environment().items():
        monkeypatch.setenv(name, value)
    async with ManagedIdentityCredential(transport=transport_of(session)) as credential:
        yield credential


@pytest.fixture
async def arm(
    session: aiohttp.ClientSession,
    address: SimulatorAddress,
    credential: ManagedIdentityCredential,
) -> Arm:
    token = await credential.get_token("https://management.azure.com/.default")
    return Arm(session, address, token.token)


@pytest.fixture
async def azure(
    address: SimulatorAddress,
    session: aiohttp.ClientSession,
    credential: ManagedIdentityCredential,
) -> AsyncIterator[Azure]:
    retry_after = ScaledRetryAfter()
    options: dict[str, Any] = {
        "base_url": address.url,
        "polling_interval": POLLING_INTERVAL,
        "retry_backoff_factor": 0.01,
        "per_retry_policies": [retry_after],
    }
    where = (credential, address.subscription_id)
    async with (
        ResourceManagementClient(*where, transport=transport_of(session), **options) as groups,
        ContainerServiceClient(*where, transport=transport_of(session), **options) as containers,
        CdnManagementClient(*where, transport=transport_of(session), **options) as cdn,
        FrontDoorManagementClient(*where, transport=transport_of(session), **options) as waf,
    ):
        yield Azure(groups, containers, cdn, waf, retry_after)


@pytest.fixture
async def group(azure: Azure) -> str:
    await azure.groups.resource_groups.create_or_update("gp-fraud", {"location": "westeurope"})
    return "gp-fraud"
