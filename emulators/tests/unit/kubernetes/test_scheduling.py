"""Which nodes a pod fits on, and what the scheduler says of the others."""

import re
from decimal import Decimal
from typing import Any

import pytest

from emulators.azure.kubernetes import quantities, scheduling
from emulators.azure.kubernetes.scheduling import Candidate, Rejection

GPU_TAINT = {"key": "sku", "value": "gpu", "effect": "NoSchedule"}
TOLERATION = {"key": "sku", "operator": "Equal", "value": "gpu", "effect": "NoSchedule"}


def node(name: str = "n", **changes: Any) -> Candidate:
    values: dict[str, Any] = {
        "labels": {"agentpool": "gpu"},
        "taints": [],
        "allocatable": quantities.parse_all({"cpu": "4", "memory": "16Gi", "pods": "110"}),
    }
    return Candidate(name, **{**values, **changes})


def gpu_node(name: str = "gpu", used: str = "0", **changes: Any) -> Candidate:
    allocatable = {"cpu": "24", "memory": "220Gi", "pods": "110", "nvidia.com/gpu": "1"}
    return node(
        name,
        taints=[GPU_TAINT],
        allocatable=quantities.parse_all(allocatable),
        used={"nvidia.com/gpu": Decimal(used)},
        **changes,
    )


def pod(requests: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{"resources": {"requests": requests or {}}}], **spec}}


@pytest.mark.parametrize(
    ("wanted", "candidate", "reasons"),
    [
        pytest.param(pod(), node(), (), id="nothing special"),
        pytest.param(
            pod(),
            gpu_node(),
            ("node(s) had untolerated taint {sku: gpu}",),
            id="taint not tolerated",
        ),
        pytest.param(pod(tolerations=[TOLERATION]), gpu_node(), (), id="taint tolerated"),
        pytest.param(
            pod(tolerations=[{"operator": "Exists"}]), gpu_node(), (), id="everything tolerated"
        ),
        pytest.param(
            pod(tolerations=[{**TOLERATION, "value": "cpu"}]),
            gpu_node(),
            ("node(s) had untolerated taint {sku: gpu}",),
            id="another value tolerated",
        ),
        pytest.param(
            pod(tolerations=[{**TOLERATION, "effect": "NoExecute"}]),
            gpu_node(),
            ("node(s) had untolerated taint {sku: gpu}",),
            id="another effect tolerated",
        ),
        pytest.param(
            pod(),
            node(taints=[{"key": "spot", "effect": "PreferNoSchedule"}]),
            (),
            id="a taint that only asks",
        ),
        pytest.param(
            pod(),
            node(taints=[{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}]),
            ("node(s) had untolerated taint {node.kubernetes.io/not-ready: }",),
            id="not ready",
        ),
        pytest.param(
            pod(), node(unschedulable=True), ("node(s) were unschedulable",), id="cordoned"
        ),
        pytest.param(
            pod(nodeSelector={"gpu": "v100"}),
            node(),
            ("node(s) didn't match Pod's node affinity/selector",),
            id="selector",
        ),
        pytest.param(
            pod({"cpu": "5", "memory": "20Gi"}),
            node(),
            ("Insufficient cpu", "Insufficient memory"),
            id="too large in two ways",
        ),
        pytest.param(
            pod({"nvidia.com/gpu": "1"}),
            node(),
            ("Insufficient nvidia.com/gpu",),
            id="no such resource",
        ),
        pytest.param(
            pod(),
            node(used={"pods": Decimal(110)}),
            ("Too many pods",),
            id="full",
        ),
    ],
)
def test_a_node_is_rejected_by_the_first_filter_it_fails(
    wanted: Any, candidate: Candidate, reasons: tuple[str, ...]
):
    rejection = scheduling.reject(wanted, candidate)

    assert (rejection.reasons if rejection else ()) == reasons


