"""Azure Resource Manager: one client for every resource type, because ARM's verbs are uniform."""

from collections.abc import Mapping
from typing import Any, Self

import aiohttp
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.rest import HttpRequest
from azure.mgmt.core.policies import ARMHttpLoggingPolicy, AsyncARMChallengeAuthenticationPolicy

from clients.answering import AnsweringPipeline
from clients.answers import ArmAnswer

ARM_SCOPE = "https://management.azure.com/.default"


class ArmClient:
    def __init__(self, pipeline: AnsweringPipeline) -> None:
        self._pipeline = pipeline

    @classmethod
    def connect(
        cls, endpoint: str, credential: AsyncTokenCredential, session: aiohttp.ClientSession
    ) -> Self:
        """The SDK's own policy that registers resource providers is left out: it waits minutes."""
        authentication = AsyncARMChallengeAuthenticationPolicy(credential, ARM_SCOPE)
        return cls(AnsweringPipeline(endpoint, session, authentication, ARMHttpLoggingPolicy()))

    async def get(self, resource_id: str, api_version: str) -> ArmAnswer:
        return await self._send("GET", resource_id, api_version)

    async def put(self, resource_id: str, api_version: str, body: Mapping[str, Any]) -> ArmAnswer:
        return await self._send("PUT", resource_id, api_version, body)

    async def delete(self, resource_id: str, api_version: str) -> ArmAnswer:
        return await self._send("DELETE", resource_id, api_version)

    async def post(self, resource_id: str, action: str, api_version: str) -> ArmAnswer:
        return await self._send("POST", f"{resource_id}/{action}", api_version)

    async def follow(self, operation_url: str) -> ArmAnswer:
        """Read an operation's URL as Azure gave it."""
        return await self._pipeline.send_as_is(HttpRequest("GET", operation_url))

    async def _send(
        self, method: str, path: str, api_version: str, body: Mapping[str, Any] | None = None
    ) -> ArmAnswer:
        request = HttpRequest(method, path, params={"api-version": api_version}, json=body)
        return await self._pipeline.send(request)
