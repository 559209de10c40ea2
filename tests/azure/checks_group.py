"""Checks that need a resource group and nothing in it."""

from tests.azure.azure import Azure, describe
from tests.azure.seen import Seen

GROUPS_VERSION = "2025-04-01"
TAG = "gridplane-verify-case"


async def check_tag_names(azure: Azure) -> Seen:
    """Two spellings in one request."""
    subject = azure.subject
    spellings = {TAG: "first", TAG.upper(): "second"}
    body = {"location": subject.region, "tags": {**subject.tags, **spellings}}
    answer = await azure.clients.arm("PUT", subject.group_id, GROUPS_VERSION, body)
    if not answer.is_success:
        return Seen.of(False, f"refused: {describe(answer)}")
    found = await azure.clients.arm("GET", subject.group_id, GROUPS_VERSION)
    tags = {k: v for k, v in found.body["tags"].items() if k.lower() == TAG}
    await azure.clients.arm(
        "PUT", subject.group_id, GROUPS_VERSION, {"location": subject.region, "tags": subject.tags}
    )
    return Seen.of(tags == {TAG: "second"}, f"of {spellings} Azure kept {tags}")


async def check_delete_of_missing(azure: Azure) -> Seen:
    missing = ("managedCluster", "profile", "wafPolicy")
    answers = {
        kind: await azure.clients.resources.begin_delete(azure.subject.id_of(kind))
        for kind in missing
    }
    seen = ", ".join(f"{kind} {answer.status}" for kind, answer in answers.items())
    return Seen.of({each.status for each in answers.values()} == {204}, seen)