@pytest.mark.parametrize(
    ("used", "resolvable"),
    [pytest.param("1", True, id="taken by another"), pytest.param("0", False, id="not there")],
)
def test_only_a_resource_that_others_hold_could_be_freed(used: str, resolvable: bool):
    wanted = pod({"nvidia.com/gpu": "1" if resolvable else "2"}, tolerations=[TOLERATION])

    rejection = scheduling.reject(wanted, gpu_node(used=used))

    assert rejection == Rejection(("Insufficient nvidia.com/gpu",), resolvable)


def affinity(*terms: dict[str, Any]) -> dict[str, Any]:
    required = {"nodeSelectorTerms": list(terms)}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def expression(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("terms", "matches"),
    [
        ([expression("agentpool", "In", "gpu", "cpu")], True),
        ([expression("agentpool", "NotIn", "gpu")], False),
        ([expression("agentpool", "Exists")], True),
        ([expression("agentpool", "DoesNotExist")], False),
        ([expression("gpus", "Gt", "1")], True),
        ([expression("gpus", "Lt", "1")], False),
        ([expression("agentpool", "In", "cpu"), expression("agentpool", "In", "gpu")], True),
        ([{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n"]}]}], True),
        ([{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["x"]}]}], False),
        ([{}], False),
    ],
    ids=[
        "in",
        "not in",
        "exists",
        "does not exist",
        "greater",
        "less",
        "one of two terms",
        "this node",
        "another node",
        "empty term",
    ],
)
def test_required_affinity_is_one_of_its_terms(terms: list[Any], matches: bool):
    candidate = node(labels={"agentpool": "gpu", "gpus": "4"})

    assert scheduling.matches_affinity({"affinity": affinity(*terms)}, candidate) is matches


@pytest.mark.parametrize(
    ("rejections", "message"),
    [
        ([], "no nodes available to schedule pods"),
        (
            [
                Rejection(("node(s) had untolerated taint {sku: gpu}",)),
                Rejection(("node(s) didn't match Pod's node affinity/selector",)),
                Rejection(("node(s) didn't match Pod's node affinity/selector",)),
            ],
            "0/3 nodes are available: 1 node(s) had untolerated taint {sku: gpu}, 2 node(s) didn't"
            " match Pod's node affinity/selector. preemption: 0/3 nodes are available:"
            " 3 Preemption is not helpful for scheduling.",
        ),
        (
            [
                Rejection(("Insufficient nvidia.com/gpu",), resolvable=True),
                Rejection(("Insufficient cpu", "Insufficient memory")),
            ],
            "0/2 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 1 Insufficient"
            " nvidia.com/gpu. preemption: 0/2 nodes are available: 1 No preemption victims found"
            " for incoming pod, 1 Preemption is not helpful for scheduling.",
        ),
    ],
    ids=["no nodes", "taint and selector", "resources"],
)
def test_the_message_counts_the_reasons(rejections: list[Rejection], message: str):
    assert scheduling.unschedulable_message(rejections) == message


def test_the_least_loaded_node_is_taken():
    busy = node("a", used={"cpu": Decimal(3)})

    assert scheduling.best([busy, node("c"), node("b")]).name == "b"


def test_requests_of_init_containers_count_when_they_are_greater():
    wanted = pod({"cpu": "500m"})
    wanted["spec"]["initContainers"] = [{"resources": {"requests": {"cpu": "2"}}}]

    assert quantities.requests_of(wanted) == {"cpu": Decimal(2)}


@pytest.mark.parametrize(
    ("text", "amount"),
    [("500m", "0.5"), ("2", "2"), ("1Ki", "1024"), ("16Gi", "17179869184"), ("1k", "1000")],
)
def test_quantities_are_read_with_their_suffix(text: str, amount: str):
    assert quantities.parse(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "x", "1Qi", "1 000", "--1"])
def test_what_is_no_quantity_is_refused(text: str):
    with pytest.raises(ValueError, match=re.escape(text) + "$"):
        quantities.parse(text)
