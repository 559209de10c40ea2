"""Lists what Azure still shows of an environment, so that nothing is left behind unreported."""

from typing import Any

from activities.arm_outcomes import failed
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
        if not answer.is_success:
            return failed(answer, "GET resources")
        found += [group_id, *await _ids(clients, answer.body)]
    return Outcome.succeeded(resourceIds=found)


async def _ids(clients: ClientFactory, page: dict[str, Any]) -> list[str]:
    """An empty page may carry a nextLink and the last one may be empty: both were recorded."""
    ids = [resource["id"] for resource in page["value"]]
    while next_link := page.get("nextLink"):
        page = (await clients.arm.follow(next_link)).body
        ids += [resource["id"] for resource in page["value"]]
    return ids
