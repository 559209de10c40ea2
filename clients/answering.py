"""Sends requests to Azure with one set of policies; answers of any status are values.

A request without an answer raises NoAnswer. Waiting and retrying belong to the orchestrations:
only failed connections are retried here.
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
    """Constructor arguments of an Azure SDK client for this module's policies and transport.

    They replace the SDK's own policies, which register resource providers and honour Retry-After
    inside a call: both can wait for minutes. The hook policy comes first, so that its hook runs
    once per call and not once per attempt.
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
def raising_no_answer() -> Generator[None]:
    """Raises NoAnswer in place of AzureError."""
    try:
        yield
    except AzureError as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from error


async def read_answer(response: Awaitable[AsyncHttpResponse]) -> ArmAnswer:
    """Raises NoAnswer if there is no answer, or if its body is incomplete."""
    with raising_no_answer():
        return decode_answer(await response)


def decode_answer(response: AsyncHttpResponse) -> ArmAnswer:
    """Raises AzureError if the body is incomplete."""
    try:
        body = response.json() if response.content else None
    except ValueError:
        body = response.text()
    return ArmAnswer(response.status_code, response.headers, body)


class AnsweringPipeline:
    """Sends requests to an endpoint for which there is no SDK package."""

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
        """`request`: with a URL relative to the endpoint. Raises NoAnswer."""
        request.url = self._client.format_url(request.url)
        return await read_answer(self._client.send_request(request))
