from typing import Any

import pytest

from activities.apply_workload import apply_workload
from activities.begin_delete_resource import begin_delete_resource
from activities.ensure_registry_access import ensure_registry_access
from activities.list_remaining_resources import list_remaining_resources
from domain.arm import naming
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.arm.role_assignments import RoleGrant, build_role_assignment
from domain.catalog.roles import ACR_PULL
from domain.durable.inputs import (
    RegistryAccessInput,
    RemainingResourcesInput,
    WorkloadInput,
)
from domain.outcomes import Outcome
from domain.placement.offers import list_offers
from domain.serving.gateway.settings import GatewayState
from domain.spec.role_access import GrantedRole
from tests.support.fake_clients import SUBSCRIPTION, FakeClients, error_of
from tests.support.fake_hub import a_hub
from tests.support.payloads import OPERATION, PULL, REGION, REGISTRY, a_resource
from tests.support.specs import a_spec

CLUSTER = naming.cluster_id(SUBSCRIPTION, "fraud-llm", REGION)
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
KUBELET = {"identityProfile": {"kubeletidentity": {"objectId": PULL.principal_id}}}
FORBIDDEN = error_of(403, "AuthorizationFailed")


def assignment_id() -> str:
    grant = RoleGrant(REGISTRY, ACR_PULL)
    target = ResourceTarget("roleAssignment", "fraud-llm", REGION, SUBSCRIPTION, grant=grant)
    return KINDS["roleAssignment"].build_id(target)


async def ensure(clients: FakeClients) -> Outcome:
    value = RegistryAccessInput(
        operation_id=OPERATION, environment="fraud-llm", region=REGION, registry=REGISTRY
    )
    return await ensure_registry_access(value.to_wire(), clients.as_factory())


async def test_the_identity_of_the_nodes_gets_the_role():
    clients = FakeClients()
    clients.arm.add(CLUSTER, properties=KUBELET)
    assert await ensure(clients) == Outcome.succeeded().about(assignment_id())
    assert clients.arm.bodies[assignment_id()] == build_role_assignment(PULL, "fraud-llm")


@pytest.mark.parametrize("properties", [{}, {"identityProfile": None}, {"identityProfile": {}}])
async def test_a_cluster_without_an_identity_yet_is_looked_at_again(properties: dict[str, Any]):
    clients = FakeClients()
    clients.arm.add(CLUSTER, properties=properties)
    outcome = await ensure(clients)
    assert outcome.failure
    assert outcome.failure.reason == "KubeletIdentityMissing"
    assert outcome.is_worth_retrying


async def test_a_cluster_that_is_gone_or_cannot_be_read_is_a_failure():
    clients = FakeClients()
    gone = (await ensure(clients)).failure
    clients.arm.answers["GET", CLUSTER] = FORBIDDEN
    unread = (await ensure(clients)).failure
    assert gone
    assert unread
    assert (gone.reason, unread.reason) == ("ClusterMissing", "Forbidden")


async def remaining(clients: FakeClients) -> Outcome:
    value = RemainingResourcesInput(
        operation_id=OPERATION,
        environment="fraud-llm",
        regions=(REGION,),
        granted_roles=(GrantedRole(scope=REGISTRY, role=ACR_PULL),),
    )
    return await list_remaining_resources(value.to_wire(), clients.as_factory())


async def test_a_role_that_outlasts_the_cluster_is_listed_and_deleted():
    clients = FakeClients()
    clients.arm.add(assignment_id(), **build_role_assignment(PULL, "fraud-llm"))
    assert (await remaining(clients)).result == {"resourceIds": [assignment_id()]}
    deleted = await begin_delete_resource(
        a_resource("roleAssignment", REGION), clients.as_factory()
    )
    assert deleted.is_success
    assert (await remaining(clients)).result == {"resourceIds": []}


async def test_what_the_app_may_not_read_at_others_it_has_not_made():
    clients = FakeClients()
    clients.arm.answers["GET", assignment_id()] = FORBIDDEN
    assert (await remaining(clients)).result == {"resourceIds": []}
    deleted = await begin_delete_resource(
        a_resource("roleAssignment", REGION), clients.as_factory()
    )
    assert deleted.is_success
    assert clients.arm.sent("DELETE") == []


async def test_a_list_that_fails_leaves_it_open():
    clients = FakeClients()
    clients.arm.answers["GET", assignment_id()] = error_of(503, "ServiceUnavailable")
    assert (await remaining(clients)).is_worth_retrying


@pytest.mark.parametrize(
    ("digest", "image"),
    [(DIGEST, f"registry.example.com/llm@{DIGEST}"), (None, "registry.example.com/llm:1.4.2")],
)
async def test_what_runs_is_the_digest(digest: str | None, image: str):
    clients = FakeClients()
    value = WorkloadInput(
        operation_id=OPERATION,
        environment="fraud-llm",
        offer=list_offers(a_spec(), REGION)[0],
        replicas=1,
        state=GatewayState.SERVING,
        image_digest=digest,
    )
    await apply_workload(value.to_wire(), clients.as_factory(), a_hub())
    (deployment,) = [each for each in clients.cluster.applied if each["kind"] == "Deployment"]
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == image
