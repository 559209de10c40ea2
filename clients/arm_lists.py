"""Lists of Azure Resource Manager that are read by their paths, without a package of their own."""

from collections.abc import AsyncGenerator
from typing import Any

from azure.core.rest import HttpRequest
from azure.mgmt.resource.resources.aio import ResourceManagementClient

from clients.answering import read_answer
from clients.answers import ArmAnswer
from domain.wire import JsonObject


class ListRefused(Exception):
    """Azure has refused a list."""


async def list_pages(
    package: ResourceManagementClient, url: str, method: str = "GET"
) -> AsyncGenerator[ArmAnswer]:
    """Page by page, of which a refused one is the last. Raises NoAnswer."""
    next_url: str | None = url
    while next_url:
        answer = await read_answer(package.send_request(HttpRequest(method, next_url)))
        yield answer
        next_url = _find_next(answer)


def _find_next(answer: ArmAnswer) -> str | None:
    """A page of a proxy, which is no JSON, has none."""
    if not answer.is_success or isinstance(answer.body, str | None):
        return None
    return answer.body.get("nextLink")


async def read_items(pages: AsyncGenerator[ArmAnswer]) -> list[dict[str, Any]]:
    """Of all pages. Raises NoAnswer and ListRefused."""
    items: list[dict[str, Any]] = []
    async for page in pages:
        items += read_body(page)["value"]
    return items


def read_body(answer: ArmAnswer) -> JsonObject:
    """Raises ListRefused."""
    if not answer.is_success:
        raise ListRefused(f"Azure refuses the list with HTTP {answer.status}: {answer.body}")
    return answer.body
