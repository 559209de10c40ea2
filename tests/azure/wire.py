"""The product's clients with a record of what they send, and requests of other kinds."""

import ssl
from functools import cached_property
from typing import Any

import aiohttp

from clients.answers import ArmAnswer, NoAnswer
from clients.factory import ClientFactory
from clients.settings import Settings
from tests.azure.recorder import Recorder

TIMEOUT = aiohttp.ClientTimeout(total=120)


class RecordedClients(ClientFactory):
    def __init__(self, settings: Settings, recorder: Recorder) -> None:
        super().__init__(settings)
        self._recorder = recorder

    @cached_property
    def _session(self) -> aiohttp.ClientSession:
        context = ssl.create_default_context(cafile=self.settings.ca_bundle)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context), trace_configs=[self._recorder.trace()]
        )

    async def arm(
        self, method: str, path: str, version: str, body: object = None, **query: str
    ) -> ArmAnswer:
        """`path` begins with `/subscriptions/` or is a whole address. Raises NoAnswer."""
        token = await self.token(self.settings.arm_scope)
        return await self.send(
            method,
            f"{self.settings.arm_endpoint.rstrip('/')}{path}",
            params={"api-version": version, **query},
            headers={"Authorization": f"Bearer {token}"},
            json=body,
        )

    async def token(self, scope: str) -> str:
        return (await self._credential.get_token(scope)).token

    async def ask_edge(self, host_name: str, path: str) -> ArmAnswer:
        """As a user of the environment asks it. Raises NoAnswer."""
        return await self.send(
            "GET",
            f"https://{self.settings.edge_address or host_name}{path}",
            headers={"Host": host_name},
            server_hostname=host_name,
            allow_redirects=False,
        )

    async def send(self, method: str, url: str, **options: Any) -> ArmAnswer:
        """Raises NoAnswer."""
        try:
            async with self._session.request(method, url, timeout=TIMEOUT, **options) as response:
                return ArmAnswer(response.status, response.headers, await _body(response))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from error


async def _body(response: aiohttp.ClientResponse) -> Any:
    if not await response.read():
        return None
    try:
        return await response.json(content_type=None)
    except ValueError:
        return await response.text()
