"""Kubernetes objects of a cell: NVIDIA device plugin, workload and its Service in the cluster."""

import json
from hashlib import sha256
from typing import Any

from domain.arm import naming
from domain.arm.managed_cluster import SPOT_TAINT_KEY
from domain.arm.naming import GPU_RESOURCE
from domain.kubernetes import pull_secret_manifests, secret_manifests, weights_manifests
from domain.kubernetes.autoscale_manifests import build_scaled_objects
from domain.kubernetes.expansion import unexpanded
from domain.kubernetes.identity_manifests import (
    CellIdentity,
    build_service_account,
    pod_settings,
)
from domain.kubernetes.secret_manifests import build_secret_objects
from domain.kubernetes.weights_check import init_containers
from domain.spec.model import EnvironmentSpec
from domain.spec.workload import count_replaced_at_once

DEVICE_PLUGIN_IMAGE = "nvcr.io/nvidia/k8s-device-plugin:v0.19.3"
DEVICE_PLUGIN_SOCKETS = "/var/lib/kubelet/device-plugins"

SHARED_MEMORY = "shared-memory"
"""The name of a volume."""

STARTUP_PERIOD_SECONDS = 10

NODE_AND_IMAGE_SECONDS = 2400
"""Longer than the boot of a GPU node and the image pull together."""

PRE_STOP_SECONDS = 15
"""The gateway asks for the addresses of the Service each 5 s; until then new requests arrive at a
replica that is being stopped."""


def build_workload(
    spec: EnvironmentSpec,
    replicas: int,
    identity: CellIdentity | None = None,
    *,
    held: bool = False,
) -> list[dict[str, Any]]:
    """In the order in which they are applied. `identity`: reads secrets and weights, where
    there are any. `held`: while another version serves beside it."""
    return [
        _namespace(spec),
        _device_plugin(spec),
        *(_identity_objects(spec, identity) if identity else ()),
        _model_service(spec, spec.name),
        _disruption_budget(spec, spec.name),
        _deployment(spec, replicas, identity, spec.name),
        *build_scaled_objects(spec, replicas, held=held),
    ]


def build_next_version(
    spec: EnvironmentSpec, replicas: int, identity: CellIdentity | None = None
) -> list[dict[str, Any]]:
    """The version that an update brings, beside the one that serves, under names of its own."""
    name = naming.next_version(spec.name)
    return [
        *(_identity_objects(spec, identity) if identity else ()),
        _model_service(spec, name),
        _disruption_budget(spec, name),
        _deployment(spec, replicas, identity, name),
        *build_scaled_objects(spec, replicas, name, held=True),
    ]


def _identity_objects(spec: EnvironmentSpec, identity: CellIdentity) -> list[dict[str, Any]]:
    """Pods need them to start."""
    return [
        build_service_account(spec),
        *build_secret_objects(spec, identity),
        *pull_secret_manifests.build_pull_secret_objects(spec, identity),
    ]


def _namespace(spec: EnvironmentSpec) -> dict[str, Any]:
    # Inference images commonly run as root, which `restricted` forbids and `baseline` allows.
    enforced = {"pod-security.kubernetes.io/enforce": "baseline"}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": naming.INFERENCE_NAMESPACE,
            "labels": {**naming.kubernetes_labels(spec, naming.INFERENCE_NAMESPACE), **enforced},
        },
    }


def _device_plugin(spec: EnvironmentSpec) -> dict[str, Any]:
    """AKS only installs the driver; without this DaemonSet no node advertises nvidia.com/gpu."""
    selector = {"app.kubernetes.io/name": naming.DEVICE_PLUGIN}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {
            "name": naming.DEVICE_PLUGIN,
            "namespace": naming.SYSTEM_NAMESPACE,
            "labels": naming.kubernetes_labels(spec, naming.DEVICE_PLUGIN),
        },
        "spec": {
            "selector": {"matchLabels": selector},
            "updateStrategy": {"type": "RollingUpdate"},
            "template": {
                "metadata": {"labels": naming.kubernetes_labels(spec, naming.DEVICE_PLUGIN)},
                "spec": {
                    **_placement(spec),
                    "priorityClassName": "system-node-critical",
                    "containers": [_device_plugin_container()],
                    "volumes": [
                        {
                            "name": "device-plugins",
                            "hostPath": {"path": DEVICE_PLUGIN_SOCKETS, "type": "Directory"},
                        }
                    ],
                },
            },
        },
    }


