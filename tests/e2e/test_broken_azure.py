"""What users see when Azure refuses, stumbles or lies."""

from collections.abc import Iterator

import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.stories import creations, delete, finish, leftovers
from tests.support.specs import spec_body


@pytest.fixture
def azure(stack: Stack) -> Iterator[SimulatedAzure]:
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        yield azure
        azure.clear_faults()


def step_of(operation: dict, suffix: str) -> dict:
    return next(step for step in operation["steps"] if step["name"].endswith(suffix))


def test_a_gateway_timeout_that_started_the_cluster_builds_it_once(
    api: Api, azure: SimulatedAzure
):
    azure.add_fault(
        {
            "match": {"method": "PUT", "path": ".*/managedClusters/gp-half-heard-[^/]*"},
            "count": 1,
            "after": True,
            "status": 504,
            "code": "GatewayTimeout",
            "message": "The gateway did not receive a response from "
            "'Microsoft.ContainerService' within the specified time period.",
        }
    )
    operation = finish(api, api.create_environment(spec_body(name="half-heard")))
    assert operation["status"] == "Succeeded"
    clusters = [path for path in creations(azure, "half-heard") if "managedClusters" in path]
    assert len(clusters) <= 1
    assert delete(api, "half-heard")["status"] == "Succeeded"


def test_a_cluster_that_fails_in_the_making_is_explained_listed_and_built_by_a_retry(
    api: Api, azure: SimulatedAzure
):
    azure.add_fault(
        {
            "operation": "PUT .*/managedClusters/gp-no-room-[^/]*",
            "count": 1,
            "error": {
                "code": "ReconcileVMSSAgentPoolFailed",
                "message": 'Code="AllocationFailed" Message="Allocation failed. We do not have '
                'sufficient capacity for the requested VM size in this region."',
            },
        }
    )
    operation = finish(api, api.create_environment(spec_body(name="no-room")))
    assert operation["status"] == "Failed"
    assert operation["error"]["code"] == "AllocationFailed"
    assert operation["error"]["suggestedAction"]
    assert step_of(operation, "managedCluster")["status"] == "Failed"
    environment = api.get_environment("no-room")
    assert environment["phase"] == "Failed"
    assert any("managedClusters" in each for each in environment["remainingResources"])
    operation = finish(api, api.act("no-room", "retry"))
    assert operation["status"] == "Succeeded", operation
    assert api.get_environment("no-room")["phase"] == "Ready"
    assert delete(api, "no-room")["status"] == "Succeeded"
    assert leftovers(azure, "no-room") == []


def test_an_origin_refused_for_its_unknown_name_waits_for_the_cells_address(
    api: Api, azure: SimulatedAzure
):
    azure.add_fault(
        {
            "match": {"method": "PUT", "path": ".*/profiles/gp-patient/.*/origins/.*"},
            "count": 4,
            "status": 400,
            "code": "BadRequest",
            "message": "The host name of the origin could not be resolved.",
        }
    )
    operation = finish(api, api.create_environment(spec_body(name="patient")))
    assert operation["status"] == "Succeeded"
    assert delete(api, "patient")["status"] == "Succeeded"
