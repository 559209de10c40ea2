"""Lists what Azure still shows of an environment, so that nothing is left behind unreported."""

from collections.abc import AsyncGenerator
from typing import Any

from activities.arm_outcomes import failed
from clients.answers import ArmAnswer
from clients.factory import ClientFactory
from domain.outcomes import Outcome
from domain.payloads import ResourceInput
from domain.resources import KINDS, list_group_ids


async def list_remaining_resources(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    environment = ResourceInput.from_wire(value)
    api_version = KINDS["resourceGroup"].api_version
    found: list[str] = []
    for group_id in list_group_ids(environment.spec, clients.settings.subscription_id):
        answer = await clients.arm.get(f"{group_id}/resources", api_version)
        if answer.status == 404:
            continue
        found.append(group_id)
        async for page in _pages(answer, clients):
            if not page.is_success:
                return failed(page, "GET resources")
            found += [resource["id"] for resource in page.body["value"]]
    return Outcome.succeeded(resourceIds=found)


async def _pages(page: ArmAnswer, clients: ClientFactory) -> AsyncGenerator[ArmAnswer]:
    """An empty page may carry a nextLink and the last one may be empty: both were recorded."""
    yield page
    while page.is_success and (next_link := page.body.get("nextLink")):
        page = await clients.arm.follow(next_link)
        yield page
