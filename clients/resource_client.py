"""What the clients of Azure's management packages have in common.

Resources are named by their ids, and every answer is a value: its raw status, headers and body.
The packages' models and pollers are left aside. A poller would wait inside an activity; its
continuation token of some 19,000 characters has no place in a durable history.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from azure.core.async_paging import AsyncItemPaged
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline import PipelineResponse
from azure.core.rest import AsyncHttpResponse, HttpRequest

from clients.answering import decode_answer, read_answer, unanswered
from clients.answers import ArmAnswer
from domain.arm.resource_id import parse_resource_id

type SdkCall = Callable[..., Awaitable[object]]
type Response = PipelineResponse[HttpRequest, AsyncHttpResponse]


class Package(Protocol):
    """What every client of Azure's management packages offers."""

    def send_request(self, request: HttpRequest) -> Awaitable[AsyncHttpResponse]: ...


@dataclass(frozen=True, slots=True)
class Operations:
    """A package's operations on one resource type. They take the names in the resource's id."""

    get: SdkCall
    put: SdkCall
    delete: SdkCall


class ResourceClient:
    """The resource types of an environment that one package serves. All calls raise NoAnswer."""

    def __init__(self, package: Package, operations: Mapping[str, Operations]) -> None:
        """`operations`: by resource type."""
        self._package = package
        self._operations = operations

    async def get(self, resource_id: str) -> ArmAnswer:
        resource_type, names = parse_resource_id(resource_id)
        return await ask(self._operations[resource_type].get, *names)

    async def begin_put(self, resource_id: str, body: Mapping[str, Any]) -> ArmAnswer:
        resource_type, names = parse_resource_id(resource_id)
        return await ask(self._operations[resource_type].put, *names, body)

    async def begin_delete(self, resource_id: str) -> ArmAnswer:
        resource_type, names = parse_resource_id(resource_id)
        return await ask(self._operations[resource_type].delete, *names)

    async def follow(self, operation_url: str) -> ArmAnswer:
        """Read an operation's URL exactly as Azure gave it: it is signed."""
        return await read_answer(self._package.send_request(HttpRequest("GET", operation_url)))


def begin(call: SdkCall) -> SdkCall:
    """A package's `begin_*` operation that returns after its first answer and does not poll."""
    return partial(call, polling=False)


async def ask(call: SdkCall, *arguments: object) -> ArmAnswer:
    """The raw answer, of whatever status. Raises NoAnswer.

    It is taken by the hook and not from the error: an error's response may be Entra's refusal of
    a token, and an error about a body that is no JSON has none.
    """
    answers: list[Response] = []
    with unanswered():
        try:
            await call(*arguments, raw_response_hook=answers.append)
        except (HttpResponseError, ValueError):
            if not answers:
                raise
        return decode_answer(answers[-1].http_response)


async def ask_pages(
    call: Callable[..., AsyncItemPaged[Any]], *arguments: object
) -> AsyncGenerator[ArmAnswer]:
    """The raw pages of a list; one that was refused is the last. Raises NoAnswer.

    An empty page may carry a nextLink and the last one may be empty: both were recorded.
    """
    answers: list[Response] = []
    pages = call(*arguments, raw_response_hook=answers.append).by_page()
    with unanswered():
        try:
            async for _ in pages:
                yield decode_answer(answers.pop().http_response)
        except (HttpResponseError, ValueError):
            if not answers:
                raise
            yield decode_answer(answers.pop().http_response)
