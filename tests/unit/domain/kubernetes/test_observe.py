"""Objects as a Kubernetes API shows them, from a bare beginning to a crash loop."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.arm.naming import TEMPLATE_LABEL
from domain.kubernetes.observation import (
    AutoscalerBackoff,
    DevicePluginObservation,
    EventObservation,
    NodeObservation,
    Observation,
    PodObservation,
    RolloutObservation,
)
from domain.kubernetes.observe import MAX_EVENTS_KEPT, ClusterObjects, build_observation

NOTHING: dict[str, Any] = {"metadata": {"name": "x"}}


def observe(
    nodes: Any = (),
    pods: Any = (),
    deployment: Any = NOTHING,
    service: Any = NOTHING,
    plugin: Any = NOTHING,
    events: Any = (),
    **others: Any,
) -> Observation:
    seen = ClusterObjects(nodes, pods, deployment, service, plugin, events, **others)
    return build_observation(seen)


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
        pytest.param(1, {"replicas": 1, "updatedReplicas": 1}, False, id="not seen at all"),
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


def test_a_pod_is_ready_by_no_other_condition():
    conditions = [{"type": "Ready", "status": "False"}, {"type": "Initialized", "status": "True"}]
    assert only_pod(conditions=conditions).ready is False


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


@pytest.mark.parametrize(("ready", "message"), [("True", ""), ("False", "Kubelet is posting.")])
def test_a_node_says_why_it_is_not_ready_and_nothing_when_it_is(ready: str, message: str):
    seen = node(ready=ready)
    seen["status"]["conditions"][-1]["message"] = "Kubelet is posting."
    assert observe(nodes=[seen]).nodes[0].message == message


def test_a_node_that_the_autoscaler_removes_is_marked_by_its_taint():
    going = node()
    going["spec"] = {"taints": [{"key": "ToBeDeletedByClusterAutoscaler", "effect": "NoSchedule"}]}
    other = node()
    other["spec"] = {"taints": [{"key": "sku", "value": "gpu", "effect": "NoSchedule"}]}
    shown = observe(nodes=[going, other, node()]).nodes
    assert [n.is_scaled_down for n in shown] == [True, False, False]


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


def test_a_condition_of_another_kind_is_no_reason_for_not_being_scheduled():
    shown = only_pod(
        conditions=[
            {"type": "PodScheduled", "status": "True", "reason": "Scheduled"},
            {"type": "Ready", "status": "False", "reason": "ContainersNotReady"},
        ]
    )
    assert (shown.reason, shown.message) == ("", "")


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
    assert (shown.phase, shown.ready, shown.reason) == ("Running", True, "")


def test_the_address_appears_with_the_load_balancers_ingress():
    def address(**load_balancer: Any) -> str | None:
        return observe(service={**NOTHING, "status": {"loadBalancer": load_balancer}}).external_ip

    assert address() is None
    assert address(ingress=[]) is None
    assert address(ingress=[{"hostname": "only-a-name"}]) is None
    assert address(ingress=[{"ip": "20.61.0.2"}]) == "20.61.0.2"


def test_the_address_of_an_internal_load_balancer_is_not_public():
    annotations = {"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}
    status = {"loadBalancer": {"ingress": [{"ip": "10.224.0.6"}]}}
    seen = observe(service={"metadata": {"annotations": annotations}, "status": status})
    assert (seen.is_internal, seen.external_ip, seen.public_ip) == (True, "10.224.0.6", None)


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
    assert shown[1] == EventObservation(
        reason="SyncLoadBalancerFailed",
        message="Error syncing load balancer",
        object="Service/llm",
        first_seen_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        last_seen_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    )
    assert shown[0] == EventObservation(
        reason="",
        message="",
        object="/",
        first_seen_at=datetime(2026, 11, 22, 13, 0, 0, 500000, tzinfo=UTC),
        last_seen_at=datetime(2026, 11, 22, 13, 0, 0, 500000, tzinfo=UTC),
    )


def happened(minute: int, **more: Any) -> dict[str, Any]:
    at = f"2026-11-22T12:{minute:02}:00Z"
    about = {"kind": "Pod", "name": "llm-0"}
    return {"involvedObject": about, "type": "Warning", "lastTimestamp": at, **more}


def test_the_latest_events_come_first_and_only_so_many_are_kept():
    repeated = happened(0, series={"lastObservedTime": "2026-11-22T13:30:00Z"}, reason="repeated")
    shown = observe(events=[*(happened(minute) for minute in range(60)), repeated]).events
    assert shown[0].reason == "repeated"
    assert [event.last_seen_at for event in shown[1:3]] == [
        datetime(2026, 11, 22, 12, minute, tzinfo=UTC) for minute in (59, 58)
    ]
    assert len(shown) == MAX_EVENTS_KEPT


@pytest.mark.parametrize(
    ("reason", "is_kept"),
    [
        pytest.param("Pulled", False, id="a step that went well"),
        pytest.param("NotTriggerScaleUp", True, id="the autoscaler refuses"),
        pytest.param("TriggeredScaleUp", True, id="the autoscaler begins"),
        pytest.param("Killing", True, id="the kubelet ends a container that fails its probe"),
    ],
)
def test_of_what_kubernetes_calls_normal_only_what_explains_is_kept(reason: str, is_kept: bool):
    usual = happened(1, type="Normal", reason=reason)
    assert bool(observe(events=[usual]).events) is is_kept


@pytest.mark.parametrize(
    ("kind", "name", "matters"),
    [
        ("ConfigMap", "cluster-autoscaler-status", True),
        ("DaemonSet", "nvidia-device-plugin", True),
        ("Pod", "nvidia-device-plugin-x1", True),
        ("Node", "aks-gpu-12345678-vmss000000", True),
        ("Node", "aks-system-12345678-vmss000000", False),
        ("Pod", "coredns-x1", False),
        ("ConfigMap", "other", False),
    ],
)
def test_events_elsewhere_matter_for_what_gpus_depend_on(kind: str, name: str, matters: bool):
    event = happened(1, involvedObject={"kind": kind, "name": name})
    assert bool(observe(other_events=[event]).events) is matters


def test_a_node_that_nobody_hears_of_says_since_when():
    lost = {
        "metadata": {"name": "aks-gpu-1", "creationTimestamp": "2026-11-22T11:00:00Z"},
        "status": {
            "conditions": [
                {
                    "type": "Ready",
                    "status": "Unknown",
                    "lastTransitionTime": "2026-11-22T12:00:00Z",
                    "message": "Kubelet stopped posting node status.",
                }
            ]
        },
    }
    assert observe(nodes=[lost]).nodes[0] == NodeObservation(
        name="aks-gpu-1",
        ready=False,
        created_at=datetime(2026, 11, 22, 11, tzinfo=UTC),
        changed_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        is_lost=True,
        message="Kubelet stopped posting node status.",
    )


def test_a_device_plugin_that_cannot_run_says_why():
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off"}}
    stuck = pod(containerStatuses=[{"restartCount": 0, "state": waiting}])
    assert observe(device_plugin_pods=[stuck]).device_plugin == DevicePluginObservation(
        desired=0, ready=0, reason="ImagePullBackOff", message="Back-off"
    )


def test_a_crash_keeps_the_end_of_the_log():
    ended = {"exitCode": 1, "reason": "Error", "message": "x" * 2000 + "the cause"}
    shown = only_pod(containerStatuses=[{"restartCount": 1, "lastState": {"terminated": ended}}])
    assert shown.log_tail.endswith("the cause")
    assert len(shown.log_tail) == 600


def test_the_autoscalers_backoff_is_part_of_it():
    groups = [{"name": "aks-gpu-1-vmss", "scaleUp": {"status": "Backoff"}}]
    shown = observe(autoscaler_status={"nodeGroups": groups})
    assert shown.backoff == AutoscalerBackoff(node_group="aks-gpu-1-vmss")
    assert observe(autoscaler_status=None).backoff is None


def test_what_was_observed_survives_the_durable_boundary():
    shown = observe(nodes=[node()], pods=[pod(startTime="2026-11-22T12:00:00Z")])
    assert Observation.from_wire(shown.to_wire()) == shown