def _device_plugin_container() -> dict[str, Any]:
    return {
        "name": naming.DEVICE_PLUGIN,
        "image": DEVICE_PLUGIN_IMAGE,
        # With `false`, a plugin that starts before the NVIDIA driver waits for ever in a Ready
        # pod; a crash loop ends once the driver is there, and shows until then
        # (NVIDIA/k8s-device-plugin#170, zalando-incubator/kubernetes-on-aws#8468).
        "env": [{"name": "FAIL_ON_INIT_ERROR", "value": "true"}],
        "securityContext": _container_security(),
        "volumeMounts": [{"name": "device-plugins", "mountPath": DEVICE_PLUGIN_SOCKETS}],
    }


def _deployment(
    spec: EnvironmentSpec, replicas: int, identity: CellIdentity | None, name: str
) -> dict[str, Any]:
    labels = naming.kubernetes_labels(spec, name)
    pod = _pod(spec, identity)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": name,
            "namespace": naming.INFERENCE_NAMESPACE,
            "labels": labels,
        },
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": _selector(name)},
            # A surge pod would wait for a GPU that is not available: old pods are removed first.
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {
                    "maxSurge": 0,
                    "maxUnavailable": count_replaced_at_once(replicas),
                },
            },
            "progressDeadlineSeconds": NODE_AND_IMAGE_SECONDS + spec.workload.start_minutes * 60,
            "template": {
                "metadata": {"labels": {**labels, naming.TEMPLATE_LABEL: _digest(pod)}},
                "spec": pod,
            },
        },
    }


def _digest(pod: dict[str, Any]) -> str:
    return sha256(json.dumps(pod, sort_keys=True).encode()).hexdigest()[:16]


def _pod(spec: EnvironmentSpec, identity: CellIdentity | None) -> dict[str, Any]:
    pod: dict[str, Any] = {
        **_placement(spec),
        "automountServiceAccountToken": False,
        # Service links give an environment called `vllm` VLLM_PORT=tcp://..., which vLLM reads.
        "enableServiceLinks": False,
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "terminationGracePeriodSeconds": spec.workload.termination_grace_seconds,
        "containers": [_container(spec)],
        **pod_settings(spec),
        **pull_secret_manifests.pull_settings(spec),
    }
    if checks := init_containers(spec, _container_security()):
        pod["initContainers"] = checks
    if volumes := _volumes(spec, identity):
        pod["volumes"] = volumes
    return pod


def _volumes(spec: EnvironmentSpec, identity: CellIdentity | None) -> list[dict[str, Any]]:
    return [
        *_shared_memory(spec),
        *secret_manifests.volumes(spec),
        *weights_manifests.weights_volumes(spec, identity),
    ]


def _shared_memory(spec: EnvironmentSpec) -> list[dict[str, Any]]:
    if not _needs_shared_memory(spec):
        return []
    size = spec.workload.shared_memory
    memory = {"medium": "Memory", **({"sizeLimit": size} if size else {})}
    return [{"name": SHARED_MEMORY, "emptyDir": memory}]


def _volume_mounts(spec: EnvironmentSpec) -> list[dict[str, Any]]:
    shared = {"name": SHARED_MEMORY, "mountPath": "/dev/shm"}
    needed = [shared] if _needs_shared_memory(spec) else []
    return [
        *needed,
        *secret_manifests.volume_mounts(spec),
        *weights_manifests.weights_volume_mounts(spec),
    ]


