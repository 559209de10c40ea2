"""The ScaledObject of a cell, and the replicas that its Deployment is applied with."""

from typing import Any

import pytest

from domain.kubernetes.autoscale_manifests import build_scaled_objects, clamp_replicas
from domain.kubernetes.manifests import build_workload
from domain.spec.model import EnvironmentSpec
from tests.support.specs import a_spec, spec_body


def spec(autoscale: dict[str, Any] | None) -> EnvironmentSpec:
    workload = spec_body()["workload"] | ({"autoscale": autoscale} if autoscale else {})
    return a_spec(workload=workload)


SCALED = spec({"min": 2, "max": 4, "targetWaiting": 8})


def test_keda_reads_the_engines_behind_the_service():
    (scaled,) = build_scaled_objects(SCALED, 2)
    assert scaled["metadata"]["name"] == "fraud-llm"
    assert scaled["metadata"]["annotations"] == {"autoscaling.keda.sh/paused": "false"}
    assert scaled["spec"]["scaleTargetRef"] == {"name": "fraud-llm"}
    assert (scaled["spec"]["minReplicaCount"], scaled["spec"]["maxReplicaCount"]) == (2, 4)
    (trigger,) = scaled["spec"]["triggers"]
    assert (trigger["type"], trigger["metricType"]) == ("metrics-api", "AverageValue")
    assert trigger["metadata"] == {
        "url": "http://fraud-llm-model.inference.svc.cluster.local:8000/metrics",
        "format": "prometheus",
        "valueLocation": "vllm:num_requests_waiting",
        "aggregateFromKubeServiceEndpoints": "true",
        "aggregationType": "sum",
        "targetValue": "8",
    }


def test_asleep_it_holds_the_replicas_at_zero():
    (scaled,) = build_scaled_objects(SCALED, 0)
    annotations = scaled["metadata"]["annotations"]
    assert annotations["autoscaling.keda.sh/paused-replicas"] == "0"


@pytest.mark.parametrize(("replicas", "least"), [(1, 2), (3, 3), (9, 4)])
def test_side_by_side_it_takes_no_replica_away(replicas: int, least: int):
    (scaled,) = build_scaled_objects(SCALED, replicas, "fraud-llm-next", held=True)
    assert (scaled["spec"]["minReplicaCount"], scaled["spec"]["maxReplicaCount"]) == (least, 4)
    assert scaled["metadata"]["name"] == scaled["spec"]["scaleTargetRef"]["name"]
    assert scaled["metadata"]["name"] == "fraud-llm-next"
    assert "//fraud-llm-next-model." in scaled["spec"]["triggers"][0]["metadata"]["url"]


def test_it_comes_after_the_deployment_that_it_scales():
    kinds = [each["kind"] for each in build_workload(SCALED, 2)]
    assert kinds[-2:] == ["Deployment", "ScaledObject"]
    assert "ScaledObject" not in {each["kind"] for each in build_workload(spec(None), 1)}


@pytest.mark.parametrize(
    ("autoscaled", "wanted", "present", "applied"),
    [
        (True, 2, None, 2),
        (True, 2, 0, 2),
        (True, 2, 1, 2),
        (True, 2, 3, 3),
        (True, 2, 9, 4),
        (True, 0, 3, 0),
        (False, 1, 3, 1),
    ],
)
def test_an_update_takes_no_replica_away(
    autoscaled: bool, wanted: int, present: int | None, applied: int
):
    assert clamp_replicas(SCALED if autoscaled else spec(None), wanted, present) == applied
