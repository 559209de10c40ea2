"""What is wrong shows on the step at the next look, long before the deadline."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.kubernetes.observation import Observation
from domain.kubernetes.readiness import (
    ConditionState,
    Readiness,
    ReadinessVerdict,
    decide_readiness,
)

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DEADLINE = START + timedelta(minutes=40)
POD = "fraud-llm-6f7d-x1"
NODE_NAME = "aks-gpu-1-vmss000000"

SPENT = (
    'failed to increase node group size: Code="OperationNotAllowed" Message="Operation could not '
    "be completed as it results in exceeding approved standardNCADSA100v4Family Cores quota. "
    "Additional details - Current Limit: 24, Current Usage: 24, Additional Required: 24, "
    '(Minimum) New Limit Required: 48."'
)
NO_ROOM = 'failed to increase node group size: Code="ZonalAllocationFailed" Message="No machines."'
DENIED = (
    'Error creating: admission webhook "validation.gatekeeper.sh" denied the request: [gpu-limit] '
    "too many GPUs"
)
QUOTA = 'Error creating: pods "x" is forbidden: exceeded quota: gpus, requested: 1, used: 4'
INSECURE = 'Error creating: pods "x" is forbidden: violates PodSecurity "baseline:latest"'
NO_ACCOUNT = (
    'Error creating: pods "x" is forbidden: error looking up service account inference/default: '
    'serviceaccount "default" not found'
)
WEBHOOK_DOWN = 'Error creating: Internal error occurred: failed calling webhook "x": EOF'


def at(minutes: float) -> str:
    return (START + timedelta(minutes=minutes)).isoformat()


def node(**more: Any) -> dict[str, Any]:
    return {
        "name": NODE_NAME,
        "ready": True,
        "gpusAllocatable": 1,
        "createdAt": at(-5),
        "changedAt": at(-3),
        **more,
    }


def pod(reason: str = "", message: str = "", **more: Any) -> dict[str, Any]:
    known = {"name": POD, "phase": "Pending", "ready": False, "reason": reason}
    return {**known, "message": message, **more}


def event(
    reason: str, message: str, about: str = f"Pod/{POD}", *, first: float = 0.5, last: float = 1
) -> dict[str, Any]:
    seen = {"firstSeenAt": at(first), "lastSeenAt": at(last)}
    return {"reason": reason, "message": message, "object": about, **seen}


def refused(message: str, **seen: float) -> dict[str, Any]:
    about = "ReplicaSet/fraud-llm-6f7d"
    return {"pods": [], "events": [event("FailedCreate", message, about, **seen)]}


def look(
    observed: dict[str, Any], minutes: float = 2, *, has_alternative: bool = False
) -> Readiness:
    healthy = {
        "gateways": [{"name": "fraud-llm-gateway-x1", "phase": "Running", "ready": True}],
        "nodes": [node()],
        "pods": [pod("ContainerCreating")],
        "externalIp": "20.1.2.3",
        "devicePlugin": {"desired": 1, "ready": 1},
    }
    observation = Observation.from_wire({**healthy, **observed})
    now = START + timedelta(minutes=minutes)
    return decide_readiness(
        observation, 1, 1, now, START, DEADLINE, has_alternative=has_alternative
    )


BACKOFF = {"nodeGroup": "aks-gpu-1-vmss", "code": "cloudProviderError"}
LOST = node(ready=False, isLost=True, message="Kubelet stopped posting node status.")
EVICTED = event("PreemptScheduled", "Preempt Scheduled: 10:00:30 GMT", f"Node/{NODE_NAME}")
PLUGIN_WAITS = {"nodes": [node(gpusAllocatable=0)]}


@pytest.mark.parametrize(
    ("observed", "condition", "code", "evidence"),
    [
        pytest.param(
            {"nodes": [], "backoff": {**BACKOFF, "message": SPENT}},
            "nodes",
            "QuotaExceeded",
            "limit 24, used 24",
            id="the autoscaler met the quota",
        ),
        pytest.param(
            {"nodes": [], "backoff": {**BACKOFF, "message": NO_ROOM}},
            "nodes",
            "ZonalAllocationFailed",
            "No machines",
            id="the autoscaler met no capacity",
        ),
        pytest.param(
            {"nodes": [], "backoff": {**BACKOFF, "message": NO_ROOM}, "pods": [pod()]},
            "pods",
            "ZonalAllocationFailed",
            "No machines",
            id="the pods wait for the same reason",
        ),
        pytest.param(
            {"nodes": [], "events": [event("FailedToScaleUpGroup", SPENT, "ConfigMap/x")]},
            "nodes",
            "QuotaExceeded",
            "limit 24",
            id="the autoscaler's event",
        ),
        pytest.param({"nodes": [LOST]}, "nodes", "NodeNotReady", "Kubelet stopped", id="lost"),
        pytest.param(
            {"nodes": [LOST], "pods": [pod()]},
            "pods",
            "NodeNotReady",
            "Kubelet stopped",
            id="the pods of a lost node",
        ),
        pytest.param(
            {"nodes": [], "events": [EVICTED]},
            "nodes",
            "SpotEvicted",
            NODE_NAME,
            id="a spot node that Azure took back",
        ),
        pytest.param(
            PLUGIN_WAITS,
            "gpu",
            "GpuNotAllocatable",
            "is the NVIDIA driver installed?",
            id="a device plugin that waits for ever",
        ),
        pytest.param(
            {**PLUGIN_WAITS, "pods": [pod()]},
            "pods",
            "GpuNotAllocatable",
            "is the NVIDIA driver installed?",
            id="the pods of a node without GPUs",
        ),
        pytest.param(
            {
                "pods": [pod("ErrImagePull", "manifest unknown")],
                "rollout": {"isSeen": True, "replicas": 2, "updated": 1, "ready": 1},
            },
            "pods",
            "ImagePullFailed",
            "some of them of the previous version. ",
            id="a new version whose image is missing",
        ),
        pytest.param(
            refused(DENIED, first=0, last=0),
            "pods",
            "AdmissionDenied",
            "too many GPUs",
            id="an event of the operation's first moment",
        ),
        pytest.param(
            {
                "nodes": [node(gpusAllocatable=0, changedAt=at(1.9))],
                "devicePlugin": {
                    "desired": 1,
                    "ready": 0,
                    "reason": "CrashLoopBackOff",
                    "message": "back-off 20s",
                },
            },
            "gpu",
            "GpuNotAllocatable",
            "ready on 0 of 1 nodes (CrashLoopBackOff: back-off 20s)",
            id="a device plugin that crashes, at once",
        ),
        pytest.param(
            {
                **PLUGIN_WAITS,
                "devicePlugin": {"desired": 1, "ready": 0},
                "events": [event("FailedCreate", DENIED, "DaemonSet/nvidia-device-plugin")],
            },
            "gpu",
            "GpuNotAllocatable",
            "validation.gatekeeper.sh",
            id="a device plugin that is not admitted",
        ),
        pytest.param(
            refused(DENIED), "pods", "AdmissionDenied", "too many GPUs", id="a webhook denies"
        ),
        pytest.param(
            refused(QUOTA), "pods", "PodQuotaExceeded", "exceeded quota: gpus", id="a quota"
        ),
        pytest.param(
            refused(INSECURE), "pods", "AdmissionDenied", "PodSecurity", id="Pod Security"
        ),
        pytest.param(
            refused(NO_ACCOUNT),
            "pods",
            "ServiceAccountMissing",
            "inference/default",
            id="a service account that is missing",
        ),
        pytest.param(
            refused(WEBHOOK_DOWN),
            "pods",
            "AdmissionWebhookUnavailable",
            "EOF",
            id="a webhook that does not answer",
        ),
        pytest.param(
            {"pods": [pod("ErrImagePull", "manifest unknown")]},
            "pods",
            "ImagePullFailed",
            "manifest unknown",
            id="an image that is missing",
        ),
        pytest.param(
            {
                "pods": [pod("ImagePullBackOff", 'Back-off pulling image "x"')],
                "events": [
                    event("Failed", "Error: ImagePullBackOff"),
                    event("BackOff", 'Back-off pulling image "x"'),
                    event("Failed", 'Failed to pull image "x": 401 Unauthorized'),
                ],
            },
            "pods",
            "ImagePullFailed",
            "401 Unauthorized",
            id="an image that may not be pulled",
        ),
        pytest.param(
            {"pods": [pod("CrashLoopBackOff", restarts=1, exitCode=1, logTail="no such file")]},
            "pods",
            "CrashLoopBackOff",
            "crashed once (exit code 1). no such file",
            id="a crash",
        ),
        pytest.param(
            {
                "pods": [pod("ContainerCreating")],
                "events": [event("FailedMount", 'secret "weights" not found')],
            },
            "pods",
            "VolumeMountFailed",
            'secret "weights" not found',
            id="a volume that cannot be mounted",
        ),
        pytest.param(
            {"pods": [pod("CreateContainerConfigError", 'secret "x" not found')]},
            "pods",
            "ContainerCannotStart",
            'secret "x" not found',
            id="a container that cannot be made",
        ),
        pytest.param(
            {"pods": [pod("Unschedulable", "1 node(s) had untolerated taint {team: other}.")]},
            "pods",
            "PodUnschedulable",
            "untolerated taint",
            id="a taint on a node that is ready",
        ),
        pytest.param(
            {
                "externalIp": None,
                "events": [
                    event(
                        "SyncLoadBalancerFailed",
                        '{"error":{"code":"AuthorizationFailed","message":"no join/action"}}',
                        "Service/fraud-llm",
                    )
                ],
            },
            "externalIp",
            "ClusterIdentityForbidden",
            "join/action",
            id="a permission on the subnet that is missing",
        ),
    ],
)
def test_within_two_minutes_the_step_says_what_it_waits_for(
    observed, condition, code, evidence
) -> None:
    readiness = look(observed)
    assert (readiness.verdict, readiness.failure) == (ReadinessVerdict.WAIT, None)
    shown = readiness.conditions[condition]
    assert shown.failure is not None
    assert shown.failure.reason == code
    assert f"{code}: " in shown.detail
    assert evidence in shown.detail
    assert shown.failure.suggested_action


@pytest.mark.parametrize(
    "observed",
    [
        pytest.param({"nodes": [], "pods": [pod()]}, id="no node yet"),
        pytest.param(
            {"nodes": [node(ready=False, createdAt=at(1), message="cni plugin not initialized")]},
            id="a node that boots",
        ),
        pytest.param(
            {"nodes": [node(gpusAllocatable=0, changedAt=at(1))]}, id="a plugin that starts"
        ),
        pytest.param(
            {"nodes": [], "pods": [pod("Unschedulable", "3 Insufficient nvidia.com/gpu.")]},
            id="pods that wait for a node",
        ),
        pytest.param(
            {
                "nodes": [node(changedAt=at(1.5))],
                "pods": [pod("Unschedulable", "1 Insufficient nvidia.com/gpu.")],
            },
            id="pods that are about to be bound",
        ),
        pytest.param({"pods": [pod("ContainerCreating")]}, id="an image that is pulled"),
        pytest.param(
            {
                "pods": [pod(phase="Running")],
                "events": [event("Unhealthy", "Startup probe failed: connection refused")],
            },
            id="weights that load",
        ),
        pytest.param(
            {
                "pods": [pod("ContainerCreating")],
                "events": [event("FailedCreate", QUOTA, "ReplicaSet/fraud-llm-6f7d")],
            },
            id="pods that were created in the end",
        ),
        pytest.param(
            {"pods": [], "events": [event("FailedCreate", DENIED, "ReplicaSet/x", last=-2)]},
            id="an event of the operation before",
        ),
        pytest.param(
            {
                "nodes": [],
                "events": [
                    event("TriggeredScaleUp", "0->1", last=1.5),
                    event("FailedToScaleUpGroup", SPENT, "ConfigMap/x"),
                ],
            },
            id="a scale-up that was begun again",
        ),
        pytest.param(
            {"events": [EVICTED], "pods": [pod("ContainerCreating")]},
            id="an eviction that another node has replaced",
        ),
        pytest.param(
            {
                "nodes": [],
                "events": [
                    event("PreemptScheduled", "of others", "Node/aks-system-1-vmss000000"),
                    event("Rebooted", "of no interest", f"Node/{NODE_NAME}"),
                ],
            },
            id="events of other nodes and of other kinds",
        ),
        pytest.param(
            {
                "pods": [],
                "events": [
                    event("FailedCreate", DENIED, "DaemonSet/nvidia-device-plugin"),
                    event("SuccessfulDelete", "Deleted pod", "ReplicaSet/fraud-llm-6f7d"),
                ],
            },
            id="pods that nobody refuses",
        ),
    ],
)
def test_a_normal_start_names_no_cause(observed) -> None:
    readiness = look(observed)
    assert readiness.verdict is ReadinessVerdict.WAIT
    assert [each.failure for each in readiness.conditions.values()] == [None] * 5


def pulling(message: str) -> dict[str, Any]:
    return {"pods": [pod("ErrImagePull", message, startedAt=at(0))]}


@pytest.mark.parametrize(
    ("observed", "minutes"),
    [
        pytest.param(pulling("x: not found"), 5, id="an image that does not exist"),
        pytest.param(pulling("401 Unauthorized"), 10, id="a role that may still arrive"),
        pytest.param(
            pulling(
                "unexpected status from HEAD request to https://r/v2: 503 Service Unavailable"
            ),
            20,
            id="a registry that is down",
        ),
        pytest.param(
            pulling("toomanyrequests: You have reached your pull rate limit."),
            20,
            id="a registry that limits",
        ),
        pytest.param(pulling("dial tcp 1.2.3.4:443: i/o timeout"), 20, id="no way to it"),
        pytest.param(
            {"pods": [pod("CreateContainerConfigError", "no secret", startedAt=at(0))]},
            5,
            id="a secret",
        ),
        pytest.param(refused(DENIED, first=0.5, last=30), 5.5, id="a webhook that denies"),
        pytest.param(refused(INSECURE, first=0.5, last=30), 5.5, id="Pod Security"),
        pytest.param(refused(QUOTA, first=-60, last=30), 5, id="a quota, from before"),
    ],
)
def test_what_cannot_pass_is_given_up_once_what_could_has_passed(observed, minutes) -> None:
    assert look(observed, minutes - 0.1).verdict is ReadinessVerdict.WAIT
    readiness = look(observed, minutes)
    assert readiness.verdict is ReadinessVerdict.GIVE_UP
    assert readiness.conditions["pods"].failure == readiness.failure


@pytest.mark.parametrize(
    "observed",
    [
        pytest.param(refused(WEBHOOK_DOWN, last=39), id="a webhook that may come back"),
        pytest.param(refused(NO_ACCOUNT, last=39), id="a service account that may be created"),
        pytest.param({"nodes": [], "backoff": {**BACKOFF, "message": SPENT}}, id="a quota"),
        pytest.param({"nodes": [], "backoff": {**BACKOFF, "message": NO_ROOM}}, id="capacity"),
        pytest.param({"nodes": [LOST]}, id="a node that AKS repairs"),
        pytest.param(
            {"nodes": [node(ready=False, createdAt=at(1))]}, id="a node that does not get ready"
        ),
        pytest.param({"nodes": [], "events": [EVICTED]}, id="an eviction"),
        pytest.param(PLUGIN_WAITS, id="a device plugin that may be mended"),
        pytest.param(
            {"events": [event("FailedMount", "not found", last=39)]}, id="a volume that may come"
        ),
    ],
)
def test_what_may_heal_is_waited_for_until_the_deadline(observed) -> None:
    assert look(observed, 39.9).verdict is ReadinessVerdict.WAIT
    assert look(observed, 40).verdict is ReadinessVerdict.GIVE_UP


def test_whoever_denies_a_pod_is_named_in_the_advice() -> None:
    failure = look(refused(DENIED)).pods.failure
    assert failure
    assert "'validation.gatekeeper.sh'" in failure.suggested_action


def test_a_cause_takes_the_place_of_the_usual_times() -> None:
    shown = look({"nodes": [], "backoff": {**BACKOFF, "message": NO_ROOM}}).nodes.detail
    assert shown.startswith("No GPU node exists yet. ZonalAllocationFailed: ")


@pytest.mark.parametrize(
    ("observed", "minutes", "has_alternative", "reason"),
    [
        pytest.param({"message": NO_ROOM}, 2, True, "ZonalAllocationFailed", id="refused"),
        pytest.param({"message": NO_ROOM}, 1.9, True, None, id="a status that may be outdated"),
        pytest.param({"message": NO_ROOM}, 30, False, None, id="nothing else to try"),
        pytest.param(None, 30, True, None, id="a node that is broken, not refused"),
    ],
)
def test_a_refusal_of_azure_is_not_waited_for_if_there_is_another_offer(
    observed: dict[str, Any] | None, minutes: float, has_alternative: bool, reason: str | None
) -> None:
    found = {"nodes": [], "backoff": {**BACKOFF, **observed}} if observed else {"nodes": [LOST]}
    readiness = look(found, minutes, has_alternative=has_alternative)
    assert (readiness.failure.reason if readiness.failure else None) == reason
    given_up = readiness.verdict is ReadinessVerdict.GIVE_UP
    assert given_up is (reason is not None)
    if given_up:
        assert readiness.nodes.state is ConditionState.FAILED
        assert readiness.delay_seconds == 0
