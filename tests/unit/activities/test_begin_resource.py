from typing import Any

import pytest

from activities.begin_resource import begin_resource
from clients.answers import ArmAnswer
from clients.settings import Settings
from domain.arm import naming
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.environment.applied_spec import AppliedSpec
from domain.environment.operation import OperationKind
from domain.outcomes import Outcome, Status
from tests.support.fake_clients import (
    OPERATIONS,
    SUBSCRIPTION,
    FakeClients,
    answer_of,
    error_of,
)
from tests.support.fake_hub import FakeHub, a_hub
from tests.support.payloads import a_resource
from tests.support.specs import a_record, a_request, a_spec

TAGS = naming.environment_tags(a_spec())


def id_of(kind: str, region: str = "") -> str:
    return KINDS[kind].build_id(ResourceTarget(kind, "fraud-llm", region, SUBSCRIPTION))


CLUSTER = id_of("managedCluster", "westeurope")
PROFILE = id_of("profile")
ENDPOINT = id_of("endpoint")
ROUTE = id_of("route")


async def begin(clients: FakeClients, kind: str, region: str = "") -> Outcome:
    return await begin_resource(a_resource(kind, region), clients.as_factory(), a_hub())


def a_current_cluster(clients: FakeClients) -> dict[str, Any]:
    target = ResourceTarget("managedCluster", "fraud-llm", "westeurope", SUBSCRIPTION)
    body = KINDS["managedCluster"].build_body(a_spec(), target, None)
    existing = clients.arm.add(CLUSTER, **body)
    existing["properties"]["fqdn"] = "gp.hcp.azmk8s.io"
    return existing


async def test_what_is_not_there_is_put_and_its_operation_handed_back():
    clients = FakeClients()
    outcome = await begin(clients, "profile")
    assert clients.arm.sent("GET", "PUT") == ["GET gp-fraud-llm", "PUT gp-fraud-llm"]
    assert outcome.status is Status.RUNNING
    assert outcome.handle
    assert outcome.handle.resource_id == outcome.resource_id == PROFILE
    assert outcome.handle.operation_url == f"{OPERATIONS}/put"
    assert not outcome.handle.adopted
    assert clients.arm.bodies[PROFILE]["tags"] == TAGS


async def test_beginning_twice_puts_once():
    clients = FakeClients()
    await begin(clients, "profile")
    again = await begin(clients, "profile")
    assert clients.arm.sent("PUT") == ["PUT gp-fraud-llm"]
    assert again.handle
    assert again.handle.operation_url is None, "the resource itself is read instead"


async def test_a_resource_that_is_done_at_once_needs_no_wait():
    clients = FakeClients()
    group = id_of("resourceGroup")
    body = {"tags": TAGS, "properties": {"provisioningState": "Succeeded"}}
    clients.arm.answers["PUT", group] = answer_of(201, body)
    outcome = await begin(clients, "resourceGroup")
    assert (outcome.is_success, outcome.resource_id) == (True, group)


@pytest.mark.parametrize(("status", "created"), [(201, True), (200, None)])
async def test_a_group_says_whether_it_is_new(status: int, created: bool | None):
    clients = FakeClients()
    body = {"tags": TAGS, "properties": {"provisioningState": "Succeeded"}}
    clients.arm.answers["PUT", id_of("resourceGroup")] = answer_of(status, body)
    assert (await begin(clients, "resourceGroup")).created is created


async def begin_in_new_group(clients: FakeClients, kind: str) -> Outcome:
    value = {**a_resource(kind), "inNewGroup": True}
    return await begin_resource(value, clients.as_factory(), a_hub())


async def test_what_cannot_be_there_is_put_without_a_look():
    clients = FakeClients()
    outcome = await begin_in_new_group(clients, "profile")
    assert clients.arm.sent("GET", "PUT") == ["PUT gp-fraud-llm"]
    assert outcome.handle
    assert clients.arm.bodies[PROFILE]["tags"] == TAGS


async def test_after_a_conflict_it_is_looked_at_and_its_operation_adopted():
    """The activity has run before, and was lost with its worker."""
    clients = FakeClients()
    await begin_in_new_group(clients, "profile")
    again = await begin_in_new_group(clients, "profile")
    assert clients.arm.sent("GET", "PUT") == [
        *["PUT gp-fraud-llm", "PUT gp-fraud-llm"],
        "GET gp-fraud-llm",
    ]
    assert again.handle
    assert again.handle.adopted


async def test_after_a_conflict_with_others_they_keep_what_they_have():
    clients = FakeClients()
    clients.arm.add(PROFILE, tags={"team": "other"})
    clients.arm.answers["PUT", PROFILE] = error_of(409, "Conflict")
    outcome = await begin_in_new_group(clients, "profile")
    assert outcome.failure
    assert outcome.failure.reason == "ResourceNotOwned"


