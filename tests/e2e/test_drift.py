"""Somebody damages an environment by hand; sweeps see what, and that it was undone.

The steps build on each other, so they are one story: every damage is undone before the next one.
"""

import time
from collections.abc import Sequence
from typing import Any

import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.looks import Look
from tests.e2e.stories import delete, provision, wait_until
from tests.e2e.sweeps import sweep, timeline

AKS, CDN = "2026-08-01", "2024-02-01"
DEPLOYMENTS = "/apis/apps/v1/namespaces/inference/deployments"
NAME = "drifter"
RECORDED_SECONDS = 2.0
READ_ONLY = frozenset({"uid", "resourceVersion", "generation", "creationTimestamp"})


class Story:
    """One environment, its cluster and its edge."""

    def __init__(self, api: Api, azure: SimulatedAzure, stack: Stack) -> None:
        self.api, self.look = api, Look(azure, stack)
        environment = provision(api, NAME)
        self.host = environment["endpoint"].removeprefix("https://")
        self.cluster: str = environment["cells"][0]["clusterId"]
        self.pool = f"{self.cluster}/agentPools/gpu"
        subscription = self.cluster.partition("/resourceGroups/")[0]
        profile = f"{subscription}/resourceGroups/gp-{NAME}-edge/providers/Microsoft.Cdn/profiles"
        self.origin = f"{profile}/gp-{NAME}/originGroups/inference/origins/westeurope"
        self.route = f"{profile}/gp-{NAME}/afdEndpoints/gp-{NAME}/routes/inference"

    def recorded(self) -> tuple[str, list[str]]:
        """Status and codes of the findings."""
        health = self.api.get_environment(NAME)["health"]
        return health["status"], [finding["code"] for finding in health["findings"]]

    def expect(self, status: str, *codes: str) -> None:
        """Within two sweeps, once the model has fallen silent if that is expected."""
        if "ModelNotAnswering" in codes:
            wait_until(lambda: not self.answers())
        for _ in range(2):
            sweep(self.api)
            if self.is_recorded(status, codes):
                return
        raise AssertionError(self.recorded())

    def answers(self) -> bool:
        headers, host = {"Host": self.host}, {"sni_hostname": self.host}
        return self.look.azure.get("/health", headers=headers, extensions=host).is_success

    def is_recorded(self, status: str, codes: Sequence[str]) -> bool:
        """A sweep does not wait until the record has taken its news."""
        end = time.monotonic() + RECORDED_SECONDS
        while self.recorded() != (status, list(codes)):
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True

    def heals(self) -> None:
        """What was undone takes Azure and Kubernetes a while."""

        def is_healthy() -> bool:
            sweep(self.api)
            return self.recorded() == ("Healthy", [])

        wait_until(is_healthy)

    def settles(self, resource_id: str, api_version: str = AKS, **wanted: Any) -> None:
        def has_settled() -> bool:
            properties = self.look.at_arm(resource_id, api_version)["properties"]
            found = {name: properties.get(name) for name in wanted}
            return properties["provisioningState"] == "Succeeded" and found == wanted

        wait_until(has_settled)


@pytest.fixture
def story(api: Api, azure: SimulatedAzure, stack: Stack) -> Story:
    return Story(api, azure, stack)


def test_drift_is_seen_within_two_sweeps_and_so_is_its_end(story: Story, api: Api):
    story.expect("Healthy")
    for damage in (
        the_deployment_is_deleted,
        the_cluster_is_stopped,
        the_pool_is_rescaled,
        the_pool_is_deleted,
        the_route_and_its_origin_are_deleted,
    ):
        damage(story)
        story.heals()
    told = [e["message"] for e in timeline(api, NAME) if e["type"] == "HealthChanged"]
    assert told[:3] == [
        "Unknown -> Healthy",
        "Healthy -> Degraded: ModelNotAnswering",
        "Degraded -> Healthy",
    ]
    assert api.get("/environments?health=Healthy").json()["value"][0]["name"] == NAME
    delete(api, NAME)


def the_deployment_is_deleted(story: Story) -> None:
    path = f"{DEPLOYMENTS}/{NAME}"
    deployment = story.look.into_cluster(story.cluster, path)
    story.look.send_into_cluster("DELETE", story.cluster, path)
    story.expect("Degraded", "ModelNotAnswering")
    kept = {k: v for k, v in deployment["metadata"].items() if k not in READ_ONLY}
    again = {**deployment, "metadata": {**kept, "managedFields": None}, "status": None}
    story.look.send_into_cluster("POST", story.cluster, DEPLOYMENTS, again)


def the_cluster_is_stopped(story: Story) -> None:
    story.look.send_to_arm("POST", f"{story.cluster}/stop", AKS)
    story.settles(story.cluster, powerState={"code": "Stopped"})
    story.expect("Unreachable", "ClusterStopped", "ModelNotAnswering")
    report = sweep(story.api)["summary"]
    assert report["unhealthy"] == [
        {
            "environment": NAME,
            "status": "Unreachable",
            "findings": ["ClusterStopped", "ModelNotAnswering"],
        }
    ]
    story.look.send_to_arm("POST", f"{story.cluster}/start", AKS)
    story.settles(story.cluster, powerState={"code": "Running"})


def the_pool_is_rescaled(story: Story) -> None:
    rescale(story, enableAutoScaling=False, minCount=None, maxCount=None, count=0)
    story.expect("Degraded", "AutoscalerChanged", "GpuPoolEmpty", "ModelNotAnswering")
    rescale(story, count=1)
    rescale(story, enableAutoScaling=True, minCount=0, maxCount=5)


def the_pool_is_deleted(story: Story) -> None:
    pool = story.look.at_arm(story.pool, AKS)
    story.look.send_to_arm("DELETE", story.pool, AKS)
    wait_until(lambda: "gpu" not in pools_of(story))
    story.expect("Degraded", "GpuPoolMissing", "ModelNotAnswering")
    story.look.send_to_arm("PUT", story.pool, AKS, {"properties": pool["properties"]})
    story.settles(story.pool)


def the_route_and_its_origin_are_deleted(story: Story) -> None:
    """In this order: Azure refuses to delete the last origin of a route."""
    found = {each: story.look.at_arm(each, CDN) for each in (story.origin, story.route)}
    for each in (story.route, story.origin):
        story.look.send_to_arm("DELETE", each, CDN)
        wait_until(lambda each=each: not story.look.exists(each, CDN))
    story.expect("Degraded", "ModelNotAnswering")
    for each, body in found.items():
        story.look.send_to_arm("PUT", each, CDN, {"properties": body["properties"]})
        story.settles(each, CDN)


def rescale(story: Story, **properties: Any) -> None:
    story.look.change_at_arm(story.pool, AKS, **properties)


def pools_of(story: Story) -> list[str]:
    properties = story.look.at_arm(story.cluster, AKS)["properties"]
    return [pool["name"] for pool in properties["agentPoolProfiles"]]
