"""What a cluster says of the operation on it: motion is believed, rest has to be verified."""

from typing import Any

import pytest

from domain.arm.cluster_motion import describe_motion, find_cluster_id, read_motion
from domain.outcomes import Handle, Outcome

GROUP = "/subscriptions/s/resourceGroups/g"
CLUSTER = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/c"


def a_cluster(state: str | None = "Succeeded", **pools: str | None) -> dict[str, Any]:
    profiles = [{"name": name, "provisioningState": each} for name, each in pools.items()]
    return {"properties": {"provisioningState": state, "agentPoolProfiles": profiles}}


@pytest.mark.parametrize(
    ("resource_id", "cluster_id"),
    [
        pytest.param(CLUSTER, CLUSTER, id="a cluster"),
        pytest.param(f"{CLUSTER}/agentPools/gpu", CLUSTER, id="a pool"),
        pytest.param(f"{GROUP}/providers/Microsoft.Cdn/profiles/p", None, id="a profile"),
        pytest.param(GROUP, None, id="a group"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_cluster_of(resource_id: str, cluster_id: str | None) -> None:
    assert find_cluster_id(Handle(kind="managedCluster", resource_id=resource_id)) == cluster_id


@pytest.mark.parametrize(
    ("cluster", "motion"),
    [
        pytest.param(a_cluster("Creating"), "Creating", id="the cluster moves"),
        pytest.param(
            a_cluster("Creating", system="Creating", gpu="Creating"),
            "Creating (system: Creating, gpu: Creating)",
            id="with its pools",
        ),
        pytest.param(
            a_cluster("Succeeded", system="Succeeded", gpu="Scaling"),
            "Succeeded (gpu: Scaling)",
            id="a pool moves under a cluster at rest",
        ),
        pytest.param(
            a_cluster("Updating", system="Succeeded"), "Updating", id="pools rest, not the cluster"
        ),
        pytest.param(a_cluster("Deleting", gpu="Deleting"), "Deleting (gpu: Deleting)", id="goes"),
        pytest.param(
            a_cluster("UpgradingNodeImageVersion"), "UpgradingNodeImageVersion", id="another word"
        ),
        pytest.param(a_cluster(None, gpu="Creating"), "gpu: Creating", id="only a pool tells"),
        pytest.param(a_cluster("Succeeded", system="Succeeded"), None, id="at rest"),
        pytest.param(a_cluster("succeeded", system="SUCCEEDED"), None, id="in another case"),
        pytest.param(a_cluster("Failed", gpu="Failed"), None, id="failed"),
        pytest.param(a_cluster("Canceled", gpu="Canceled"), None, id="canceled"),
        pytest.param(a_cluster("Succeeded"), None, id="the pool is missing"),
        pytest.param(a_cluster(None, gpu=None), None, id="without states"),
        pytest.param({"properties": None}, None, id="nulls"),
        pytest.param({"properties": {"agentPoolProfiles": "odd"}}, None, id="odd profiles"),
        pytest.param({"properties": {"agentPoolProfiles": ["odd", None]}}, None, id="odd pools"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_a_cluster_moves_as(cluster: dict[str, Any], motion: str | None) -> None:
    assert describe_motion(cluster) == motion


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_read_that_azure_did_not_take_says_nothing(status: int) -> None:
    poll = read_motion(status, "<html>", {"Retry-After": "7"})
    assert poll
    assert (poll.answered, poll.retry_after_seconds) == (False, 7)
    assert str(status) in (poll.detail or "")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(404, {"error": {"code": "ResourceNotFound"}}, id="gone, or not there yet"),
        pytest.param(403, {"error": {"code": "AuthorizationFailed"}}, id="forbidden"),
        pytest.param(409, a_cluster("Creating"), id="an error with the body of a cluster"),
        pytest.param(200, a_cluster("Succeeded"), id="at rest"),
        pytest.param(200, a_cluster("Failed"), id="failed: only the operation says why"),
        pytest.param(200, "text", id="not JSON"),
        pytest.param(200, None, id="nothing"),
    ],
)
def test_the_operation_itself_has_to_tell(status: int, body: object) -> None:
    assert read_motion(status, body, {}) is None


def test_motion_is_progress() -> None:
    poll = read_motion(200, a_cluster("Creating", gpu="Creating"), {})
    assert poll == Outcome.running("Creating (gpu: Creating)").seen_at_resource()


def test_a_state_cannot_bring_a_subscription_into_the_record() -> None:
    subscription = "12345678-1234-4321-8765-123456789abc"
    poll = read_motion(200, a_cluster(f"Waiting for /subscriptions/{subscription}/x"), {})
    assert poll
    assert subscription not in (poll.detail or "")
