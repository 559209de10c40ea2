"""The cases that users of GPU environments really meet: wait, or give up and say why."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.kubernetes.observation import Observation
from domain.kubernetes.readiness import (
    Condition,
    ConditionState,
    Readiness,
    ReadinessVerdict,
    decide_readiness,
)

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DEADLINE = START + timedelta(minutes=40)
POD = "fraud-llm-6f7d-x1"

NODE = {"name": "aks-gpu-0", "ready": True, "gpusAllocatable": 1}
BOOTING_NODE = {"name": "aks-gpu-0", "ready": False, "gpusAllocatable": 0}
NODE_WITHOUT_GPU = {"name": "aks-gpu-0", "ready": True, "gpusAllocatable": 0}
RUNNING = {"name": POD, "phase": "Running", "ready": True}
PLUGIN = {"desired": 1, "ready": 1}
GATEWAY = {"name": "fraud-llm-gateway-x1", "phase": "Running", "ready": True}
IP = "20.1.2.3"
ALL_READY: dict[str, Any] = {
    "nodes": [NODE],
    "pods": [RUNNING],
    "externalIp": IP,
    "gateways": [GATEWAY],
    "devicePlugin": PLUGIN,
    "events": [],
}


def pod(reason: str = "", message: str = "", **more: Any) -> dict[str, Any]:
    known = {"name": POD, "phase": "Pending", "ready": False, "reason": reason}
    return {**known, "message": message, **more}


def event(reason: str, message: str, about: str = f"Pod/{POD}", **more: Any) -> dict[str, Any]:
    return {"reason": reason, "message": message, "object": about, **more}


def look(
    observed: dict[str, Any], minutes: float = 1, replicas: int = 1, gpus: int = 1
) -> Readiness:
    observation = Observation.from_wire({**ALL_READY, **observed})
    now = START + timedelta(minutes=minutes)
    return decide_readiness(observation, replicas, gpus, now, START, DEADLINE)


STARTING = {**GATEWAY, "ready": False}
UNPULLED = {**STARTING, "reason": "ImagePullBackOff", "message": "Back-off pulling image"}


@pytest.mark.parametrize(
    ("gateways", "state", "detail"),
    [
        pytest.param(
            [GATEWAY, STARTING], ConditionState.READY, "1 of 2 gateways are ready.", id="one"
        ),
        pytest.param([], ConditionState.WAITING, "0 of 0 gateways are ready.", id="none yet"),
        pytest.param(
            [STARTING], ConditionState.WAITING, "0 of 1 gateways are ready.", id="starts"
        ),
        pytest.param(
            [UNPULLED, STARTING],
            ConditionState.WAITING,
            "0 of 2 gateways are ready (ImagePullBackOff).",
            id="with a reason",
        ),
    ],
)
def test_a_cell_is_ready_once_a_gateway_is(
    gateways: list[dict[str, Any]], state: ConditionState, detail: str
) -> None:
    readiness = look({"gateways": gateways})
    assert (readiness.gateway.state, readiness.gateway.detail) == (state, detail)
    assert (readiness.verdict is ReadinessVerdict.READY) is (state is ConditionState.READY)


@pytest.mark.parametrize(
    ("gateways", "message", "fix"),
    [
        pytest.param([], "has no pod", "repair", id="nothing created it"),
        pytest.param(
            [UNPULLED],
            "ImagePullBackOff: Back-off pulling image",
            "GATEWAY_IMAGE",
            id="its image cannot be pulled",
        ),
        pytest.param(
            [{**STARTING, "phase": "Pending", "reason": "Unschedulable", "message": "no cpu"}],
            "Unschedulable: no cpu",
            "room on the system pool",
            id="no room",
        ),
        pytest.param(
            [{**STARTING, "reason": "CrashLoopBackOff", "logTail": "bad config"}],
            "CrashLoopBackOff: bad config",
            "events and log",
            id="it does not start",
        ),
    ],
)
def test_a_gateway_that_never_gets_ready_is_named_at_the_deadline(
    gateways: list[dict[str, Any]], message: str, fix: str
) -> None:
    readiness = look({"gateways": gateways}, minutes=41)
    failure = readiness.failure
    assert readiness.verdict is ReadinessVerdict.GIVE_UP
    assert failure
    assert failure.reason == "GatewayNotReady"
    assert message in failure.message
    assert fix in failure.suggested_action


NO_GPU_FOR_POD = "0/3 nodes are available: 3 Insufficient nvidia.com/gpu."


def test_everything_there_is_ready() -> None:
    readiness = look({})
    assert (readiness.verdict, readiness.failure) == (ReadinessVerdict.READY, None)
    assert {c.state for c in readiness.conditions.values()} == {ConditionState.READY}
    assert readiness.delay_seconds == 0


def test_ready_at_the_deadline_is_ready() -> None:
    assert look({}, minutes=40).verdict is ReadinessVerdict.READY


def test_no_replica_needs_an_address_but_no_gpu() -> None:
    nothing = {"nodes": [], "pods": [], "devicePlugin": None}
    readiness = look(nothing, replicas=0, gpus=0)
    assert readiness.verdict is ReadinessVerdict.READY
    assert all(condition.detail for condition in readiness.conditions.values())
    without_ip = look({**nothing, "externalIp": None}, replicas=0, gpus=0)
    assert without_ip.verdict is ReadinessVerdict.WAIT


@pytest.mark.parametrize(
    ("observed", "waiting_for", "detail"),
    [
        pytest.param({"nodes": [], "pods": []}, "nodes", "3 to 10 minutes", id="no node yet"),
        pytest.param(
            {"nodes": [BOOTING_NODE]}, "nodes", "0 of 1 GPU nodes", id="a node that boots"
        ),
        pytest.param(
            {"nodes": [NODE_WITHOUT_GPU], "devicePlugin": {"desired": 1, "ready": 0}},
            "gpu",
            "ready on 0 of 1 nodes",
            id="a node whose plugin starts",
        ),
        pytest.param({"externalIp": None}, "externalIp", "pending", id="no address yet"),
        pytest.param({"externalIp": ""}, "externalIp", "pending", id="an empty address"),
        pytest.param({"pods": []}, "pods", "0 of 1 pods", id="no pod yet"),
        pytest.param(
            {"rollout": {"isSeen": True, "replicas": 1, "updated": 0, "ready": 1}},
            "pods",
            "of the previous version",
            id="a pod that is ready, of the previous version",
        ),
        pytest.param(
            {"rollout": {"isSeen": False, "replicas": 1, "updated": 1, "ready": 1}},
            "pods",
            "of the previous version",
            id="a change that the controller has not seen",
        ),
        pytest.param(
            {"pods": [pod("Unschedulable", NO_GPU_FOR_POD)], "nodes": []},
            "pods",
            "Unschedulable",
            id="Insufficient nvidia.com/gpu is normal while the node boots",
        ),
        pytest.param(
            {"pods": [pod("ContainerCreating")]}, "pods", "ContainerCreating", id="a large image"
        ),
        pytest.param(
            {"pods": [{**RUNNING, "ready": False}]}, "pods", "0 of 1", id="weights that load"
        ),
        pytest.param(
            {"pods": [pod("CrashLoopBackOff", restarts=4)]},
            "pods",
            "CrashLoopBackOff",
            id="a few crashes",
        ),
        pytest.param(
            {
                "externalIp": None,
                "events": [
                    event(
                        "SyncLoadBalancerFailed",
                        "AuthorizationFailed: does not have authorization on the subnet",
                        "Service/fraud-llm",
                    )
                ],
            },
            "externalIp",
            "pending",
            id="a missing permission, seen to pass after 20 minutes",
        ),
    ],
)
def test_what_passes_by_itself_is_waited_for(observed, waiting_for, detail) -> None:
    readiness = look(observed, minutes=20)
    assert (readiness.verdict, readiness.failure) == (ReadinessVerdict.WAIT, None)
    condition = readiness.conditions[waiting_for]
    assert condition.state is ConditionState.WAITING
    assert detail in condition.detail


def test_gpus_that_are_missing_say_nothing_of_a_plugin_that_offers_others() -> None:
    assert look({}, minutes=5, replicas=2, gpus=2).gpu.detail == "1 of 2 GPUs are allocatable."


def test_pods_say_each_reason_once() -> None:
    reasons = ["", "PodInitializing", "ContainerCreating", "ContainerCreating"]
    pods = [pod(reason, name=f"{POD}{index}") for index, reason in enumerate(reasons)]
    nodes = [{**NODE, "gpusAllocatable": 4}]
    shown = look({"nodes": nodes, "pods": pods}, replicas=4, gpus=4).pods.detail
    assert shown == "0 of 4 pods are ready (ContainerCreating, PodInitializing)."


OLD = {"name": "fraud-llm-5c4d-x0", "isOfLatestTemplate": False}
ROLLING_OUT = {"isSeen": True, "replicas": 2, "updated": 1, "ready": 0}


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(pod("CrashLoopBackOff", restarts=40), id="it crashed"),
        pytest.param(pod("InvalidImageName"), id="its image has no name"),
        pytest.param(pod("CreateContainerConfigError"), id="its secret is missing"),
    ],
)
def test_what_was_wrong_with_the_version_before_says_nothing_of_the_new_one(broken) -> None:
    """With several replicas, old pods that never got ready stay until a new one is."""
    starting = pod("ContainerCreating")
    readiness = look({"pods": [{**broken, **OLD}, starting], "rollout": ROLLING_OUT}, minutes=20)
    assert (readiness.verdict, readiness.failure) == (ReadinessVerdict.WAIT, None)


def test_what_is_wrong_with_the_new_version_is_said_although_the_old_one_serves() -> None:
    old = {**RUNNING, **OLD}
    observed = {"pods": [old, pod("InvalidImageName")], "rollout": {**ROLLING_OUT, "ready": 1}}
    readiness = look(observed, minutes=2)
    assert readiness.verdict is ReadinessVerdict.GIVE_UP
    assert readiness.failure
    assert POD in readiness.failure.message


def test_at_the_deadline_the_new_versions_pod_explains_and_not_the_old_ones() -> None:
    old = {**pod("CrashLoopBackOff", restarts=40), **OLD}
    new = {**pod(), "phase": "Running"}
    readiness = look({"pods": [old, new], "rollout": ROLLING_OUT}, minutes=40)
    assert readiness.failure
    assert (readiness.failure.reason, POD in readiness.failure.message) == (
        "ModelLoadFailed",
        True,
    )


@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff"])
@pytest.mark.parametrize(
    ("evidence", "minutes", "verdict"),
    [
        pytest.param({}, 4, ReadinessVerdict.WAIT, id="failing for four minutes"),
        pytest.param({}, 6, ReadinessVerdict.GIVE_UP, id="failing for six minutes"),
        pytest.param(
            {"startedAt": "2026-11-22T10:10:00Z"},
            14,
            ReadinessVerdict.WAIT,
            id="on a node for four minutes only",
        ),
        pytest.param(
            {"startedAt": "2026-11-22T10:10:00Z"},
            16,
            ReadinessVerdict.GIVE_UP,
            id="on a node for six",
        ),
    ],
)
def test_an_image_that_cannot_be_pulled_is_given_up_after_five_minutes(
    reason, evidence, minutes, verdict
) -> None:
    readiness = look({"pods": [pod(reason, "manifest unknown", **evidence)]}, minutes)
    assert readiness.verdict is verdict


def test_a_large_image_that_failed_only_just_now_is_waited_for() -> None:
    observed = {
        "pods": [pod("ErrImagePull", startedAt="2026-11-22T10:00:00Z")],
        "events": [
            event("Failed", "Failed to pull image x", firstSeenAt="2026-11-22T10:12:00Z"),
            event("Failed", "Failed to pull image y", "Pod/other", firstSeenAt=START.isoformat()),
        ],
    }
    assert look(observed, minutes=15).verdict is ReadinessVerdict.WAIT
    assert look(observed, minutes=18).verdict is ReadinessVerdict.GIVE_UP


def test_a_retry_gives_what_it_mends_the_time_that_a_first_attempt_had() -> None:
    """A role that was granted just before the retry is not applied yet."""
    hours_ago = "2026-11-22T07:00:00Z"
    observed = {
        "pods": [pod("ErrImagePull", startedAt=hours_ago)],
        "events": [event("Failed", "Failed to pull image x", firstSeenAt=hours_ago)],
    }
    assert look(observed, minutes=4).verdict is ReadinessVerdict.WAIT
    assert look(observed, minutes=6).verdict is ReadinessVerdict.GIVE_UP


def conflict(code: str) -> dict[str, Any]:
    message = f"Error syncing load balancer: Code: {code}, DNS record x is already used"
    return event("SyncLoadBalancerFailed", message, "Service/fraud-llm")


@pytest.mark.parametrize(
    ("observed", "failed", "reason", "text", "fix"),
    [
        pytest.param(
            {"pods": [pod("InvalidImageName", "couldn't parse image")]},
            "pods",
            "ImagePullFailed",
            "couldn't parse image",
            "image name",
            id="an image name that can never be pulled",
        ),
        pytest.param(
            {
                "pods": [
                    pod(
                        "CrashLoopBackOff",
                        restarts=5,
                        exitCode=1,
                        terminationReason="Error",
                        logTail="unknown option --bogus",
                    )
                ]
            },
            "pods",
            "CrashLoopBackOff",
            "crashed 5 times (Error, exit code 1). unknown option --bogus",
            "wrong args",
            id="a crash loop",
        ),
        pytest.param(
            {"pods": [pod("CrashLoopBackOff", restarts=7, terminationReason="OOMKilled")]},
            "pods",
            "CrashLoopBackOff",
            "OOMKilled",
            "more memory",
            id="a model that does not fit into memory",
        ),
        pytest.param(
            {"pods": [pod("Error", restarts=5, logTail="CUDA out of memory. Tried to allocate")]},
            "pods",
            "CrashLoopBackOff",
            "CUDA",
            "more memory",
            id="a model that does not fit onto the GPU, seen between two crashes",
        ),
        pytest.param(
            {"externalIp": None, "events": [conflict("DnsRecordInUse")]},
            "externalIp",
            "DnsLabelTaken",
            "DnsRecordInUse",
            "DNS label",
            id="a DNS label in use elsewhere",
        ),
        pytest.param(
            {"externalIp": None, "events": [conflict("PublicIPCountLimitReached")]},
            "externalIp",
            "PublicIpQuotaExceeded",
            "PublicIPCountLimitReached",
            "quota",
            id="no public IP left",
        ),
        pytest.param(
            {"pods": [pod("CreateContainerConfigError", 'secret "x" not found')]},
            "pods",
            "ContainerCannotStart",
            'secret "x" not found',
            "settings",
            id="a container that cannot be made",
        ),
    ],
)
def test_what_cannot_pass_by_itself_is_given_up_at_once(
    observed, failed, reason, text, fix
) -> None:
    readiness = look(observed, minutes=10)
    assert readiness.verdict is ReadinessVerdict.GIVE_UP
    assert readiness.failure is not None
    assert readiness.failure.reason == reason
    assert text in readiness.failure.message
    assert fix in readiness.failure.suggested_action
    condition = readiness.conditions[failed]
    assert condition == Condition(
        ConditionState.FAILED, readiness.failure.message, readiness.failure
    )


NO_SCALE_UP = "pod didn't trigger scale-up: 1 node(s) didn't match Pod's node affinity/selector"
SCALE_UP_QUOTA = (
    "Scale-up failed for group aks-gpu: Operation could not be completed as it results in "
    "exceeding approved StandardNCADSA100v4Family Cores quota. Additional details - Current "
    "Limit: 24, Current Usage: 24, Additional Required: 24, (Minimum) New Limit Required: 48."
)
WEBHOOK_DOWN = (
    'Internal error occurred: failed calling webhook "validation.gatekeeper.sh": failed to call '
    "webhook: connection refused"
)
WRONG_TAINT = "0/3 nodes are available: 1 node(s) had untolerated taint {team: other}."
WRONG_SELECTOR = "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector."


@pytest.mark.parametrize(
    ("observed", "failed", "reason", "text", "fix"),
    [
        pytest.param(
            {"nodes": [], "pods": [pod("Unschedulable", NO_GPU_FOR_POD)]},
            "nodes",
            "NodeNotReady",
            "No GPU node was created",
            "autoscaler",
            id="no node came",
        ),
        pytest.param(
            {"nodes": [], "events": [event("FailedToScaleUpGroup", SCALE_UP_QUOTA)]},
            "nodes",
            "QuotaExceeded",
            "0 vCPUs left (limit 24, used 24); 24 are required",
            "quota",
            id="the autoscaler met the quota",
        ),
        pytest.param(
            {"nodes": [], "events": [event("FailedToScaleUpGroup", "cause unknown")]},
            "nodes",
            "ScaleUpFailed",
            "FailedToScaleUpGroup: cause unknown",
            "activity log",
            id="the autoscaler failed for an unknown reason",
        ),
        pytest.param(
            {"nodes": [], "events": [event("NotTriggerScaleUp", NO_SCALE_UP)]},
            "nodes",
            "PodUnschedulable",
            "didn't match Pod's node affinity",
            "gridplane.io/gpu-pool=true",
            id="the selector matches no pool",
        ),
        pytest.param(
            {"nodes": [BOOTING_NODE]},
            "nodes",
            "NodeNotReady",
            "aks-gpu-0 exists but is not Ready",
            "retry",
            id="a node that never became Ready",
        ),
        pytest.param(
            {"nodes": [NODE_WITHOUT_GPU], "devicePlugin": None},
            "gpu",
            "GpuNotAllocatable",
            "is not deployed",
            "DaemonSet kube-system/nvidia-device-plugin",
            id="a Ready node and no device plugin",
        ),
        pytest.param(
            {"nodes": [NODE_WITHOUT_GPU], "devicePlugin": {"desired": 0, "ready": 0}},
            "gpu",
            "GpuNotAllocatable",
            "selector or tolerations match no node",
            "tolerations",
            id="a device plugin that does not tolerate the taint",
        ),
        pytest.param(
            {"nodes": [NODE_WITHOUT_GPU], "devicePlugin": {"desired": 1, "ready": 0}},
            "gpu",
            "GpuNotAllocatable",
            "ready on 0 of 1 nodes",
            "logs",
            id="an unhealthy device plugin",
        ),
        pytest.param(
            {"nodes": [NODE_WITHOUT_GPU]},
            "gpu",
            "GpuNotAllocatable",
            "is the NVIDIA driver installed?",
            "driver",
            id="a healthy device plugin without a driver",
        ),
        pytest.param(
            {"pods": [pod("Unschedulable", WRONG_TAINT)]},
            "pods",
            "PodUnschedulable",
            "untolerated taint",
            "taint team: other",
            id="a taint that is not tolerated",
        ),
        pytest.param(
            {"pods": [pod("Unschedulable", WRONG_SELECTOR)]},
            "pods",
            "PodUnschedulable",
            "didn't match",
            "gridplane.io/gpu-pool=true",
            id="a label that no node has",
        ),
        pytest.param(
            {"pods": [pod("Unschedulable", NO_GPU_FOR_POD)]},
            "pods",
            "PodUnschedulable",
            "Insufficient nvidia.com/gpu",
            "in use",
            id="GPUs that others use",
        ),
        pytest.param(
            {"pods": [pod()], "events": [event("FailedScheduling", WRONG_TAINT)]},
            "pods",
            "PodUnschedulable",
            "untolerated taint",
            "taint team: other",
            id="the scheduler's event explains a silent pod",
        ),
        pytest.param(
            {"pods": [pod()]},
            "pods",
            "PodUnschedulable",
            "no reason",
            "node selector",
            id="no explanation",
        ),
        pytest.param(
            {
                "pods": [pod("ErrImagePull", startedAt="2026-11-22T10:39:00Z")],
                "events": [event("Failed", "Failed to pull image: 401 Unauthorized")],
            },
            "pods",
            "ImagePullFailed",
            "401 Unauthorized",
            "AcrPull",
            id="an image, with the registry's own words",
        ),
        pytest.param(
            {"pods": [pod("CrashLoopBackOff", restarts=2)]},
            "pods",
            "CrashLoopBackOff",
            "crashed 2 times.",
            "log",
            id="crashes",
        ),
        pytest.param(
            {
                "pods": [{**RUNNING, "ready": False}],
                "events": [event("Unhealthy", "Startup probe failed: connection refused")],
            },
            "pods",
            "ModelLoadFailed",
            "Startup probe failed: connection refused",
            "healthPath",
            id="running, never ready",
        ),
        pytest.param(
            {
                "pods": [],
                "events": [event("FailedCreate", WEBHOOK_DOWN, "ReplicaSet/x")],
            },
            "pods",
            "AdmissionWebhookUnavailable",
            "connection refused",
            "repair the webhook",
            id="no pod was created",
        ),
        pytest.param(
            {
                "externalIp": None,
                "events": [event("SyncLoadBalancerFailed", "403 on the subnet", "Service/x")],
            },
            "externalIp",
            "ExternalIpPending",
            "403 on the subnet",
            "activity log",
            id="no address, with the reason",
        ),
        pytest.param(
            {"externalIp": None},
            "externalIp",
            "ExternalIpPending",
            "no EXTERNAL-IP",
            "public IP quota",
            id="no address, without a reason",
        ),
        pytest.param(
            {"nodes": [BOOTING_NODE], "pods": [], "externalIp": None, "devicePlugin": None},
            "nodes",
            "NodeNotReady",
            "not Ready",
            "",
            id="what everything else waits for is named",
        ),
    ],
)
def test_at_the_deadline_the_diagnosis_names_what_evidence_and_fix(
    observed, failed, reason, text, fix
) -> None:
    assert look(observed, minutes=39.9).verdict is ReadinessVerdict.WAIT
    readiness = look(observed, minutes=40)
    assert readiness.verdict is ReadinessVerdict.GIVE_UP
    assert readiness.failure is not None
    assert readiness.failure.reason == reason
    assert text in readiness.failure.message
    assert fix in readiness.failure.suggested_action
    assert readiness.conditions[failed].state is ConditionState.FAILED
    failed_ones = [c for c in readiness.conditions.values() if c.state is ConditionState.FAILED]
    assert len(failed_ones) == 1


def test_too_few_gpus_are_the_autoscalers_doing_not_the_plugins() -> None:
    observed = {"events": [event("FailedToScaleUpGroup", "no capacity here")]}
    readiness = look(observed, minutes=40, replicas=2, gpus=2)
    assert readiness.failure is not None
    assert readiness.failure.reason == "ScaleUpFailed"
    assert "no capacity here" in readiness.failure.message
    waiting = look({}, minutes=40, replicas=2, gpus=2)
    assert waiting.failure is not None
    assert waiting.failure.reason == "PodUnschedulable"
    assert "1 of 2 GPUs" in waiting.failure.message


def test_a_ready_replica_does_not_hide_the_one_that_crashes() -> None:
    other = pod("CrashLoopBackOff", restarts=6) | {"name": "fraud-llm-6f7d-x2"}
    nodes = [{**NODE, "gpusAllocatable": 2}]
    readiness = look({"nodes": nodes, "pods": [RUNNING, other]}, replicas=2, gpus=2)
    assert readiness.failure is not None
    assert "x2" in readiness.failure.message


def test_an_old_crashing_pod_does_not_matter_once_enough_are_ready() -> None:
    other = pod("CrashLoopBackOff", restarts=6) | {"name": "old"}
    assert look({"pods": [RUNNING, other]}).verdict is ReadinessVerdict.READY


@pytest.mark.parametrize(
    ("minutes", "delay"),
    [
        pytest.param(0, 5, id="short at first"),
        pytest.param(1, 5, id="short in the first minute"),
        pytest.param(3, 10, id="growing"),
        pytest.param(5, 15, id="longest after five minutes"),
        pytest.param(30, 15, id="longest from then on"),
        pytest.param(39.9, 6, id="the last look falls on the deadline"),
        pytest.param(39.999, 1, id="never a busy loop"),
    ],
)
def test_the_next_look_comes_after(minutes, delay) -> None:
    assert look({"externalIp": None}, minutes).delay_seconds == pytest.approx(delay)


def test_evidence_is_kept_without_subscription_ids() -> None:
    subscription = "12345678-1234-4321-8765-123456789abc"
    noise = [event("X", f"/subscriptions/{subscription}/x") for _ in range(20)]
    readiness = look({"externalIp": None, "events": noise}, minutes=40)
    assert readiness.failure is not None
    assert readiness.failure.innererror is not None
    assert len(readiness.failure.innererror["events"]) == 5
    assert subscription not in str(readiness)


def test_an_empty_look_waits_for_everything() -> None:
    readiness = decide_readiness(Observation(), 1, 1, START, START, DEADLINE)
    assert readiness.verdict is ReadinessVerdict.WAIT
    assert {c.state for c in readiness.conditions.values()} == {ConditionState.WAITING}


def test_observations_cross_the_wire() -> None:
    observation = Observation.from_wire(ALL_READY)
    assert Observation.from_wire(observation.to_wire()) == observation


@pytest.mark.parametrize(
    ("observed", "state", "detail"),
    [
        pytest.param(
            {"externalIp": "10.224.0.6"},
            ConditionState.READY,
            "The Service has the internal address 10.224.0.6 and a Private Link service.",
            id="complete",
        ),
        pytest.param(
            {"externalIp": None},
            ConditionState.WAITING,
            "The Service waits for its internal address and its Private Link service.",
            id="pending",
        ),
    ],
)
def test_an_internal_address_comes_with_its_private_link_service(
    observed: dict[str, Any], state: ConditionState, detail: str
):
    condition = look({"isInternal": True, **observed}).external_ip
    assert (condition.state, condition.detail) == (state, detail)
