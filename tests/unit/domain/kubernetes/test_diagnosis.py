"""What people read when a cell does not become ready: the cause with its evidence, and the fix."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.arm.error_actions import ELSEWHERE
from domain.kubernetes.address_diagnosis import find_lasting_ip_failure, pending_ip
from domain.kubernetes.node_diagnosis import describe_device_plugin, missing_gpu, missing_node
from domain.kubernetes.observation import Observation
from domain.kubernetes.pod_diagnosis import unready_pods
from domain.outcomes import Failure

POD = "fraud-llm-6f7d-x1"
OTHERS_POD = "fraud-llm-6f7d-x2"
BACKOFF = "pod didn't trigger scale-up: 1 in backoff after failed scale-up"
LOOK_AT_QUOTA = (
    f"Check the autoscaler's status and the vCPU quota of the GPU family; then retry, {ELSEWHERE}."
)

CHECK_SCALE_UP = (
    "Check vCPU quota, the subnet's IP addresses and the activity log of the node resource group; "
    f"then retry, {ELSEWHERE}."
)
REPAIRED = (
    "Delete the node unless AKS has repaired it, which it does after 10 minutes NotReady; "
    "then retry."
)
NOW = datetime(2026, 11, 22, 12, 6, tzinfo=UTC)


def observe(**observed: Any) -> Observation:
    return Observation.from_wire({"events": [], **observed})


def event(
    reason: str, message: str = "", about: str = f"Pod/{POD}", **more: Any
) -> dict[str, Any]:
    return {"reason": reason, "message": message, "object": about, **more}


def node(name: str = "aks-gpu-0", ready: bool = False, **more: Any) -> dict[str, Any]:
    return {"name": name, "ready": ready, "gpusAllocatable": 0, **more}


def no_node(**observed: Any) -> Failure:
    return missing_node(observe(**observed), NOW)


def pod(reason: str = "", name: str = POD, phase: str = "Pending", **more: Any) -> dict[str, Any]:
    return {"name": name, "phase": phase, "ready": False, "reason": reason, **more}


@pytest.mark.parametrize(
    ("diagnose", "reason", "message", "action"),
    [
        pytest.param(
            lambda: no_node(),
            "NodeNotReady",
            "No GPU node was created.",
            LOOK_AT_QUOTA,
            id="no node",
        ),
        pytest.param(
            lambda: no_node(nodes=[node("a"), node("b")]),
            "NodeNotReady",
            "GPU node a, b exists but is not Ready.",
            LOOK_AT_QUOTA,
            id="nodes that do not get ready",
        ),
        pytest.param(
            lambda: no_node(events=[event("FailedToScaleUpGroup", "Odd.")]),
            "ScaleUpFailed",
            "The autoscaler could not start a GPU node: FailedToScaleUpGroup: Odd.",
            CHECK_SCALE_UP,
            id="a scale-up that failed for an unknown reason",
        ),
        pytest.param(
            lambda: no_node(backoff={"nodeGroup": "aks-gpu-1-vmss"}),
            "ScaleUpFailed",
            "The autoscaler could not start a GPU node: node group aks-gpu-1-vmss is in backoff "
            "after a failed scale-up",
            CHECK_SCALE_UP,
            id="a backoff before Kubernetes 1.30, without a cause",
        ),
        pytest.param(
            lambda: no_node(
                backoff={
                    "nodeGroup": "aks-gpu-1-vmss",
                    "code": "provisioning-state-failed",
                    "message": "Azure failed to provision a node for this node group",
                },
                events=[event("NotTriggerScaleUp", BACKOFF)],
            ),
            "ScaleUpFailed",
            "The autoscaler could not start a GPU node: provisioning-state-failed: Azure failed "
            "to provision a node for this node group",
            CHECK_SCALE_UP,
            id="a backoff whose cause the autoscaler does not know",
        ),
        pytest.param(
            lambda: no_node(
                backoff={
                    "nodeGroup": "aks-gpu-1-vmss",
                    "code": "cloudProviderError",
                    "message": 'failed to increase node group size: Code="SkuNotAvailable" '
                    'Message="The requested VM size is not available."',
                },
                events=[event("NotTriggerScaleUp", BACKOFF)],
            ),
            "SkuNotAvailable",
            "Azure could not complete 'start a GPU node': failed to increase node group size: "
            'Code="SkuNotAvailable" Message="The requested VM size is not available."',
            f"Request access to the size from Azure support and retry, {ELSEWHERE}.",
            id="a backoff with Azure's error",
        ),
        pytest.param(
            lambda: no_node(events=[event("NotTriggerScaleUp", "No group fits.")]),
            "PodUnschedulable",
            "The autoscaler does not start a node for the pods: No group fits.",
            "Compare the pods' node selector gridplane.io/gpu-pool=true and their tolerations "
            "with the labels and taints of the GPU pool. A repair sets these again.",
            id="an autoscaler that refuses",
        ),
        pytest.param(
            lambda: no_node(events=[event("NotTriggerScaleUp", BACKOFF)]),
            "ScaleUpFailed",
            f"The autoscaler does not start a node for the pods: {BACKOFF}",
            CHECK_SCALE_UP,
            id="an autoscaler in backoff",
        ),
        pytest.param(
            lambda: no_node(
                events=[
                    event("TriggeredScaleUp", "0->1"),
                    event("NotTriggerScaleUp", BACKOFF),
                    event("FailedToScaleUpGroup", "Odd."),
                ]
            ),
            "NodeNotReady",
            "No GPU node was created.",
            LOOK_AT_QUOTA,
            id="a scale-up that was begun after one that failed",
        ),
        pytest.param(
            lambda: no_node(
                nodes=[node(createdAt="2026-11-22T12:05:00Z")],
                events=[
                    event("FailedToScaleUpGroup", "Odd.", lastSeenAt="2026-11-22T12:00:00Z"),
                    event(
                        "PreemptScheduled",
                        "Preempt Scheduled: 12:00",
                        "Node/aks-gpu-1-vmss000000",
                        lastSeenAt="2026-11-22T12:00:00Z",
                    ),
                ],
            ),
            "NodeNotReady",
            "GPU node aks-gpu-0 exists but is not Ready.",
            LOOK_AT_QUOTA,
            id="a node that came after a failed scale-up and an eviction",
        ),
        pytest.param(
            lambda: no_node(
                events=[
                    event(
                        "PreemptScheduled",
                        "Preempt Scheduled: Sun, 22 Nov 2026 12:00:00 GMT",
                        "Node/aks-gpu-1-vmss000000",
                    )
                ]
            ),
            "SpotEvicted",
            "Azure evicts the spot node aks-gpu-1-vmss000000: Preempt Scheduled: Sun, 22 Nov 2026 "
            "12:00:00 GMT",
            "Retry later, or set gpu.spot to false. The autoscaler looks for another spot node as "
            "long as the operation runs.",
            id="a spot node that Azure takes back",
        ),
        pytest.param(
            lambda: no_node(nodes=[node(isLost=True, message="Kubelet stopped posting.")]),
            "NodeNotReady",
            "GPU node aks-gpu-0: Kubelet stopped posting.",
            REPAIRED,
            id="a node that nobody hears of",
        ),
        pytest.param(
            lambda: no_node(nodes=[node(createdAt="2026-11-22T12:00:00Z", message="no CNI")]),
            "NodeNotReady",
            "GPU node aks-gpu-0: no CNI",
            REPAIRED,
            id="a node that does not get ready",
        ),
        pytest.param(
            lambda: no_node(nodes=[node("a", isLost=True, message="m"), node("b", isLost=True)]),
            "NodeNotReady",
            "GPU node a: m; b: no reason given",
            REPAIRED,
            id="two nodes that nobody hears of",
        ),
        pytest.param(
            lambda: no_node(
                nodes=[node(createdAt="2026-11-22T12:00:00Z")],
                events=[event("FailedToScaleUpGroup", "Odd.", lastSeenAt="2026-11-22T12:05:00Z")],
            ),
            "ScaleUpFailed",
            "The autoscaler could not start a GPU node: FailedToScaleUpGroup: Odd.",
            CHECK_SCALE_UP,
            id="a scale-up that failed after the node had come",
        ),
        pytest.param(
            lambda: no_node(
                nodes=[node(createdAt="2026-11-22T12:05:00Z")],
                events=[event("FailedToScaleUpGroup", "Odd.", lastSeenAt="2026-11-22T12:05:00Z")],
            ),
            "NodeNotReady",
            "GPU node aks-gpu-0 exists but is not Ready.",
            LOOK_AT_QUOTA,
            id="a node that came in the moment of a failed scale-up",
        ),
        pytest.param(
            lambda: missing_gpu(observe(), 2),
            "PodUnschedulable",
            "Insufficient nvidia.com/gpu: 0 of 2 GPUs are allocatable and no further node was "
            "added.",
            "Check the autoscaler's status and the vCPU quota of the GPU family, or lower "
            "replicas.",
            id="too few GPUs",
        ),
        pytest.param(
            lambda: missing_gpu(observe(nodes=[node("a", True), node("b", True)]), 2),
            "GpuNotAllocatable",
            "Node a, b is Ready but advertises no nvidia.com/gpu: DaemonSet kube-system/"
            "nvidia-device-plugin is not deployed.",
            "Check the DaemonSet kube-system/nvidia-device-plugin, its tolerations "
            "and logs, and whether the pool installs the NVIDIA driver.",
            id="nodes without GPUs",
        ),
        pytest.param(
            lambda: unready_pods(
                observe(events=[event("FailedCreate", "odd", "ReplicaSet/fraud-llm-1")]), 3
            ),
            "PodNotCreated",
            "0 of 3 pods were created. FailedCreate: odd",
            "Check the events of the Deployment and its ReplicaSet.",
            id="pods that are not created",
        ),
        pytest.param(
            lambda: unready_pods(observe(), 3),
            "PodNotCreated",
            "0 of 3 pods were created.",
            "Check the events of the Deployment and its ReplicaSet.",
            id="pods that are not created, and nobody says why",
        ),
        pytest.param(
            lambda: unready_pods(
                observe(
                    pods=[pod("ContainerCreating")],
                    events=[event("FailedAttachVolume", "Multi-Attach error")],
                ),
                1,
            ),
            "VolumeMountFailed",
            f"Pod {POD} cannot mount a volume: Multi-Attach error",
            "Create what the volume refers to, or correct the reference and update the "
            "environment.",
            id="a volume that another node has",
        ),
        pytest.param(
            lambda: pending_ip(observe()),
            "ExternalIpPending",
            "The Service has no EXTERNAL-IP.",
            "Check the activity log of the node resource group: public IP quota, DNS label in "
            "use, or a missing permission on the subnet.",
            id="no address",
        ),
        pytest.param(
            lambda: pending_ip(
                observe(
                    events=[
                        event("EnsuringLoadBalancer", "Ensuring load balancer"),
                        event("SyncLoadBalancerFailed", "LinkedAuthorizationFailed"),
                    ]
                )
            ),
            "ExternalIpPending",
            "The Service has no EXTERNAL-IP. SyncLoadBalancerFailed: LinkedAuthorizationFailed",
            "Check the activity log of the node resource group: public IP quota, DNS label in "
            "use, or a missing permission on the subnet.",
            id="no address, and the load balancer says why",
        ),
        pytest.param(
            lambda: unready_pods(
                observe(
                    pods=[pod("ErrImagePull")],
                    events=[
                        event("ErrImagePull", "of another pod", f"Pod/{OTHERS_POD}"),
                        event("Pulled", "of no interest"),
                        event("Failed", "Failed to pull image: denied"),
                    ],
                ),
                1,
            ),
            "ImagePullFailed",
            f"Pod {POD} cannot pull its image: Failed to pull image: denied",
            "Correct the image name or tag, or grant the cluster's kubelet identity AcrPull"
            " on the registry. A specification that names it under workload.registry"
            " has that done. Credentials for a registry elsewhere belong under"
            " workload.imagePullSecret.",
            id="an image that is denied",
        ),
        pytest.param(
            lambda: unready_pods(observe(pods=[pod("ErrImagePull")]), 1),
            "ImagePullFailed",
            f"Pod {POD} cannot pull its image: ErrImagePull",
            "Correct the image name or tag, or grant the cluster's kubelet identity AcrPull"
            " on the registry. A specification that names it under workload.registry"
            " has that done. Credentials for a registry elsewhere belong under"
            " workload.imagePullSecret.",
            id="an image without a message",
        ),
        pytest.param(
            lambda: unready_pods(
                observe(
                    pods=[pod("ImagePullBackOff", message='Back-off pulling image "x"')],
                    events=[
                        event("BackOff", 'Back-off pulling image "x": ErrImagePull'),
                        event("Failed", "Failed to pull image: 503 Service Unavailable"),
                    ],
                ),
                1,
            ),
            "ImagePullFailed",
            f"Pod {POD} cannot pull its image: Failed to pull image: 503 Service Unavailable",
            "Check the registry's status, its limits and the way from the nodes to it: the pull "
            "is repeated.",
            id="an image of a registry that is down",
        ),
        pytest.param(
            lambda: unready_pods(observe(pods=[pod("Error", restarts=5, exitCode=1)]), 1),
            "CrashLoopBackOff",
            f"Pod {POD} crashed 5 times (exit code 1).",
            "Check the container's last log lines: wrong args, missing weights or variables.",
            id="five crashes",
        ),
        pytest.param(
            lambda: unready_pods(
                observe(pods=[pod("Error", restarts=4, exitCode=1, phase="Running")]), 1
            ),
            "ModelLoadFailed",
            f"Pod {POD} runs but never became ready.",
            "Check port and healthPath; if the weights are only slow to load, retry.",
            id="four crashes are no loop yet",
        ),
        pytest.param(
            lambda: unready_pods(
                observe(pods=[pod("CrashLoopBackOff", terminationReason="OOMKilled")]), 1
            ),
            "CrashLoopBackOff",
            f"Pod {POD} crashed 0 times (OOMKilled).",
            "The model does not fit into memory: choose a vmSize with more memory, more "
            "gpusPerReplica, or a smaller model.",
            id="out of memory",
        ),
        pytest.param(
            lambda: unready_pods(
                observe(pods=[pod("CreateContainerConfigError", message="no such secret")]), 1
            ),
            "ContainerCannotStart",
            f"The container of pod {POD} cannot be created (CreateContainerConfigError): "
            "no such secret",
            "Correct the workload's settings and update the environment.",
            id="a container that cannot be created",
        ),
        pytest.param(
            lambda: unready_pods(
                observe(
                    pods=[pod()],
                    events=[
                        event("Scheduled", "of another kind"),
                        event("FailedScheduling", "of another pod", f"Pod/{OTHERS_POD}"),
                        event("FailedScheduling", "3 Insufficient nvidia.com/gpu."),
                    ],
                ),
                1,
            ),
            "PodUnschedulable",
            f"Pod {POD} cannot be scheduled: 3 Insufficient nvidia.com/gpu.",
            "All GPUs are in use: raise maxNodes, lower replicas, or check the autoscaler.",
            id="no GPU is free",
        ),
        pytest.param(
            lambda: unready_pods(observe(pods=[pod()]), 1),
            "PodUnschedulable",
            f"Pod {POD} cannot be scheduled: the scheduler gave no reason",
            "Compare the node selector gridplane.io/gpu-pool=true with the labels of the GPU "
            "pool. A repair sets these again.",
            id="no reason",
        ),
        pytest.param(
            lambda: unready_pods(
                observe(pods=[pod(message="had untolerated taint {sku: gpu}")]), 1
            ),
            "PodUnschedulable",
            f"Pod {POD} cannot be scheduled: had untolerated taint {{sku: gpu}}",
            "The pods do not tolerate the taint sku: gpu: remove it. A repair sets the taints of "
            "the GPU pool again.",
            id="a taint",
        ),
        pytest.param(
            lambda: unready_pods(
                observe(
                    pods=[
                        pod(
                            message="1 node(s) had untolerated taint "
                            "{node.kubernetes.io/not-ready: }, 2 node(s) had untolerated taint "
                            "{CriticalAddonsOnly: true}"
                        )
                    ]
                ),
                1,
            ),
            "NodeNotReady",
            f"Pod {POD} cannot be scheduled: 1 node(s) had untolerated taint "
            "{node.kubernetes.io/not-ready: }, 2 node(s) had untolerated taint "
            "{CriticalAddonsOnly: true}",
            "Check the GPU node that has the taint node.kubernetes.io/not-ready: Kubernetes sets "
            "it while the node is unhealthy. Then retry the operation.",
            id="a taint of a node that is not Ready",
        ),
        pytest.param(
            lambda: unready_pods(
                observe(
                    pods=[pod("CrashLoopBackOff", restarts=2, exitCode=137)],
                    events=[
                        event("Unhealthy", "Startup probe failed: HTTP 503"),
                        event("Killing", "Container llm failed startup probe, will be restarted"),
                    ],
                ),
                1,
            ),
            "ModelLoadFailed",
            f"Pod {POD} runs but never became ready. Unhealthy: Startup probe failed: HTTP 503",
            "Check port and healthPath; if the weights are only slow to load, retry.",
            id="killed by its startup probe",
        ),
        pytest.param(
            lambda: unready_pods(
                observe(
                    pods=[pod("CrashLoopBackOff", restarts=2, exitCode=137)],
                    events=[
                        event("Killing", "Stopping container llm"),
                        event("Killing", "failed startup probe", f"Pod/{OTHERS_POD}"),
                    ],
                ),
                1,
            ),
            "CrashLoopBackOff",
            f"Pod {POD} crashed 2 times (exit code 137).",
            "Check the container's last log lines: wrong args, missing weights or variables.",
            id="killed, but another pod by its probe",
        ),
        pytest.param(
            lambda: unready_pods(
                observe(
                    pods=[pod(phase="Running")],
                    events=[
                        event("Started", "of another kind"),
                        event("Unhealthy", "of another pod", f"Pod/{OTHERS_POD}"),
                        event("Unhealthy", "HTTP 503"),
                    ],
                ),
                1,
            ),
            "ModelLoadFailed",
            f"Pod {POD} runs but never became ready. Unhealthy: HTTP 503",
            "Check port and healthPath; if the weights are only slow to load, retry.",
            id="never ready",
        ),
    ],
)
def test_a_failure_names_its_cause_and_the_fix(
    diagnose: Callable[[], Failure], reason: str, message: str, action: str
) -> None:
    failure = diagnose()
    assert (failure.reason, failure.message) == (reason, message)
    assert failure.suggested_action == action
    assert failure.retryable is False


def test_a_failure_quotes_the_events_if_there_are_any() -> None:
    assert no_node().innererror is None
    quoted = {"object": f"Pod/{POD}", "reason": "Odd", "message": "Nobody knows."}
    failure = no_node(events=[event("Odd", "Nobody knows.")])
    assert failure.innererror == {"events": [quoted]}


@pytest.mark.parametrize(
    ("plugin", "state"),
    [
        (None, "is not deployed."),
        ({"desired": 0, "ready": 0}, "is missing, or its selector or tolerations match no node."),
        ({"desired": 2, "ready": 1}, "is ready on 1 of 2 nodes."),
        (
            {"desired": 2, "ready": 2},
            "is ready, but has registered no GPU: is the NVIDIA driver installed?",
        ),
    ],
)
def test_the_device_plugin_is_described_by_how_far_it_is(plugin, state: str) -> None:
    described = describe_device_plugin(observe(devicePlugin=plugin))
    assert described == f"DaemonSet kube-system/nvidia-device-plugin {state}"


def test_only_a_refusal_of_its_own_pods_explains_the_device_plugin() -> None:
    plugin = "DaemonSet/nvidia-device-plugin"
    events = [
        event("SuccessfulCreate", "Created pod", plugin),
        event("FailedCreate", "of others", "ReplicaSet/fraud-llm-1"),
        event("FailedCreate", "denied", plugin),
    ]
    for known, said in ((events[:2], ""), (events, " FailedCreate: denied")):
        described = describe_device_plugin(
            observe(devicePlugin={"desired": 2, "ready": 1}, events=known)
        )
        assert described.endswith(f"is ready on 1 of 2 nodes.{said}")


def test_a_node_that_the_autoscaler_removes_explains_why_the_device_plugin_has_left() -> None:
    going = node(ready=True, isScaledDown=True)
    left = observe(devicePlugin={"desired": 0, "ready": 0}, nodes=[going])
    assert describe_device_plugin(left) == (
        "DaemonSet kube-system/nvidia-device-plugin has registered no GPU, and the cluster "
        "autoscaler is removing the node."
    )


def test_a_taken_dns_label_lasts_and_keeps_azures_words() -> None:
    taken = event("SyncLoadBalancerFailed", "Code=DnsRecordInUse", "Service/fraud-llm")
    failure = find_lasting_ip_failure(observe(events=[taken]))
    assert failure is not None
    assert (failure.reason, failure.message) == (
        "DnsLabelTaken",
        "Azure could not complete 'create the Service's address': Code=DnsRecordInUse",
    )
    assert failure.innererror is not None
    assert failure.innererror["code"] == "SyncLoadBalancerFailed"


def test_an_internal_address_waits_for_its_private_link_service() -> None:
    syncing = event("SyncLoadBalancerFailed", "Code=Conflict", "Service/fraud-llm")
    failure = pending_ip(observe(isInternal=True, events=[syncing]))
    assert failure.reason == "PrivateLinkServicePending"
    assert "Code=Conflict" in failure.message


@pytest.mark.parametrize(
    "said",
    [
        "LB frontend(/x) already has unmanaged private link service(/y)",
        "getPrivateLinkServiceName(inference/fraud-llm) failed: cannot change existing private "
        "link service name (a) to (b)",
        "PrivateLinkServiceCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled",
    ],
)
def test_a_private_link_service_that_cannot_be_made_lasts(said: str) -> None:
    text = f"Error syncing load balancer: failed to ensure load balancer: {said}"
    refused = event("SyncLoadBalancerFailed", text, "Service/fraud-llm")
    failure = find_lasting_ip_failure(observe(isInternal=True, events=[refused]))
    assert failure is not None
    assert failure.reason == "PrivateLinkServiceRefused"
    assert said in failure.message


def test_a_scale_up_that_azure_refuses_keeps_azures_words() -> None:
    refused = event("FailedToScaleUp", "ZonalAllocationFailed: no machines")
    failure = missing_node(observe(events=[refused]), NOW)
    assert failure.reason == "ZonalAllocationFailed"
    assert failure.message == (
        "Azure could not complete 'start a GPU node': ZonalAllocationFailed: no machines"
    )
    assert failure.innererror is not None
    assert failure.innererror["code"] == "FailedToScaleUp"
