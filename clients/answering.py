"""How requests to Azure are sent: one set of policies, answers of any status as values.

What got no answer raises NoAnswer. Waiting and retrying belong to the orchestrations, so nothing
is retried here but connections that failed.
"""

from collections.abc import Awaitable, Generator
from contextlib import contextmanager
from typing import Any

import aiohttp
from azure.core import AsyncPipelineClient
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import (
    AsyncRetryPolicy,
    CustomHookPolicy,
    DistributedTracingPolicy,
    RequestIdPolicy,
    UserAgentPolicy,
)
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest

from clients.answers import ArmAnswer, NoAnswer


def build_pipeline(
    session: aiohttp.ClientSession, authentication: Any, logging: Any
) -> dict[str, Any]:
    """The constructor arguments of an Azure SDK client that make it send as this module says.

    They take the place of the SDK's own policies, which would register resource providers and
    honour Retry-After inside a call: both wait for minutes. The hook policy comes first, so that
    it is called once per answer and not once per attempt.
    """
    policies: list[Any] = [
        CustomHookPolicy(),
        RequestIdPolicy(),
        UserAgentPolicy("gridplane"),
        AsyncRetryPolicy(retry_total=3, retry_status=0, retry_backoff_factor=0.2),
        authentication,
        DistributedTracingPolicy(),
        logging,
    ]
    transport = AioHttpTransport(session=session, session_owner=False)
    return {"policies": policies, "transport": transport}


@contextmanager
def unanswered() -> Generator[None]:
    """Raises NoAnswer in place of the SDK's errors."""
    try:
        yield
    except AzureError as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from error


async def read_answer(response: Awaitable[AsyncHttpResponse]) -> ArmAnswer:
    """Raises NoAnswer."""
    with unanswered():
        return decode_answer(await response)


def decode_answer(response: AsyncHttpResponse) -> ArmAnswer:
    """Raises AzureError for a body that broke off."""
    try:
        body = response.json() if response.content else None
    except ValueError:
        body = response.text()
    return ArmAnswer(response.status_code, response.headers, body)


class AnsweringPipeline:
    """Sends to an endpoint for which there is no package."""

    def __init__(
        self,
        endpoint: str,
        session: aiohttp.ClientSession,
        authentication: Any,
        logging: Any,
    ) -> None:
        self._client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
            endpoint, **build_pipeline(session, authentication, logging)
        )

    async def send(self, request: HttpRequest) -> ArmAnswer:
        """`request`: its URL is relative to the endpoint. Raises NoAnswer."""
        request.url = self._client.format_url(request.url)
        return await read_answer(self._client.send_request(request))