async def test_any_other_refusal_is_the_outcome():
    clients = FakeClients()
    clients.arm.answers["PUT", PROFILE] = error_of(400, "BadRequest")
    outcome = await begin_in_new_group(clients, "profile")
    assert outcome.failure
    assert clients.arm.sent("GET", "PUT") == ["PUT gp-fraud-llm"]


async def test_what_front_door_has_unchanged_from_a_lost_run_is_waited_for():
    """Recorded: Front Door answers 200 without an operation to a PUT that changes nothing."""
    clients = FakeClients()
    body = {"tags": TAGS, "properties": {"provisioningState": "Creating"}}
    clients.arm.answers["PUT", PROFILE] = answer_of(200, body)
    outcome = await begin_in_new_group(clients, "profile")
    assert outcome.handle
    assert outcome.handle.operation_url is None, "the profile itself is read"


@pytest.mark.parametrize("state", ["Failed", "Canceled"])
async def test_a_resource_that_is_not_built_is_no_success_whatever_the_http_status(state: str):
    """Seen on simulated Azure: Front Door answered 200 to a PUT that changed nothing."""
    clients = FakeClients()
    clients.arm.answers["PUT", PROFILE] = answer_of(
        200, {"tags": TAGS, "properties": {"provisioningState": state}}
    )
    outcome = await begin(clients, "profile")
    assert outcome.status is Status(state)
    assert outcome.failure


async def test_what_the_story_needs_is_read_from_the_answer():
    clients = FakeClients()
    clients.arm.answers["PUT", ENDPOINT] = answer_of(
        201,
        {"properties": {"hostName": "gp-a1.z01.azurefd.net", "provisioningState": "Creating"}},
        Location=f"{OPERATIONS}/1",
        **{"Retry-After": "10"},
    )
    outcome = await begin(clients, "endpoint")
    assert outcome.handle
    assert outcome.handle.result == {"hostName": "gp-a1.z01.azurefd.net"}
    assert outcome.handle.retry_after_seconds == 10
    assert outcome.handle.operation_url == f"{OPERATIONS}/1"


@pytest.mark.parametrize(
    ("status", "asked"), [pytest.param(201, 116, id="new"), pytest.param(200, None, id="changed")]
)
async def test_a_creation_is_polled_once_it_can_have_ended(status: int, asked: float | None):
    clients = FakeClients()
    body = {"tags": TAGS, "properties": {"provisioningState": "Creating"}}
    cluster = id_of("managedCluster", "westeurope")
    clients.arm.answers["PUT", cluster] = answer_of(status, body, Location=f"{OPERATIONS}/1")
    outcome = await begin(clients, "managedCluster", "westeurope")
    assert outcome.handle
    assert outcome.handle.retry_after_seconds == asked


async def test_a_cluster_that_is_current_is_left_alone():
    clients = FakeClients()
    a_current_cluster(clients)
    outcome = await begin(clients, "managedCluster", "westeurope")
    assert outcome == Outcome.succeeded(fqdn="gp.hcp.azmk8s.io").about(CLUSTER)
    assert clients.arm.sent("PUT") == []


async def test_a_cluster_has_what_the_settings_of_the_app_say():
    workspace = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-logs/providers/"
        "Microsoft.OperationalInsights/workspaces/logs"
    )
    values = {
        "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
        "API_SERVER_AUTHORIZED_IP_RANGES": "203.0.113.7/32",
        "LOG_WORKSPACE_RESOURCE_ID": workspace,
    }
    clients = FakeClients(settings=Settings.from_environment(values))
    await begin(clients, "managedCluster", "westeurope")
    properties = clients.arm.bodies[CLUSTER]["properties"]
    assert properties["apiServerAccessProfile"] == {"authorizedIPRanges": ["203.0.113.7/32"]}
    agent = properties["addonProfiles"]["omsagent"]
    assert agent["config"]["logAnalyticsWorkspaceResourceID"] == workspace


async def test_a_cluster_that_failed_is_put_again():
    clients = FakeClients()
    a_current_cluster(clients)["properties"]["provisioningState"] = "Failed"
    outcome = await begin(clients, "managedCluster", "westeurope")
    assert outcome.status is Status.RUNNING
    assert len(clients.arm.sent("PUT")) == 1


async def test_a_cluster_in_motion_is_waited_for_and_not_put_again():
    clients = FakeClients()
    a_current_cluster(clients)["properties"]["provisioningState"] = "Creating"
    outcome = await begin(clients, "managedCluster", "westeurope")
    assert outcome.handle
    assert outcome.handle.result == {"fqdn": "gp.hcp.azmk8s.io"}
    assert outcome.handle.adopted, "it may lead to something else than what is wanted"
    assert clients.arm.sent("PUT") == []


