"""Follows ARM's lists from page to page."""

from collections.abc import AsyncGenerator

from clients.answers import ArmAnswer
from clients.factory import ClientFactory


async def follow_pages(page: ArmAnswer, clients: ClientFactory) -> AsyncGenerator[ArmAnswer]:
    """An empty page may carry a nextLink and the last one may be empty: both were recorded."""
    yield page
    while page.is_success and (next_link := page.body.get("nextLink")):
        page = await clients.arm.follow(next_link)
        yield page
