"""The looks at health: lists, reads by id and requests to models."""

from typing import Any

import pytest

from activities.begin_delete_orphan import begin_delete_orphan
from activities.confirm_missing import confirm_missing
from activities.list_gpu_pools import list_gpu_pools
from activities.list_resources import list_resources
from activities.probe_edges import probe_edges
from clients.answers import EdgeAnswer, NoAnswer, TimedOut
from clients.settings import Settings
from domain.arm.resource_kinds import KINDS
from domain.durable.sweep_inputs import (
    ConfirmInput,
    EdgeQuestion,
    EdgeQuestions,
    OrphanRemoval,
)
from domain.sweep.found import RESOURCE_TYPES, FoundCluster, LookedUp, ResourceRef
from domain.sweep.groups import FoundGroup
from domain.sweep.health_facts import ProbeAnswer
from tests.support.fake_clients import (
    CLUSTERS,
    SUBSCRIPTION,
    FakeClients,
    FakeEdge,
    answer_of,
    error_of,
)
from tests.support.fake_hub import FakeHub
from tests.support.specs import NOON
from tests.unit.activities.test_list_gpu_pools import page

SWEEP = {"operationId": "sweep"}
NEXT = "https://management.azure.com/next"
PROFILE = ResourceRef(kind="profile", environment="fraud-llm")


def an_id(ref: ResourceRef) -> str:
    return KINDS[ref.kind].build_id(ref.target(SUBSCRIPTION))


def listed(kind: str, name: str = "fraud-llm", owner: str = "fraud-llm") -> dict[str, Any]:
    ref = ResourceRef(kind=kind, environment=name)
    return {"id": an_id(ref), "tags": {"gridplane-environment": owner}}


async def test_the_list_of_pools_brings_our_clusters_too():
    clients = FakeClients()
    clients.arm.answers["GET", CLUSTERS] = page("a", "b")
    outcome = await list_gpu_pools(SWEEP, clients.as_factory())
    clusters = [FoundCluster.from_wire(each) for each in outcome.result["clusters"]]
    assert [each.environment for each in clusters] == ["a", "b"]
    assert len(clients.arm.requests) == 1


async def test_parts_of_edges_are_listed_by_type_and_page():
    clients = FakeClients()
    profiles, *others = (("GET", resource_type) for resource_type in RESOURCE_TYPES.values())
    clients.arm.answers |= {
        profiles: answer_of(200, {"value": [], "nextLink": NEXT}),
        ("GET", NEXT): answer_of(200, {"value": [listed("profile")]}),
        others[0]: answer_of(200, {"value": [listed("endpoint")]}),
        others[1]: answer_of(200, {"value": [listed("wafPolicy", owner="other")]}),
    }
    outcome = await list_resources(SWEEP, clients.as_factory())
    found = [ResourceRef.from_wire(each) for each in outcome.result["resources"]]
    assert found == [PROFILE, ResourceRef(kind="endpoint", environment="fraud-llm")]
    assert len(clients.arm.requests) == 5, "and one for the resource groups"


async def test_a_list_that_breaks_off_is_a_failure():
    clients = FakeClients()
    first = RESOURCE_TYPES["profile"]
    clients.arm.answers |= {
        ("GET", first): answer_of(200, {"value": [listed("profile")], "nextLink": NEXT}),
        ("GET", NEXT): error_of(503, "ServiceUnavailable"),
    }
    outcome = await list_resources(SWEEP, clients.as_factory())
    assert (outcome.is_success, outcome.result) == (False, {})


GROUPS = "resourceGroups"
CELL_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/gp-fraud-llm-westeurope"


async def test_groups_are_listed_with_what_is_to_become_of_orphans():
    clients = FakeClients(
        settings=Settings.from_environment(
            {
                "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
                "ORPHAN_REMOVAL": "true",
                "ORPHAN_GRACE_HOURS": "48",
            }
        )
    )
    group = {
        "id": CELL_GROUP,
        "name": "gp-fraud-llm-westeurope",
        "location": "westeurope",
        "tags": {"gridplane-environment": "fraud-llm"},
    }
    clients.arm.answers["GET", GROUPS] = answer_of(200, {"value": [group, {**group, "tags": {}}]})
    outcome = await list_resources(SWEEP, clients.as_factory())
    (found,) = (FoundGroup.from_wire(each) for each in outcome.result["groups"])
    assert (found.environment, found.region) == ("fraud-llm", "westeurope")
    assert outcome.result["orphanPolicy"] == {"removal": True, "graceHours": 48}


async def test_groups_that_cannot_be_listed_are_a_failure():
    clients = FakeClients()
    clients.arm.answers["GET", GROUPS] = error_of(503, "ServiceUnavailable")
    assert not (await list_resources(SWEEP, clients.as_factory())).is_success