async def test_what_is_being_deleted_is_begun_once_it_is_gone():
    clients = FakeClients()
    clients.arm.add(PROFILE, "Deleting", tags=TAGS)
    outcome = await begin(clients, "profile")
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == ("ResourceBeingDeleted", True)
    assert SUBSCRIPTION not in outcome.failure.message
    assert clients.arm.sent("PUT") == []


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param({}, id="none"),
        pytest.param({**TAGS, naming.OWNER_TAG: "other"}, id="another environment's"),
        pytest.param(
            {"managed-by": "gridplane", "environment": "other"},
            id="another environment's, by an earlier version",
        ),
        pytest.param({"managed-by": "terraform"}, id="another tool's"),
    ],
)
async def test_what_somebody_else_made_is_never_touched(tags: dict[str, str]):
    clients = FakeClients()
    clients.arm.add(PROFILE, tags=tags)
    outcome = await begin(clients, "profile")
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == ("ResourceNotOwned", False)
    assert SUBSCRIPTION not in outcome.failure.message
    assert clients.arm.sent("PUT", "DELETE") == []


@pytest.mark.parametrize(
    ("answer", "reason", "retryable"),
    [
        pytest.param(
            answer_of(409, {"code": "OperationNotAllowed", "message": "Another operation"}),
            "OperationInProgress",
            True,
            id="busy",
        ),
        pytest.param(
            error_of(
                400,
                "BadRequest",
                "Please make sure that the originGroup is created successfully and at least one "
                "enabled origin is created under the origin group.",
            ),
            "OriginGroupNotReady",
            True,
            id="too early",
        ),
        pytest.param(
            error_of(403, "AuthorizationFailed"), "Forbidden", False, id="not allowed to"
        ),
        pytest.param(
            answer_of(502, "<html><h2>Bad Gateway</h2></html>"),
            "AzureGatewayError",
            True,
            id="a gateway gave up",
        ),
        pytest.param(
            answer_of(
                400,
                {
                    "error": {
                        "code": "InvalidTemplateDeployment",
                        "message": "See inner errors.",
                        "details": [{"code": "QuotaExceeded", "message": "100 routes."}],
                    }
                },
            ),
            "FrontDoorQuotaExceeded",
            False,
            id="the reason is in the details",
        ),
    ],
)
async def test_a_refusal_is_a_classified_value(answer: ArmAnswer, reason: str, retryable: bool):
    clients = FakeClients()
    clients.arm.answers["PUT", ROUTE] = answer
    outcome = await begin(clients, "route")
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == (reason, retryable)
    assert outcome.resource_id == ROUTE


async def test_throttling_tells_how_long_to_wait():
    clients = FakeClients()
    clients.arm.answers["PUT", ROUTE] = error_of(429, "TooManyRequests", **{"Retry-After": "47"})
    outcome = await begin(clients, "route")
    assert outcome.failure
    assert outcome.failure.retry_after_seconds == 47


async def test_a_look_that_is_refused_does_not_end_in_a_put():
    clients = FakeClients()
    clients.arm.answers["GET", PROFILE] = error_of(403, "AuthorizationFailed")
    outcome = await begin(clients, "profile")
    assert outcome.failure
    assert outcome.failure.reason == "Forbidden"
    assert clients.arm.sent("PUT") == []


async def test_a_stopped_cluster_is_started_and_looked_at_again():
    clients = FakeClients()
    existing = a_current_cluster(clients)
    existing["properties"]["powerState"] = {"code": "Stopped"}
    outcome = await begin(clients, "managedCluster", "westeurope")
    assert clients.arm.sent("PUT", "POST") == ["POST start"]
    assert outcome.handle
    assert outcome.handle.adopted, "what else differs is sent once it runs"
    assert outcome.handle.operation_url == f"{OPERATIONS}/start"


async def test_a_start_that_azure_refuses_is_a_failure():
    clients = FakeClients()
    existing = a_current_cluster(clients)
    existing["properties"]["powerState"] = {"code": "Stopped"}
    clients.arm.answers["POST", f"{CLUSTER}/start"] = error_of(403, "AuthorizationFailed")
    outcome = await begin(clients, "managedCluster", "westeurope")
    assert outcome.failure
    assert outcome.failure.reason == "Forbidden"


async def test_a_stopped_cluster_of_others_is_left_alone():
    clients = FakeClients()
    existing = a_current_cluster(clients)
    existing |= {"tags": {}}
    existing["properties"]["powerState"] = {"code": "Stopped"}
    outcome = await begin(clients, "managedCluster", "westeurope")
    assert outcome.failure
    assert outcome.failure.reason == "ResourceNotOwned"
    assert clients.arm.sent("PUT", "POST") == []


