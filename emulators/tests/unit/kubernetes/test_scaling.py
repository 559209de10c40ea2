"""What the cluster autoscaler decides."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from emulators.azure.kubernetes import quantities, scaling
from emulators.azure.kubernetes.node_pools import NodePool
from emulators.azure.kubernetes.scaling import Group
from emulators.azure.kubernetes.scheduling import Candidate

GPU = "nvidia.com/gpu"
POOL = NodePool("gpu", "User", "Standard_NC24ads_A100_v4", 0, True, 0, 3, gpus_per_node=1)
TEMPLATE = Candidate(
    "template",
    {"agentpool": "gpu"},
    [],
    quantities.parse_all({"cpu": "24", "pods": "110", GPU: "1"}),
)
CPU_POOL = replace(POOL, name="cpu", gpus_per_node=0)
CPU_TEMPLATE = Candidate(
    "template", {"agentpool": "cpu"}, [], quantities.parse_all({"cpu": "4", "pods": "110"})
)


def group(size: int = 0, in_backoff: bool = False, maximum: int = 3) -> Group:
    return Group(replace(POOL, max_count=maximum), "aks-gpu-vmss", TEMPLATE, size, in_backoff)


def pod(name: str = "p", gpus: str = "1", namespace: str = "inference", **metadata: Any) -> Any:
    requests = {GPU: gpus} if gpus else {"cpu": "1"}
    owners = [{"kind": "ReplicaSet", "controller": True}]
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "ownerReferences": owners,
            **metadata,
        },
        "spec": {"containers": [{"resources": {"requests": requests}}]},
        "status": {"phase": "Running"},
    }


@pytest.mark.parametrize(
    ("pods", "upcoming", "size", "added", "refused"),
    [
        pytest.param(1, 0, 0, 1, 0, id="one pod, one node"),
        pytest.param(2, 0, 0, 2, 0, id="two pods, two nodes"),
        pytest.param(1, 1, 1, 0, 0, id="a node is coming anyway"),
        pytest.param(2, 1, 1, 1, 0, id="one node is coming, one more is needed"),
        pytest.param(4, 0, 0, 3, 1, id="no more than the maximum"),
        pytest.param(1, 0, 3, 0, 1, id="the maximum is reached"),
    ],
)
def test_the_pool_grows_by_what_pending_pods_need(
    pods: int, upcoming: int, size: int, added: int, refused: int
):
    pending = [pod(f"p{number}") for number in range(pods)]

    outcome = scaling.decide_scale_up(pending, [TEMPLATE] * upcoming, [group(size)])

    assert outcome.added.total() == added
    assert len(outcome.refused) == refused


def test_the_event_names_the_scale_set_and_its_sizes():
    outcome = scaling.decide_scale_up([pod("a"), pod("b")], [], [group(1)])

    assert [message for _, message in outcome.triggered] == [
        "pod triggered scale-up: [{aks-gpu-vmss 1->3 (max: 3)}]"
    ] * 2


@pytest.mark.parametrize(
    ("wanted", "groups", "message"),
    [
        pytest.param(pod(), [group(3)], "1 max node group size reached", id="maximum"),
        pytest.param(
            pod(), [group(in_backoff=True)], "1 in backoff after failed scale-up", id="back-off"
        ),
        pytest.param(pod(gpus="2"), [group()], "1 Insufficient nvidia.com/gpu", id="too large"),
        pytest.param(
            pod(gpus="2"),
            [group(), Group(CPU_POOL, "aks-cpu-vmss", CPU_TEMPLATE, 0)],
            "2 Insufficient nvidia.com/gpu",
            id="same reason twice",
        ),
        pytest.param(pod(), [], "", id="no autoscaled pool"),
    ],
)
def test_the_refusal_counts_the_reasons(wanted: Any, groups: list[Group], message: str):
    outcome = scaling.decide_scale_up([wanted], [], groups)

    assert [text for _, text in outcome.refused] == [f"pod didn't trigger scale-up: {message}"]


def test_a_pod_without_gpu_gets_a_node_without_gpu():
    both = [group(), Group(CPU_POOL, "aks-cpu-vmss", CPU_TEMPLATE, 0)]

    outcome = scaling.decide_scale_up([pod(gpus="")], [], both)

    assert dict(outcome.added) == {"cpu": 1}


def used(gpus: str) -> Candidate:
    return replace(TEMPLATE, used={GPU: Decimal(gpus), "cpu": Decimal(1)})


DAEMON = pod("d", ownerReferences=[{"kind": "DaemonSet", "controller": True}])
LONELY = pod("lonely", gpus="", ownerReferences=[])
SYSTEM = pod("dns", gpus="", namespace="kube-system")
SMALL = pod("small", gpus="")


@pytest.mark.parametrize(
    ("node", "on_it", "others", "unneeded"),
    [
        pytest.param(TEMPLATE, [], [], True, id="empty"),
        pytest.param(TEMPLATE, [DAEMON], [], True, id="only a daemon"),
        pytest.param(used("1"), [pod()], [TEMPLATE], False, id="its GPU is in use"),
        pytest.param(used("0"), [SMALL], [CPU_TEMPLATE], True, id="fits elsewhere"),
        pytest.param(used("0"), [SMALL], [], False, id="fits nowhere else"),
        pytest.param(used("0"), [LONELY], [CPU_TEMPLATE], False, id="nobody would recreate it"),
        pytest.param(used("0"), [SYSTEM], [CPU_TEMPLATE], False, id="a system pod"),
    ],
)
def test_a_node_is_unneeded_when_its_pods_can_go_elsewhere(
    node: Candidate, on_it: list[Any], others: list[Candidate], unneeded: bool
):
    assert scaling.is_unneeded(node, on_it, others) is unneeded
