"""Weights that are an image, in clusters that mount it and in those that would drop it."""

from typing import Any

import pytest

from activities.apply_workload import apply_workload
from clients.factory import ClientFactory
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.durable.inputs import WorkloadInput
from domain.placement.offers import list_offers
from domain.serving.gateway.settings import GatewayState
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import DEPLOYMENT
from emulators.azure.process import RunningSimulator
from tests.contract.monitor.test_sweep_activities import REGION, build, put
from tests.support.fake_hub import a_hub
from tests.support.specs import a_spec

REFERENCE = f"registry.example.com/weights@sha256:{'0123456789abcdef' * 4}"
MODEL = {"name": "m", "version": "1", "source": f"oci://{REFERENCE}"}
SPEC = a_spec(workload={"image": "llm:1", "model": MODEL})
WORKLOAD = WorkloadInput(
    operation_id="fraud-llm.1",
    environment="fraud-llm",
    offer=list_offers(SPEC, REGION)[0],
    replicas=1,
    state=GatewayState.SERVING,
).to_wire()


def volumes_of(simulator: RunningSimulator) -> list[dict[str, Any]] | None:
    """Of the Deployment; None without one."""
    (cluster,) = (each.kubernetes for each in simulator.simulator.azure.clusters.all())
    assert isinstance(cluster, Cluster)
    found = cluster.store.get(DEPLOYMENT, "inference", "fraud-llm")
    return found["spec"]["template"]["spec"].get("volumes", []) if found else None


@pytest.mark.parametrize(
    ("version", "reason", "volumes"),
    [
        ("1.34", "KubernetesTooOld", None),
        (
            "1.35",
            None,
            [
                {
                    "name": "weights",
                    "image": {"reference": REFERENCE, "pullPolicy": "IfNotPresent"},
                }
            ],
        ),
    ],
)
async def test_a_cluster_mounts_them_or_is_refused(
    clients: ClientFactory,
    simulator: RunningSimulator,
    version: str,
    reason: str | None,
    volumes: list[dict[str, Any]] | None,
) -> None:
    await build(clients, SPEC, "resourceGroup", REGION)
    kind = KINDS["managedCluster"]
    target = ResourceTarget(
        "managedCluster", "fraud-llm", REGION, clients.settings.subscription_id
    )
    body = kind.build_body(SPEC, target, None)
    body["properties"]["kubernetesVersion"] = version
    await put(clients, kind.build_id(target), body)
    outcome = await apply_workload(WORKLOAD, clients, a_hub(SPEC))
    assert (outcome.failure and outcome.failure.reason) == reason
    assert volumes_of(simulator) == volumes