@pytest.mark.parametrize(
    ("cluster_tags", "is_deleted"),
    [({"gridplane-environment": "lost"}, True), ({"team": "vision"}, False)],
    ids=["all of it is ours", "others have a cluster in it"],
)
async def test_an_orphan_is_deleted_only_if_all_of_it_is_ours(
    cluster_tags: dict[str, str], is_deleted: bool
):
    clients = FakeClients()
    cell = ResourceRef(kind="resourceGroup", environment="lost", region="westeurope")
    clients.arm.add(an_id(cell), tags={"gridplane-environment": "lost"})
    cluster = cell.model_copy(update={"kind": "managedCluster"})
    clients.arm.add(an_id(cluster), tags=cluster_tags)
    value = OrphanRemoval(operation_id="sweep", environment="lost", region="westeurope")
    hub = FakeHub()
    outcome = await begin_delete_orphan(value.to_wire(), clients.as_factory(), hub)
    assert (outcome.failure is None) is is_deleted
    sent = [path for method, path in clients.arm.requests if method == "DELETE"]
    assert sent == ([an_id(cell)] if is_deleted else [])
    told = [(each.action, each.actor, each.door, each.environment) for each in hub.audited]
    assert told == ([("OrphanRemoved", "sweep", "sweep", "lost")] if is_deleted else [])
    assert all(an_id(cell) in (each.detail or "") for each in hub.audited)


async def test_an_orphan_loses_the_connections_to_its_private_link_first():
    clients = FakeClients()
    cell = ResourceRef(kind="resourceGroup", environment="lost", region="westeurope")
    ours = {"gridplane-environment": "lost"}
    service = an_id(cell.model_copy(update={"kind": "privateLink"}))
    clients.arm.add(an_id(cell), tags=ours)
    clients.arm.add(an_id(cell.model_copy(update={"kind": "managedCluster"})), tags=ours)
    listed = clients.arm.add(service, properties={"privateEndpointConnections": [{"name": "e.1"}]})
    clients.arm.add(f"{service}/privateEndpointConnections/e.1")
    value = OrphanRemoval(operation_id="sweep", environment="lost", region="westeurope").to_wire()
    assert (await begin_delete_orphan(value, clients.as_factory(), FakeHub())).handle
    assert clients.arm.sent("DELETE") == ["DELETE e.1"]
    listed["properties"]["privateEndpointConnections"] = []
    assert (await begin_delete_orphan(value, clients.as_factory(), FakeHub())).handle
    assert clients.arm.sent("DELETE")[1:] == ["DELETE gp-lost-westeurope"]


@pytest.mark.parametrize(
    ("answer", "presence", "reason"),
    [
        (None, "missing", ""),
        (answer_of(200, listed("profile")), "present", ""),
        (answer_of(200, listed("profile", owner="other")), "foreign", ""),
        (error_of(403, "AuthorizationFailed"), "unread", "Forbidden"),
        (error_of(429, "TooManyRequests"), "unread", "Throttled"),
        (NoAnswer("no route"), "unread", "NoAnswer"),
    ],
    ids=["not found", "found", "of others", "forbidden", "throttled", "no answer"],
)
async def test_only_not_found_is_missing(answer: Any, presence: str, reason: str):
    clients = FakeClients()
    if answer is not None:
        clients.arm.answers["GET", an_id(PROFILE)] = answer
    value = ConfirmInput(operation_id="sweep", refs=(PROFILE,)).to_wire()
    outcome = await confirm_missing(value, clients.as_factory())
    (found,) = (LookedUp.from_wire(each) for each in outcome.result["lookedUp"])
    assert (found.ref, found.resource_id) == (PROFILE, an_id(PROFILE))
    assert (str(found.presence), found.reason) == (presence, reason)


@pytest.mark.parametrize(
    ("states", "presence"),
    [
        ([], "unconnected"),
        (["Rejected"], "unconnected"),
        (["Pending", "Approved"], "present"),
    ],
)
async def test_a_private_link_is_there_once_a_connection_is_approved(
    states: list[str], presence: str
):
    link = ResourceRef(kind="privateLink", environment="fraud-llm", region="westeurope")
    connections = [
        {"properties": {"privateLinkServiceConnectionState": {"status": each}}} for each in states
    ]
    clients = FakeClients()
    service = {"properties": {"privateEndpointConnections": connections}}
    clients.arm.answers["GET", an_id(link)] = answer_of(200, service)
    value = ConfirmInput(operation_id="sweep", refs=(link,)).to_wire()
    outcome = await confirm_missing(value, clients.as_factory())
    (found,) = (LookedUp.from_wire(each) for each in outcome.result["lookedUp"])
    assert str(found.presence) == presence


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            EdgeAnswer(200, "ref", NOON),
            {"status": 200, "reached": True, "detail": "HTTP 200", "answered_at": NOON},
        ),
        (EdgeAnswer(503, "ref"), {"status": 503, "reached": True, "detail": "HTTP 503"}),
        (TimedOut("x"), {"status": None, "reached": True, "detail": "no answer within 10 s"}),
        (NoAnswer("no DNS"), {"status": None, "reached": False, "detail": "no DNS"}),
    ],
    ids=["it answers", "the edge answers", "nothing in time", "no connection"],
)
async def test_every_model_is_asked_and_silence_is_told_apart(answer: Any, expected: Any):
    clients = FakeClients(edge=FakeEdge(answer))
    questions = tuple(
        EdgeQuestion(environment=name, host_name=f"{name}.example", path="/health")
        for name in ("a", "b")
    )
    value = EdgeQuestions(operation_id="sweep", questions=questions).to_wire()
    outcome = await probe_edges(value, clients.as_factory())
    found = [ProbeAnswer.from_wire(each) for each in outcome.result["answers"]]
    assert found == [ProbeAnswer(environment=name, **expected) for name in ("a", "b")]
    assert clients.edge.asked == [("a.example", "/health"), ("b.example", "/health")]
