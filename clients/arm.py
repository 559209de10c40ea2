"""Azure Resource Manager: one client for every resource type, because ARM's verbs are uniform.

Answers of any status are values; what got no answer raises NoAnswer. Waiting and retrying belong
to the orchestrations, so nothing is retried here but connections that failed.
"""

from collections.abc import Mapping
from typing import Any, Self

import aiohttp
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import (
    AsyncRetryPolicy,
    DistributedTracingPolicy,
    RequestIdPolicy,
    UserAgentPolicy,
)
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.mgmt.core import AsyncARMPipelineClient
from azure.mgmt.core.policies import ARMHttpLoggingPolicy, AsyncARMChallengeAuthenticationPolicy

from clients.answers import ArmAnswer, NoAnswer

ARM_SCOPE = "https://management.azure.com/.default"


class ArmClient:
    def __init__(self, pipeline: AsyncARMPipelineClient[HttpRequest, AsyncHttpResponse]) -> None:
        self._pipeline = pipeline

    @classmethod
    def connect(
        cls, endpoint: str, credential: AsyncTokenCredential, session: aiohttp.ClientSession
    ) -> Self:
        """The SDK's own policy that registers resource providers is left out: it waits minutes."""
        policies: list[Any] = [
            RequestIdPolicy(),
            UserAgentPolicy("gridplane"),
            AsyncRetryPolicy(retry_total=3, retry_status=0, retry_backoff_factor=0.2),
            AsyncARMChallengeAuthenticationPolicy(credential, ARM_SCOPE),
            DistributedTracingPolicy(),
            ARMHttpLoggingPolicy(),
        ]
        transport = AioHttpTransport(session=session, session_owner=False)
        return cls(AsyncARMPipelineClient(endpoint, policies=policies, transport=transport))

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
        return await self._answer(HttpRequest("GET", operation_url))

    async def _send(
        self, method: str, path: str, api_version: str, body: Mapping[str, Any] | None = None
    ) -> ArmAnswer:
        request = HttpRequest(method, path, params={"api-version": api_version}, json=body)
        request.url = self._pipeline.format_url(request.url)
        return await self._answer(request)

    async def _answer(self, request: HttpRequest) -> ArmAnswer:
        try:
            response = await self._pipeline.send_request(request)
        except AzureError as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
        try:
            body = response.json() if response.content else None
        except ValueError:
            body = response.text()
        return ArmAnswer(response.status_code, response.headers, body)