async def test_a_pool_that_is_gone_is_created_by_itself():
    clients = FakeClients()
    outcome = await begin(clients, "agentPool", "westeurope")
    pool = id_of("agentPool", "westeurope")
    assert clients.arm.sent("PUT") == ["PUT gpu"]
    properties = clients.arm.bodies[pool]["properties"]
    assert (properties["vmSize"], properties["count"]) == ("Standard_NC24ads_A100_v4", 1)
    assert "name" not in properties
    assert outcome.handle
    assert outcome.handle.resource_id == pool


async def test_a_pool_that_came_with_its_cluster_is_not_sent_again():
    """Reads of pools are counted for the whole subscription, those of a cluster by themselves."""
    clients = FakeClients()
    _, gpu = a_current_cluster(clients)["properties"]["agentPoolProfiles"]
    gpu |= {"provisioningState": "Succeeded", "count": 3}
    outcome = await begin(clients, "agentPool", "westeurope")
    assert clients.arm.requests == [("GET", CLUSTER)]
    assert (outcome.is_success, outcome.resource_id) == (True, id_of("agentPool", "westeurope"))


async def test_a_pool_that_differs_is_sent_as_a_pool_and_not_as_a_part_of_its_cluster():
    clients = FakeClients()
    _, gpu = a_current_cluster(clients)["properties"]["agentPoolProfiles"]
    gpu |= {"provisioningState": "Succeeded", "maxCount": 1}
    await begin(clients, "agentPool", "westeurope")
    properties = clients.arm.bodies[id_of("agentPool", "westeurope")]["properties"]
    assert "name" not in properties
    assert properties["maxCount"] == 5


async def test_a_pool_of_another_size_is_deleted_and_looked_at_again():
    clients = FakeClients()
    a_current_cluster(clients)
    size = {"vmSize": "Standard_NC48ads_A100_v4"}
    clients.arm.add(id_of("agentPool", "westeurope"), properties=size)
    outcome = await begin(clients, "agentPool", "westeurope")
    assert clients.arm.sent("PUT", "DELETE") == ["DELETE gpu"]
    assert outcome.handle
    assert (outcome.handle.adopted, outcome.handle.deleting) == (True, True)


def a_hub_with_an_update() -> FakeHub:
    """Its record says that Azure was brought to the usual specification before."""
    changed = a_spec(workload={"image": "registry.example.com/llm:2.0.0"})
    request = a_request(OperationKind.UPDATE, spec=changed)
    hub = FakeHub()
    hub.add(a_record(request).model_copy(update={"applied": AppliedSpec.of(a_spec())}))
    return hub


async def update(clients: FakeClients, kind: str, region: str = "") -> Outcome:
    return await begin_resource(
        a_resource(kind, region), clients.as_factory(), a_hub_with_an_update()
    )


def a_cluster_with_more_nodes(clients: FakeClients) -> dict[str, Any]:
    existing = a_current_cluster(clients)
    _, gpu = existing["properties"]["agentPoolProfiles"]
    gpu["maxCount"] = 8
    return existing


async def test_an_update_leaves_a_cluster_alone_that_differs_only_by_what_others_set():
    clients = FakeClients()
    a_cluster_with_more_nodes(clients)
    outcome = await update(clients, "managedCluster", "westeurope")
    assert outcome.status is Status.SUCCEEDED
    assert clients.arm.sent("PUT") == []
    told = [(each.code, each.target) for each in outcome.warnings or ()]
    assert told == [("SettingConflict", f"{CLUSTER}/agentPools/gpu")]


async def test_a_provision_sets_what_others_have_changed():
    clients = FakeClients()
    a_cluster_with_more_nodes(clients)
    outcome = await begin(clients, "managedCluster", "westeurope")
    assert outcome.warnings is None
    assert clients.arm.bodies[CLUSTER]["properties"]["agentPoolProfiles"][1]["maxCount"] == 5


async def test_an_update_sends_what_others_have_set_and_reports_it():
    clients = FakeClients()
    body = KINDS["route"].build_body(
        a_spec(), ResourceTarget("route", "fraud-llm", "", SUBSCRIPTION), None
    )
    route = clients.arm.add(ROUTE, **body)
    route["properties"]["patternsToMatch"] = ["/health", "/v1/*"]
    outcome = await update(clients, "route")
    assert clients.arm.bodies[ROUTE]["properties"]["patternsToMatch"] == ["/health", "/v1/*"]
    assert [each.target for each in outcome.warnings or ()] == [ROUTE]


@pytest.mark.parametrize("state", ["Creating", "Deleting"])
async def test_conflicts_of_a_resource_in_motion_are_reported_once_it_rests(state: str):
    clients = FakeClients()
    a_cluster_with_more_nodes(clients)["properties"]["provisioningState"] = state
    assert (await update(clients, "managedCluster", "westeurope")).warnings is None
