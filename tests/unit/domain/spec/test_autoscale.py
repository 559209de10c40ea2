"""Replicas between two numbers."""

from typing import Any

import pytest

from domain.arm.managed_cluster import build_managed_cluster
from domain.problem import Problem
from domain.spec.model import EnvironmentSpec
from domain.spec.validation import parse_spec
from tests.support.specs import a_policy, a_spec, spec_body


def parse(autoscale: dict[str, Any], nodes: int = 5, **workload: Any) -> Any:
    gpu = {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": nodes}
    return parse_spec(
        spec_body(
            gpu=gpu, workload={**spec_body()["workload"], "autoscale": autoscale, **workload}
        ),
        a_policy(),
    )


def test_there_are_as_many_as_without_requests():
    spec = parse({"min": 2, "max": 4})
    assert isinstance(spec, EnvironmentSpec)
    assert (spec.workload.replicas, spec.workload.most_replicas) == (2, 4)
    assert parse_spec(spec.to_wire(), a_policy()) == spec


@pytest.mark.parametrize(
    ("autoscale", "changes", "code", "target"),
    [
        ({"min": 3, "max": 2}, {}, "InvalidReplicaRange", "workload.autoscale.max"),
        ({"min": 0, "max": 2}, {}, "InvalidValue", "workload.autoscale.min"),
        ({"max": 2, "targetWaiting": 0}, {}, "InvalidValue", "workload.autoscale.targetWaiting"),
        ({"max": 2}, {"replicas": 2}, "InvalidValue", "workload.replicas"),
        ({"max": 3}, {"nodes": 2}, "NotEnoughNodes", "gpu.maxNodes"),
        ({"max": 2, "metric": "x"}, {}, "UnknownField", "workload.autoscale.metric"),
    ],
)
def test_what_cannot_scale_is_refused(
    autoscale: dict[str, Any], changes: dict[str, Any], code: str, target: str
):
    (problem,) = parse(autoscale, **changes)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.target) == (code, target)


def test_a_preset_gets_nodes_for_all_of_them():
    body = {key: value for key, value in spec_body().items() if key != "gpu"}
    workload = {"preset": "phi-4", "autoscale": {"max": 3}}
    spec = parse_spec({**body, "workload": workload}, a_policy())
    assert isinstance(spec, EnvironmentSpec)
    assert spec.gpu.max_nodes == 3


def test_the_cluster_gets_kedas_add_on_only_for_that():
    scaled = a_spec(workload={**spec_body()["workload"], "autoscale": {"max": 2}})
    with_it = build_managed_cluster(scaled, "westeurope")["properties"]
    assert with_it["workloadAutoScalerProfile"] == {"keda": {"enabled": True}}
    assert (
        "workloadAutoScalerProfile"
        not in (build_managed_cluster(a_spec(), "westeurope")["properties"])
    )


def test_what_is_suggested_for_too_few_nodes_is_a_field_that_counts():
    (problem,) = parse({"max": 3}, nodes=2)
    assert problem.message.endswith("raise maxNodes from 2 to 3 or lower autoscale.max.")
