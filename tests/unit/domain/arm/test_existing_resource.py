"""What a resource that exists means for the step that builds it."""

from typing import Any

import pytest

from domain.arm.existing_resource import (
    decide_begin,
    find_pool_to_replace,
    held_by_group,
    holds_private_link,
    must_be_started,
    owner_of,
)
from domain.arm.naming import OWNER_TAG
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.outcomes import Handle, Outcome
from domain.spec.model import EnvironmentSpec
from tests.support.specs import a_spec

SUBSCRIPTION = "5b5c5b5c-0000-4000-8000-000000000001"


def target(kind: str, region: str = "westeurope") -> ResourceTarget:
    return ResourceTarget(kind, "fraud-llm", region, SUBSCRIPTION)


CLUSTER, ROUTE = target("managedCluster"), target("route", "")
WANTED = KINDS["managedCluster"].build_body(a_spec(), CLUSTER, None)
CLUSTER_ID = KINDS["managedCluster"].build_id(CLUSTER)


def cluster(state: str = "Succeeded", owner: str = "fraud-llm", **changes: Any) -> dict[str, Any]:
    properties = {**WANTED["properties"], "provisioningState": state, "fqdn": "x.azmk8s.io"}
    tags = {**WANTED["tags"], OWNER_TAG: owner}
    return {**WANTED, "tags": tags, "properties": {**properties, **changes}}


def begun(existing: dict[str, Any]) -> Outcome | None:
    return decide_begin(existing, WANTED, CLUSTER)


@pytest.mark.parametrize(
    ("existing", "reason"),
    [
        (cluster(owner="other"), "ResourceNotOwned"),
        (cluster("Deleting"), "ResourceBeingDeleted"),
    ],
)
def test_what_others_own_or_what_goes_away_is_not_touched(existing: dict[str, Any], reason: str):
    outcome = begun(existing)
    assert outcome
    assert outcome.failure
    assert outcome.failure.reason == reason
    assert "gp-fraud-llm-westeurope" in outcome.failure.message


def test_what_is_in_progress_is_waited_for_and_looked_at_again():
    handle = Handle(
        kind="managedCluster",
        resource_id=CLUSTER_ID,
        adopted=True,
        result={"fqdn": "x.azmk8s.io"},
    )
    assert begun(cluster("Updating")) == Outcome.accepted(handle)


def test_what_is_as_wanted_is_done():
    assert begun(cluster()) == Outcome.succeeded(fqdn="x.azmk8s.io")


@pytest.mark.parametrize(
    "existing", [cluster("Failed"), cluster(disableLocalAccounts=False)], ids=["failed", "differs"]
)
def test_what_is_not_as_wanted_is_sent(existing: dict[str, Any]):
    assert begun(existing) is None


def test_an_edge_is_always_sent_because_front_door_sees_for_itself_what_differs():
    body = KINDS["route"].build_body(a_spec(), ROUTE, None)
    assert decide_begin(body, body, ROUTE) is None


@pytest.mark.parametrize("kind", ["autoUpgradeSchedule", "nodeOSUpgradeSchedule"])
def test_a_schedule_is_read_before_it_is_sent(kind: str):
    schedule, tuesday = target(kind), {"maintenance": {"day": "tue"}}
    found = KINDS[kind].build_body(a_spec(), schedule, None)
    other = KINDS[kind].build_body(a_spec(cluster=tuesday), schedule, found)
    assert decide_begin(found, found, schedule) == Outcome.succeeded()
    assert decide_begin(found, other, schedule) is None
    holidays = [{"start": "2026-12-24", "end": "2027-01-02"}]
    found["properties"]["maintenanceWindow"]["notAllowedDates"] = holidays
    kept = KINDS[kind].build_body(a_spec(), schedule, found)
    assert kept["properties"]["maintenanceWindow"]["notAllowedDates"] == holidays


@pytest.mark.parametrize(
    ("kind", "existing", "expected"),
    [
        ("managedCluster", cluster(powerState={"code": "Stopped"}), True),
        ("managedCluster", cluster(powerState={"code": "Running"}), False),
        ("managedCluster", {}, False),
        ("agentPool", {"properties": {"powerState": {"code": "Stopped"}}}, False),
    ],
)
def test_only_a_stopped_cluster_is_started_before_its_request(
    kind: str, existing: dict[str, Any], expected: bool
):
    assert must_be_started(existing, target(kind)) is expected


POOL = target("agentPool")
OTHER = a_spec(gpu={"vmSize": "Standard_NC48ads_A100_v4", "maxNodes": 5})
ALONE = {"properties": KINDS["agentPool"].build_body(a_spec(), POOL, None)["properties"]}
WITHOUT = {"properties": {"agentPoolProfiles": WANTED["properties"]["agentPoolProfiles"][:1]}}


@pytest.mark.parametrize(
    ("existing", "spec", "kind", "replaced"),
    [
        pytest.param(cluster(), OTHER, "managedCluster", POOL, id="with its cluster"),
        pytest.param(ALONE, OTHER, "agentPool", POOL, id="by itself"),
        pytest.param(cluster(), a_spec(), "managedCluster", None, id="the same"),
        pytest.param(ALONE, a_spec(), "agentPool", None, id="the same by itself"),
        pytest.param(WITHOUT, OTHER, "managedCluster", None, id="a cluster without a GPU pool"),
        pytest.param(cluster(), OTHER, "resourceGroup", None, id="of no other kind"),
    ],
)
def test_a_pool_of_another_size_is_deleted_first(
    existing: dict[str, Any], spec: EnvironmentSpec, kind: str, replaced: ResourceTarget | None
):
    assert find_pool_to_replace(existing, spec, target(kind)) == replaced


@pytest.mark.parametrize(
    ("part", "owner"),
    [
        (CLUSTER, CLUSTER),
        (target("agentPool"), CLUSTER),
        (target("autoUpgradeSchedule"), CLUSTER),
        (target("origin"), target("profile", "")),
        (target("profile", ""), target("profile", "")),
    ],
)
def test_tags_of_the_owner_say_whose_a_part_is(part: ResourceTarget, owner: ResourceTarget):
    assert owner_of(part) == owner


@pytest.mark.parametrize(
    ("group", "held"),
    [
        (target("resourceGroup"), (CLUSTER,)),
        (target("resourceGroup", ""), (target("profile", ""), target("wafPolicy", ""))),
        (CLUSTER, ()),
    ],
)
def test_a_group_holds_what_has_tags_of_its_own(group: ResourceTarget, held: Any):
    assert held_by_group(group) == held


@pytest.mark.parametrize(
    ("kind", "region", "holds"),
    [
        ("managedCluster", "westeurope", True),
        ("resourceGroup", "westeurope", True),
        ("resourceGroup", "", False),
        ("agentPool", "westeurope", False),
        ("profile", "", False),
    ],
)
def test_a_private_link_service_goes_with_its_cluster_or_the_group_around_it(
    kind: str, region: str, holds: bool
):
    assert holds_private_link(ResourceTarget(kind, "fraud-llm", region, SUBSCRIPTION)) is holds
