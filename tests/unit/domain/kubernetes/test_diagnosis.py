"""What people read when a cell does not become ready: the cause with its evidence, and the fix."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.kubernetes import diagnosis
from domain.kubernetes.observation import Observation
from domain.outcomes import Failure

POD = "fraud-llm-6f7d-x1"
OTHERS_POD = "fraud-llm-6f7d-x2"
BACKOFF = "pod didn't trigger scale-up: 1 in backoff after failed scale-up"
LOOK_AT_QUOTA = (
    "Check the autoscaler's status and the vCPU quota of the GPU family; then retry, or choose "
    "another vmSize or region."
)


def observe(**observed: Any) -> Observation:
    return Observation.from_wire({"events": [], **observed})


def event(reason: str, message: str = "", about: str = f"Pod/{POD}") -> dict[str, Any]:
    return {"reason": reason, "message": message, "object": about}


def node(name: str = "aks-gpu-0", ready: bool = False) -> dict[str, Any]:
    return {"name": name, "ready": ready, "gpusAllocatable": 0}


def pod(reason: str = "", name: str = POD, phase: str = "Pending", **more: Any) -> dict[str, Any]:
    return {"name": name, "phase": phase, "ready": False, "reason": reason, **more}


@pytest.mark.parametrize(
    ("diagnose", "reason", "message", "action"),
    [
        pytest.param(
            lambda: diagnosis.missing_node(observe()),
            "NodeNotReady",
            "No GPU node was created.",
            LOOK_AT_QUOTA,
            id="no node",
        ),
        pytest.param(
            lambda: diagnosis.missing_node(
                observe(nodes=[node("a"), node("b")], events=[event("FailedToScaleUp", "Odd.")])
            ),
            "NodeNotReady",
            "GPU node a, b exists but is not Ready. FailedToScaleUp: Odd.",
            LOOK_AT_QUOTA,
            id="nodes that do not get ready",
        ),
        pytest.param(
            lambda: diagnosis.missing_node(
                observe(events=[event("NotTriggerScaleUp", "No group fits.")])
            ),
            "PodUnschedulable",
            "The autoscaler does not start a node for the pods: No group fits.",
            "Compare the pods' node selector gridplane.io/gpu-pool=true and their tolerations "
            "with the labels and taints of the GPU pool.",
            id="an autoscaler that refuses",
        ),
        pytest.param(
            lambda: diagnosis.missing_node(observe(events=[event("NotTriggerScaleUp", BACKOFF)])),
            "ScaleUpFailed",
            f"The autoscaler does not start a node for the pods: {BACKOFF}",
            "Read the error in the ConfigMap kube-system/cluster-autoscaler-status, and check "
            "vCPU quota and the subnet's IP addresses; then retry, or choose another vmSize or "
            "region.",
            id="an autoscaler in backoff",
        ),
        pytest.param(
            lambda: diagnosis.missing_gpu(observe(), 2),
            "PodUnschedulable",
            "Insufficient nvidia.com/gpu: 0 of 2 GPUs are allocatable and no further node was "
            "added.",
            "Check the autoscaler's status and the vCPU quota of the GPU family, or lower "
            "replicas.",
            id="too few GPUs",
        ),
        pytest.param(
            lambda: diagnosis.missing_gpu(observe(nodes=[node("a", True), node("b", True)]), 2),
            "GpuNotAllocatable",
            "Node a, b is Ready but advertises no nvidia.com/gpu: DaemonSet kube-system/"
            "nvidia-device-plugin is not deployed.",
            "Check the DaemonSet kube-system/nvidia-device-plugin, its tolerations "
            "and logs, and whether the pool installs the NVIDIA driver.",
            id="nodes without GPUs",
        ),
        pytest.param(
            lambda: diagnosis.unready_pods(observe(events=[event("FailedCreate", "quota")]), 3),
            "PodNotCreated",
            "0 of 3 pods were created. FailedCreate: quota",
            "Check the events of the Deployment and its ReplicaSet.",
            id="pods that are not created",
        ),
        pytest.param(
            lambda: diagnosis.pending_ip(observe()),
            "ExternalIpPending",
            "The Service has no EXTERNAL-IP.",
            "Check the activity log of the node resource group: public IP quota, DNS label in "
            "use, or a missing permission on the subnet.",
            id="no address",
        ),
        pytest.param(
            lambda: diagnosis.pending_ip(
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
            lambda: diagnosis.unready_pods(
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
            " on the registry.",
            id="an image that is denied",
        ),
        pytest.param(
            lambda: diagnosis.unready_pods(observe(pods=[pod("ErrImagePull")]), 1),
            "ImagePullFailed",
            f"Pod {POD} cannot pull its image: ErrImagePull",
            "Correct the image name or tag, or grant the cluster's kubelet identity AcrPull"
            " on the registry.",
            id="an image without a message",
        ),
        pytest.param(
            lambda: diagnosis.unready_pods(
                observe(pods=[pod("Error", restarts=5, exitCode=1)]), 1
            ),
            "CrashLoopBackOff",
            f"Pod {POD} crashed 5 times (exit code 1).",
            "Check the container's last log lines: wrong args, missing weights or variables.",
            id="five crashes",
        ),
        pytest.param(
            lambda: diagnosis.unready_pods(
                observe(pods=[pod("Error", restarts=4, exitCode=1, phase="Running")]), 1
            ),
            "ModelLoadFailed",
            f"Pod {POD} runs but never became ready.",
            "Check port and healthPath; if the weights are only slow to load, retry.",
            id="four crashes are no loop yet",
        ),
        pytest.param(
            lambda: diagnosis.unready_pods(
                observe(pods=[pod("CrashLoopBackOff", terminationReason="OOMKilled")]), 1
            ),
            "CrashLoopBackOff",
            f"Pod {POD} crashed 0 times (OOMKilled).",
            "The model does not fit into memory: choose a vmSize with more memory, more "
            "gpusPerReplica, or a smaller model.",
            id="out of memory",
        ),
        pytest.param(
            lambda: diagnosis.unready_pods(
                observe(pods=[pod("CreateContainerConfigError", message="no such secret")]), 1
            ),
            "ContainerCannotStart",
            f"The container of pod {POD} cannot be created (CreateContainerConfigError): "
            "no such secret",
            "Correct the workload's settings and update the environment.",
            id="a container that cannot be created",
        ),
        pytest.param(
            lambda: diagnosis.unready_pods(
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
            lambda: diagnosis.unready_pods(observe(pods=[pod()]), 1),
            "PodUnschedulable",
            f"Pod {POD} cannot be scheduled: the scheduler gave no reason",
            "Compare the node selector gridplane.io/gpu-pool=true with the labels of the GPU "
            "pool.",
            id="no reason",
        ),
        pytest.param(
            lambda: diagnosis.unready_pods(
                observe(pods=[pod(message="had untolerated taint {sku: gpu}")]), 1
            ),
            "PodUnschedulable",
            f"Pod {POD} cannot be scheduled: had untolerated taint {{sku: gpu}}",
            "The pods do not tolerate the taint sku: gpu: add the toleration.",
            id="a taint",
        ),
        pytest.param(
            lambda: diagnosis.unready_pods(
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
            lambda: diagnosis.unready_pods(
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
            lambda: diagnosis.unready_pods(
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
    described = diagnosis.describe_device_plugin(observe(devicePlugin=plugin))
    assert described == f"DaemonSet kube-system/nvidia-device-plugin {state}"


def test_a_taken_dns_label_lasts_and_keeps_azures_words() -> None:
    taken = event("SyncLoadBalancerFailed", "Code=DnsRecordInUse", "Service/fraud-llm")
    failure = diagnosis.find_lasting_ip_failure(observe(events=[taken]))
    assert failure is not None
    assert (failure.reason, failure.message) == (
        "DnsLabelTaken",
        "Azure could not complete 'create the public IP': Code=DnsRecordInUse",
    )
    assert failure.innererror is not None
    assert failure.innererror["code"] == "SyncLoadBalancerFailed"


def test_a_scale_up_that_azure_refuses_keeps_azures_words() -> None:
    refused = event("FailedToScaleUp", "ZonalAllocationFailed: no machines")
    failure = diagnosis.missing_node(observe(events=[refused]))
    assert failure.reason == "ZonalAllocationFailed"
    assert failure.message == (
        "Azure could not complete 'start a GPU node': ZonalAllocationFailed: no machines"
    )
    assert failure.innererror is not None
    assert failure.innererror["code"] == "FailedToScaleUp"
