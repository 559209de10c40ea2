"""How requests to Azure's REST interfaces are sent: one pipeline, answers of any status as values.

What got no answer raises NoAnswer. Waiting and retrying belong to the orchestrations, so nothing
is retried here but connections that failed.
"""

from typing import Any

import aiohttp
from azure.core import AsyncPipelineClient
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import (
    AsyncRetryPolicy,
    DistributedTracingPolicy,
    RequestIdPolicy,
    UserAgentPolicy,
)
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest

from clients.answers import ArmAnswer, NoAnswer


class AnsweringPipeline:
    """Sends to one endpoint, with the policies for authentication and for logs that suit it."""

    def __init__(
        self,
        endpoint: str,
        session: aiohttp.ClientSession,
        authentication: Any,
        logging: Any,
    ) -> None:
        policies: list[Any] = [
            RequestIdPolicy(),
            UserAgentPolicy("gridplane"),
            AsyncRetryPolicy(retry_total=3, retry_status=0, retry_backoff_factor=0.2),
            authentication,
            DistributedTracingPolicy(),
            logging,
        ]
        transport = AioHttpTransport(session=session, session_owner=False)
        self._client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
            endpoint, policies=policies, transport=transport
        )

    async def send(self, request: HttpRequest) -> ArmAnswer:
        """A URL without a host is one of the endpoint; any other is used as it is."""
        request.url = self._client.format_url(request.url)
        return await self.send_as_is(request)

    async def send_as_is(self, request: HttpRequest) -> ArmAnswer:
        try:
            response = await self._client.send_request(request)
        except AzureError as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
        try:
            body = response.json() if response.content else None
        except ValueError:
            body = response.text()
        return ArmAnswer(response.status_code, response.headers, body)
