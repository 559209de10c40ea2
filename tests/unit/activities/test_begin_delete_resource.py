from typing import Any

import pytest

from activities.begin_delete_resource import begin_delete_resource
from domain.arm import naming
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.outcomes import Outcome, Status
from tests.support.fake_clients import (
    OPERATIONS,
    SUBSCRIPTION,
    FakeClients,
    answer_of,
    error_of,
)
from tests.support.payloads import PULL, RECORD, a_resource
from tests.support.specs import a_spec

OURS = naming.environment_tags(a_spec())
THEIRS = {"managed-by": "terraform"}
PARTS = [kind for kind, row in KINDS.items() if row.owner_kind == "profile"]


def id_of(kind: str) -> str:
    return KINDS[kind].build_id(
        ResourceTarget(kind, "fraud-llm", "westeurope", SUBSCRIPTION, record_id=RECORD, grant=PULL)
    )


def an_azure(tags: dict[str, str]) -> FakeClients:
    """A profile of another owner with all its parts."""
    clients = FakeClients()
    for kind, row in KINDS.items():
        body: dict[str, Any] = {"tags": tags} if row.owner_kind is None else {}
        mark = {
            "description": f"{naming.OWNER_TAG}: {tags.get(naming.OWNER_TAG)}",
            "metadata": tags,
        }
        clients.arm.add(id_of(kind), **body, properties=mark)
    return clients


async def begin(clients: FakeClients, kind: str) -> Outcome:
    return await begin_delete_resource(a_resource(kind, "westeurope"), clients.as_factory())


DONE_AT_ONCE = {"roleAssignment", "dnsRecord", "identity", "federatedCredential"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in DONE_AT_ONCE])
async def test_what_is_ours_is_deleted_and_its_operation_handed_back(kind: str):
    clients = an_azure(OURS)
    outcome = await begin(clients, kind)
    assert (outcome.status, outcome.resource_id) == (Status.RUNNING, id_of(kind))
    assert outcome.handle
    assert (outcome.handle.deleting, outcome.handle.operation_url) == (
        True,
        f"{OPERATIONS}/delete",
    )
    assert len(clients.arm.sent("DELETE")) == 1


async def test_a_role_assignment_is_gone_with_the_answer():
    clients = an_azure(OURS)
    outcome = await begin(clients, "roleAssignment")
    assert outcome == Outcome.succeeded().about(id_of("roleAssignment"))
    assert id_of("roleAssignment") not in clients.arm.resources


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_gone_counts_as_deleted(kind: str):
    clients = FakeClients()
    assert await begin(clients, kind) == Outcome.succeeded().about(id_of(kind))
    assert clients.arm.sent("DELETE") == []


@pytest.mark.parametrize("kind", KINDS)
async def test_what_somebody_else_made_is_never_deleted_nor_any_part_of_it(kind: str):
    clients = an_azure(THEIRS)
    outcome = await begin(clients, kind)
    if KINDS[kind].is_at_others:
        assert outcome.is_success, "ours is not there: theirs does not keep the environment"
    else:
        assert outcome.failure
        assert outcome.failure.reason == "ResourceNotOwned"
    assert clients.arm.sent("DELETE") == []


GROUP_CONTENTS = [
    pytest.param("managedCluster", "westeurope", id="a cell's cluster"),
    pytest.param("profile", "", id="the edge's profile"),
    pytest.param("wafPolicy", "", id="the edge's WAF policy"),
]


def a_group_with(held: str, region: str, tags: dict[str, str]) -> tuple[FakeClients, str]:
    clients = FakeClients()
    group, content = (
        KINDS[kind].build_id(ResourceTarget(kind, "fraud-llm", region, SUBSCRIPTION, grant=PULL))
        for kind in ("resourceGroup", held)
    )
    clients.arm.add(group, tags=OURS)
    clients.arm.add(content, tags=tags)
    return clients, content


@pytest.mark.parametrize(("held", "region"), GROUP_CONTENTS)
async def test_a_group_of_ours_is_not_deleted_with_a_resource_of_another_owner(
    held: str, region: str
):
    clients, content = a_group_with(held, region, THEIRS)
    wanted = a_resource("resourceGroup", region)
    outcome = await begin_delete_resource(wanted, clients.as_factory())
    assert outcome.failure
    assert outcome.failure.reason == "ResourceNotOwned"
    assert content.rpartition("/")[2] in outcome.failure.message
    assert clients.arm.sent("DELETE") == []


@pytest.mark.parametrize(("held", "region"), GROUP_CONTENTS)
async def test_a_group_is_deleted_although_a_policy_rewrote_the_common_tags_in_it(
    held: str, region: str
):
    tags = {**OURS, "environment": "production", "managed-by": "policy"}
    clients, _ = a_group_with(held, region, tags)
    wanted = a_resource("resourceGroup", region)
    outcome = await begin_delete_resource(wanted, clients.as_factory())
    assert outcome.status is Status.RUNNING
    assert len(clients.arm.sent("DELETE")) == 1


@pytest.mark.parametrize("kind", PARTS)
async def test_a_part_whose_owner_cannot_be_read_is_not_deleted(kind: str):
    clients = an_azure(OURS)
    clients.arm.answers["GET", id_of("profile")] = error_of(403, "AuthorizationFailed")
    outcome = await begin(clients, kind)
    assert outcome.failure
    assert outcome.failure.reason == "Forbidden"
    assert clients.arm.sent("DELETE") == []


async def test_what_vanishes_between_look_and_deletion_counts_as_deleted():
    clients = an_azure(OURS)
    clients.arm.answers["DELETE", id_of("profile")] = error_of(404, "ResourceNotFound")
    assert (await begin(clients, "profile")).is_success


async def test_a_deletion_that_is_done_at_once_needs_no_wait():
    clients = an_azure(OURS)
    clients.arm.answers["DELETE", id_of("profile")] = answer_of(204)
    assert (await begin(clients, "profile")).is_success


async def test_retry_after_is_handed_on():
    clients = an_azure(OURS)
    clients.arm.answers["DELETE", id_of("resourceGroup")] = answer_of(
        202, Location=f"{OPERATIONS}/1", **{"Retry-After": "15"}
    )
    outcome = await begin(clients, "resourceGroup")
    assert outcome.handle
    assert outcome.handle.retry_after_seconds == 15


@pytest.mark.parametrize(
    ("status", "code", "reason", "retryable"),
    [
        pytest.param(409, "AnotherOperationInProgress", "OperationInProgress", True, id="busy"),
        pytest.param(409, "ScopeLocked", "ResourceLocked", False, id="locked"),
        pytest.param(403, "AuthorizationFailed", "Forbidden", False, id="not allowed to"),
        pytest.param(503, "ServiceUnavailable", "AzureUnavailable", True, id="unavailable"),
    ],
)
async def test_a_refusal_is_a_classified_value(
    status: int, code: str, reason: str, retryable: bool
):
    clients = an_azure(OURS)
    clients.arm.answers["DELETE", id_of("managedCluster")] = error_of(status, code)
    outcome = await begin(clients, "managedCluster")
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == (reason, retryable)


async def test_a_look_that_is_refused_does_not_end_in_a_deletion():
    clients = an_azure(OURS)
    clients.arm.answers["GET", id_of("profile")] = error_of(403, "AuthorizationFailed")
    assert (await begin(clients, "profile")).failure
    assert clients.arm.sent("DELETE") == []
