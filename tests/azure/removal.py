"""Removes what a run has built, and proves that it is gone."""

from dataclasses import dataclass

from clients.answers import ArmAnswer, NoAnswer
from domain import deadlines
from domain.arm.naming import OWNER_TAG, resource_group_id
from tests.azure.azure import Azure, describe
from tests.azure.subject import Subject

VERSION = "2025-04-01"
PAUSE = 30.0
REPEATED = 10 * 60.0
"""A deletion that is refused is repeated for so long."""


@dataclass(frozen=True, slots=True)
class Removal:
    left: tuple[str, ...]
    """What is there still, or what cannot be proven to be gone."""
    seconds: float

    @property
    def is_proven(self) -> bool:
        return not self.left


async def remove(azure: Azure) -> Removal:
    began = azure.clock.now()
    refusal = await _delete_group(azure)
    left = await find_left(azure)
    while left and azure.seconds_since(began) < REPEATED + deadlines.RESOURCE_GROUP_DELETE:
        if azure.seconds_since(began) > REPEATED and refusal:
            break
        await azure.clock.sleep(PAUSE)
        refusal = await _delete_group(azure) if refusal else ""
        left = await find_left(azure)
    reasons = (refusal,) if refusal and left else ()
    return Removal((*left, *reasons), azure.seconds_since(began))


async def find_left(azure: Azure) -> tuple[str, ...]:
    """Both groups are asked for, and the subscription for everything with the run's tag."""
    subject = azure.subject
    groups = [subject.group_id, resource_group_id(subject.subscription_id, subject.node_group)]
    left = [name for each in groups if (name := await _presence(azure, each))]
    owned = f"tagName eq '{OWNER_TAG}' and tagValue eq '{subject.spec.name}'"
    for path in ("resources", "resourcegroups"):
        left += await _list(azure, f"/subscriptions/{subject.subscription_id}/{path}", owned)
    if "profile" in azure.built and (name := await _presence_of_profile(azure)):
        left.append(name)
    return tuple(dict.fromkeys(left))


def removal_text(subject: Subject, removal: Removal, subscription: str) -> str:
    if removal.is_proven:
        return (
            f"proven after {removal.seconds:.0f} s: neither group exists, and nothing in the "
            f"subscription has the tag {OWNER_TAG}={subject.spec.name}"
        )
    return "\n".join(
        [
            "NOT PROVEN. Left, or not answered:",
            *(f"  {each}" for each in removal.left),
            "Remove it by hand, and look at the subscription's costs afterwards:",
            *(f"  {each}" for each in commands(subject, subscription)),
        ]
    )


def commands(subject: Subject, subscription: str) -> tuple[str, ...]:
    return tuple(
        f"az group delete --yes --subscription {subscription} --name {name}"
        for name in (subject.group, subject.node_group)
    )


async def _delete_group(azure: Azure) -> str:
    """Empty once the group is gone, else what Azure said."""
    subject = azure.subject
    try:
        begun = await azure.clients.resources.begin_delete(subject.group_id)
        if begun.status in {204, 404}:
            return ""
        end = await azure.follow("resourceGroup", begun, "DELETE resourceGroup")
    except NoAnswer as error:
        return str(error)
    return "" if end.is_success else f"DELETE of {subject.group}: {describe(begun)}, {end.reason}"


async def _presence(azure: Azure, group_id: str) -> str:
    """Empty for a 404, the only answer that proves anything."""
    answer = await _ask(azure, group_id, {})
    if answer is not None and answer.status == 404:
        return ""
    state = "no answer" if answer is None else f"HTTP {answer.status}"
    return f"resource group {group_id.rpartition('/')[2]}: {state}"


async def _presence_of_profile(azure: Azure) -> str:
    try:
        answer = await azure.get("profile")
    except NoAnswer as error:
        return f"Front Door profile: {error}"
    return "" if answer.status == 404 else f"Front Door profile: HTTP {answer.status}"


async def _list(azure: Azure, path: str, query: str) -> list[str]:
    found: list[str] = []
    answer = await _ask(azure, path, {"$filter": query})
    while answer is not None and answer.is_success:
        found += [str(each["id"]) for each in answer.body["value"]]
        following = answer.body.get("nextLink")
        if not following:
            return found
        answer = await _follow(azure, following)
    return [*found, f"the list of {path.rpartition('/')[2]} by tag was not answered"]


async def _ask(azure: Azure, path: str, query: dict[str, str]) -> ArmAnswer | None:
    try:
        return await azure.clients.arm("GET", path, VERSION, **query)
    except NoAnswer:
        return None


async def _follow(azure: Azure, url: str) -> ArmAnswer | None:
    try:
        return await azure.clients.resources.follow(azure.subject.group_id, url)
    except NoAnswer:
        return None
