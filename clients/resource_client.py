"""What the clients of Azure's management packages have in common.

Resources are identified by their ARM ids, and every answer is a value: its raw status, headers and
body. The packages' models and pollers are not used: a poller would wait inside an activity, and
its continuation token of some 19,000 characters is too long for a durable history.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from azure.core.async_paging import AsyncItemPaged
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline import PipelineResponse
from azure.core.rest import AsyncHttpResponse, HttpRequest

from clients.answering import decode_answer, raising_no_answer, read_answer
from clients.answers import ArmAnswer
from domain.arm.resource_id import parse_resource_id

type SdkCall = Callable[..., Awaitable[object]]
type Response = PipelineResponse[HttpRequest, AsyncHttpResponse]


class Package(Protocol):
    """The part that every client of Azure's management packages has."""

    def send_request(self, request: HttpRequest) -> Awaitable[AsyncHttpResponse]: ...


@dataclass(frozen=True, slots=True)
class Operations:
    """A package's operations on one resource type. Their arguments are the names in its id."""

    get: SdkCall
    put: SdkCall
    delete: SdkCall


class ResourceClient:
    """The resource types of an environment that one package serves. Methods raise NoAnswer."""

    def __init__(self, package: Package, operations: Mapping[str, Operations]) -> None:
        """`operations`: by resource type."""
        self._package = package
        self._operations = operations

    async def get(self, resource_id: str) -> ArmAnswer:
        resource_type, names = parse_resource_id(resource_id)
        return await call_raw(self._operations[resource_type].get, *names)

    async def begin_put(self, resource_id: str, body: Mapping[str, Any]) -> ArmAnswer:
        resource_type, names = parse_resource_id(resource_id)
        return await call_raw(self._operations[resource_type].put, *names, body)

    async def begin_delete(self, resource_id: str) -> ArmAnswer:
        resource_type, names = parse_resource_id(resource_id)
        return await call_raw(self._operations[resource_type].delete, *names)

    async def follow(self, operation_url: str) -> ArmAnswer:
        """Reads an operation's URL, which is signed and sent verbatim."""
        return await read_answer(self._package.send_request(HttpRequest("GET", operation_url)))


def begin(call: SdkCall) -> SdkCall:
    """A package's `begin_*` operation, returning after the first answer instead of polling."""
    return partial(call, polling=False)


async def call_raw(call: SdkCall, *arguments: object) -> ArmAnswer:
    """The raw answer to the call, of any status. Raises NoAnswer.

    A hook captures it, because errors do not always have it: the response in an error may be
    Entra's refusal of a token, and an error about a body that is not JSON has none.
    """
    answers: list[Response] = []
    with raising_no_answer():
        try:
            await call(*arguments, raw_response_hook=answers.append)
        except (HttpResponseError, ValueError):
            if not answers:
                raise
        return decode_answer(answers[-1].http_response)


async def list_raw_pages(
    call: Callable[..., AsyncItemPaged[Any]], *arguments: object
) -> AsyncGenerator[ArmAnswer]:
    """The raw pages of a list, of which a refused one is the last. Raises NoAnswer.

    An empty page may have a nextLink, and the last page may be empty: both were recorded.
    """
    answers: list[Response] = []
    pages = call(*arguments, raw_response_hook=answers.append).by_page()
    with raising_no_answer():
        try:
            async for _ in pages:
                yield decode_answer(answers.pop().http_response)
        except (HttpResponseError, ValueError):
            if not answers:
                raise
            yield decode_answer(answers.pop().http_response)
