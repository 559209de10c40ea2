"""What users see when Azure stumbles: nothing but time that is lost."""

from collections.abc import Iterator

import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.stories import creations, delete, provision

NAME = "half-heard"


@pytest.fixture
def azure(stack: Stack) -> Iterator[SimulatedAzure]:
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        yield azure
        azure.clear_faults()


def add_a_gateway_timeout_that_started_the_cluster(azure: SimulatedAzure) -> str:
    return azure.add_fault(
        {
            "match": {"method": "PUT", "path": f".*/managedClusters/gp-{NAME}-[^/]*"},
            "count": 1,
            "after": True,
            "status": 504,
            "code": "GatewayTimeout",
            "message": "The gateway did not receive a response from "
            "'Microsoft.ContainerService' within the specified time period.",
        }
    )


def add_refusals_of_an_origin_for_its_unknown_name(azure: SimulatedAzure) -> str:
    return azure.add_fault(
        {
            "match": {"method": "PUT", "path": f".*/profiles/gp-{NAME}/.*/origins/.*"},
            "count": 4,
            "status": 400,
            "code": "BadRequest",
            "message": "The host name of the origin could not be resolved.",
        }
    )


def test_a_cluster_begun_behind_a_gateway_timeout_and_an_origin_refused_at_first_are_built_once(
    api: Api, azure: SimulatedAzure
):
    """The origin waits for the cell's address; the fault matrix has what does not pass."""
    add_a_gateway_timeout_that_started_the_cluster(azure)
    add_refusals_of_an_origin_for_its_unknown_name(azure)
    provision(api, NAME)
    assert set(creations(azure, NAME).values()) == {1}
    clusters = [path for path in creations(azure, NAME) if "managedClusters" in path]
    assert len(clusters) <= 1
    assert delete(api, NAME)["status"] == "Succeeded"