def _container(spec: EnvironmentSpec) -> dict[str, Any]:
    workload = spec.workload
    probe = {"httpGet": _health_request(spec)}
    container: dict[str, Any] = {
        "name": spec.name,
        "image": workload.image,
        "ports": [{"name": "http", "containerPort": workload.port, "protocol": "TCP"}],
        # The last log lines of a crash become part of the pod's status.
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "env": _env(spec),
        "resources": _resources(spec),
        "startupProbe": {
            **probe,
            "periodSeconds": STARTUP_PERIOD_SECONDS,
            "timeoutSeconds": 5,
            "failureThreshold": _startup_seconds(spec) // STARTUP_PERIOD_SECONDS,
        },
        "readinessProbe": {
            **probe,
            "periodSeconds": 5,
            "timeoutSeconds": 5,
            "failureThreshold": 3,
        },
        "lifecycle": {"preStop": {"sleep": {"seconds": PRE_STOP_SECONDS}}},
        "securityContext": _container_security(),
    }
    if workload.command:
        container["command"] = [unexpanded(word) for word in workload.command]
    if workload.args:
        container["args"] = [unexpanded(arg) for arg in workload.args]
    if mounts := _volume_mounts(spec):
        container["volumeMounts"] = mounts
    return container


def _health_request(spec: EnvironmentSpec) -> dict[str, Any]:
    workload = spec.workload
    headers = [{"name": name, "value": value} for name, value in workload.health_headers.items()]
    more = {"httpHeaders": headers} if headers else {}
    return {"path": workload.health_path, "port": "http", **more}


def _startup_seconds(spec: EnvironmentSpec) -> int:
    return spec.workload.startup.timeout_minutes * 60


def _resources(spec: EnvironmentSpec) -> dict[str, Any]:
    """No limit of vCPUs: it would throttle a replica beside vCPUs that nothing else uses."""
    workload = spec.workload
    memory = {"memory": workload.memory} if workload.memory else {}
    requests = {**({"cpu": workload.cpu} if workload.cpu else {}), **memory}
    limits = {GPU_RESOURCE: str(workload.gpus_per_replica), **memory}
    return {"limits": limits, **({"requests": requests} if requests else {})}


def _needs_shared_memory(spec: EnvironmentSpec) -> bool:
    """GPUs of one replica communicate through /dev/shm (NCCL), of which a container has 64 MiB."""
    return spec.workload.gpus_per_replica > 1 or spec.workload.shared_memory is not None


def _env(spec: EnvironmentSpec) -> list[dict[str, Any]]:
    """The specification's variables and secrets override those of the model."""
    model = spec.workload.model
    defaults = {"MODEL_NAME": model.name, "MODEL_VERSION": model.version} if model else {}
    secrets = spec.workload.secrets
    texts = {**defaults, **weights_manifests.weights_variables(spec), **spec.workload.env}
    return [
        *(
            {"name": name, "value": unexpanded(text)}
            for name, text in texts.items()
            if name not in secrets
        ),
        *secret_manifests.variables(spec),
    ]


def _model_service(spec: EnvironmentSpec, version: str) -> dict[str, Any]:
    """Headless: its name gives the gateway the addresses of the ready replicas."""
    name = naming.model_service(version)
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": naming.INFERENCE_NAMESPACE,
            "labels": naming.kubernetes_labels(spec, name),
        },
        "spec": {
            "clusterIP": "None",
            "selector": _selector(version),
            "ports": [
                {
                    "name": "http",
                    "protocol": "TCP",
                    "port": spec.workload.port,
                    "targetPort": "http",
                }
            ],
        },
    }


def _disruption_budget(spec: EnvironmentSpec, name: str) -> dict[str, Any]:
    """One replica at a time: a minimum would let a single replica block every node upgrade."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {
            "name": name,
            "namespace": naming.INFERENCE_NAMESPACE,
            "labels": naming.kubernetes_labels(spec, name),
        },
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": _selector(name)}},
    }


def _placement(spec: EnvironmentSpec) -> dict[str, Any]:
    """Onto the GPU nodes, whose taints keep other pods away."""
    tolerations = [
        {"key": "sku", "operator": "Equal", "value": "gpu", "effect": "NoSchedule"},
    ]
    if spec.gpu.spot:
        # AKS adds this taint to every spot node.
        tolerations.append(
            {"key": SPOT_TAINT_KEY, "operator": "Equal", "value": "spot", "effect": "NoSchedule"}
        )
    return {"nodeSelector": {naming.GPU_NODE_LABEL: "true"}, "tolerations": tolerations}


def _container_security() -> dict[str, Any]:
    return {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def _selector(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name}
