"""Objects as a Kubernetes API shows them, from a bare beginning to a crash loop."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.arm.naming import TEMPLATE_LABEL
from domain.kubernetes.observation import (
    DevicePluginObservation,
    EventObservation,
    NodeObservation,
    Observation,
    PodObservation,
    RolloutObservation,
)
from domain.kubernetes.observe import build_observation

NOTHING: dict[str, Any] = {"metadata": {"name": "x"}}


def observe(
    nodes: Any = (),
    pods: Any = (),
    deployment: Any = NOTHING,
    service: Any = NOTHING,
    plugin: Any = NOTHING,
    events: Any = (),
) -> Observation:
    return build_observation(nodes, pods, deployment, service, plugin, events)


def node(allocatable: dict[str, str] | None = None, ready: str = "True") -> dict[str, Any]:
    conditions = [
        {"type": "MemoryPressure", "status": "False"},
        {"type": "Ready", "status": ready},
    ]
    return {
        "metadata": {"name": "aks-gpu-1"},
        "status": {"conditions": conditions, "allocatable": allocatable or {}},
    }


def pod(**status: Any) -> dict[str, Any]:
    return {"metadata": {"name": "llm-0"}, "status": {"phase": "Pending", **status}}


def only_pod(**status: Any) -> PodObservation:
    return observe(pods=[pod(**status)]).pods[0]


def test_a_cluster_that_has_just_begun_shows_nothing():
    assert observe() == Observation(
        device_plugin=DevicePluginObservation(desired=0, ready=0),
        rollout=RolloutObservation(is_seen=True, replicas=0, updated=0, ready=0),
    )


@pytest.mark.parametrize(
    ("generation", "status", "is_over"),
    [
        pytest.param(2, {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1}, False),
        pytest.param(2, {"observedGeneration": 2, "replicas": 1}, False, id="the old pod stands"),
        pytest.param(
            2,
            {"observedGeneration": 2, "replicas": 3, "updatedReplicas": 2},
            False,
            id="one of three is old",
        ),
        pytest.param(
            2, {"observedGeneration": 2, "replicas": 3, "updatedReplicas": 3}, True, id="all new"
        ),
    ],
)
def test_a_rollout_is_over_when_no_pod_of_an_older_template_is_left(
    generation: int, status: dict[str, Any], is_over: bool
):
    deployment = {"metadata": {"generation": generation}, "status": status}
    rollout = observe(deployment=deployment).rollout
    assert rollout
    assert rollout.is_over is is_over


def of_template(template: str | None) -> dict[str, Any]:
    labels = {TEMPLATE_LABEL: template} if template else {}
    return {"metadata": {"name": "llm-0", "labels": labels}, "status": {"phase": "Running"}}


@pytest.mark.parametrize(
    ("wanted", "has", "expected"),
    [
        pytest.param("a1", "a1", True, id="the latest"),
        pytest.param("a1", "b2", False, id="an older one"),
        pytest.param("a1", None, False, id="one from before there were marks"),
        pytest.param(None, "b2", True, id="a Deployment without the label decides nothing"),
    ],
)
def test_a_pod_is_of_the_latest_template_by_its_mark(
    wanted: str | None, has: str | None, expected: bool
):
    deployment = {**NOTHING, "spec": {"template": of_template(wanted)}}
    shown = observe(pods=[of_template(has)], deployment=deployment)
    assert shown.pods[0].is_of_latest_template is expected


def test_the_pods_are_as_ready_as_pods_and_deployment_both_say():
    ready = pod(conditions=[{"type": "Ready", "status": "True"}])
    assert observe(pods=[ready]).ready_pods == 0, "it has gone between the two requests"
    deployment = {"metadata": {}, "status": {"readyReplicas": 1}}
    assert observe(pods=[ready], deployment=deployment).ready_pods == 1


def test_a_node_counts_its_gpus_once_the_device_plugin_offers_them():
    shown = observe(nodes=[node(), node({"nvidia.com/gpu": "2", "cpu": "23820m"})]).nodes
    assert [n.gpus_allocatable for n in shown] == [0, 2]


def test_a_node_is_ready_when_its_condition_says_true_and_not_when_nobody_hears_of_it():
    shown = observe(nodes=[node(), node(ready="False"), node(ready="Unknown"), NOTHING]).nodes
    assert [n.ready for n in shown] == [True, False, False, False]
    assert shown[3] == NodeObservation(name="x", ready=False)


def test_a_pod_without_a_status_is_pending():
    assert observe(pods=[NOTHING]).pods[0] == PodObservation(
        name="x", phase="Pending", ready=False
    )


def test_a_pod_that_no_node_takes_tells_the_schedulers_reason():
    shown = only_pod(
        conditions=[
            {
                "type": "PodScheduled",
                "status": "False",
                "reason": "Unschedulable",
                "message": "0/2 nodes are available: 2 Insufficient nvidia.com/gpu.",
            }
        ]
    )
    assert (shown.reason, shown.ready) == ("Unschedulable", False)
    assert shown.message == "0/2 nodes are available: 2 Insufficient nvidia.com/gpu."


def test_a_waiting_container_tells_its_own_reason():
    shown = only_pod(
        startTime="2026-11-22T12:00:00Z",
        containerStatuses=[
            {
                "restartCount": 0,
                "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off"}},
            }
        ],
    )
    assert (shown.reason, shown.message) == ("ImagePullBackOff", "Back-off")
    assert shown.started_at == datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_container_that_crashes_tells_how_often_and_how_it_ended_last():
    shown = only_pod(
        phase="Running",
        containerStatuses=[
            {
                "restartCount": 4,
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
            }
        ],
    )
    assert (shown.reason, shown.message, shown.restarts) == ("CrashLoopBackOff", "", 4)
    assert (shown.exit_code, shown.termination_reason) == (137, "OOMKilled")


def test_a_running_pod_is_ready_by_its_condition_alone():
    running = [{"restartCount": 0, "state": {"running": {"startedAt": "2026-11-22T12:00:00Z"}}}]
    ready = [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "True"}]
    assert only_pod(phase="Running", containerStatuses=running).ready is False
    shown = only_pod(phase="Running", containerStatuses=running, conditions=ready)
    assert (shown.ready, shown.reason) == (True, "")


def test_the_address_appears_with_the_load_balancers_ingress():
    def address(**load_balancer: Any) -> str | None:
        return observe(service={**NOTHING, "status": {"loadBalancer": load_balancer}}).external_ip

    assert address() is None
    assert address(ingress=[]) is None
    assert address(ingress=[{"hostname": "only-a-name"}]) is None
    assert address(ingress=[{"ip": "20.61.0.2"}]) == "20.61.0.2"


def test_the_device_plugin_counts_its_pods():
    plugin = {**NOTHING, "status": {"desiredNumberScheduled": 2, "numberReady": 1}}
    assert observe(plugin=plugin).device_plugin == DevicePluginObservation(desired=2, ready=1)


def test_an_event_tells_whom_it_is_about_and_when_it_was_first_seen():
    old = {
        "involvedObject": {"kind": "Service", "name": "llm"},
        "reason": "SyncLoadBalancerFailed",
        "message": "Error syncing load balancer",
        "firstTimestamp": "2026-11-22T12:00:00Z",
    }
    new = {"involvedObject": {}, "firstTimestamp": None, "eventTime": "2026-11-22T13:00:00.5Z"}
    shown = observe(events=[old, new]).events
    assert shown[0] == EventObservation(
        reason="SyncLoadBalancerFailed",
        message="Error syncing load balancer",
        object="Service/llm",
        first_seen_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    )
    assert shown[1].first_seen_at == datetime(2026, 11, 22, 13, 0, 0, 500000, tzinfo=UTC)


def test_what_was_observed_survives_the_durable_boundary():
    shown = observe(nodes=[node()], pods=[pod(startTime="2026-11-22T12:00:00Z")])
    assert Observation.from_wire(shown.to_wire()) == shown
