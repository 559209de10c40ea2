"""Kubernetes objects of a cell's gateway: its files, two Envoys, and the Service of the edge."""

from typing import Any

from domain.arm import naming
from domain.arm.naming import CERTIFICATE_VOLUME
from domain.serving.gateway.bootstrap import config_digest, render_files
from domain.serving.gateway.listeners import PROBE_PATH
from domain.serving.gateway.process import (
    CONTAINER_NAME,
    DRAIN_SECONDS,
    build_arguments,
    build_drain_command,
)
from domain.serving.gateway.settings import (
    CERTIFICATE_FOLDER,
    CONFIG_FOLDER,
    GatewaySettings,
    GatewayState,
    Installation,
    ModelAddress,
    NextVersion,
    RouteSettings,
)
from domain.serving.network_policies import build_network_policies
from domain.serving.public_service import build_public_service, find_public_port
from domain.spec.access import AccessMode
from domain.spec.model import EnvironmentSpec

REPLICAS = 2

CONFIG_ANNOTATION = "gridplane.io/gateway-config"
"""Of the pods: Envoy reads its configuration only when it starts."""

GRACE_SECONDS = DRAIN_SECONDS + 20
"""The preStop hook counts against it."""

ENVOY_USER = 101
"""Of Envoy's image."""

CPU_REQUEST, MEMORY_REQUEST, MEMORY_LIMIT = "100m", "128Mi", "512Mi"
"""75 MB resident at rest, 466 MB with forty bodies of 16 MiB: requests are refused before the heap
reaches the limit (`GatewayLimits.heap_bytes`)."""

_PROBE_SECONDS = 5


def build_gateway(
    spec: EnvironmentSpec,
    region: str,
    subscription_id: str,
    installation: Installation,
    front_door_id: str,
    state: GatewayState,
    certificate: dict[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """In the order in which they are applied: the pods wait for their ConfigMap. `certificate`:
    the volume of the specification's origin certificate, if it has one."""
    settings = build_settings(spec, installation, front_door_id)
    return [
        _config_map(spec, render_files(settings, state)),
        *build_network_policies(spec, settings.ports),
        _disruption_budget(spec),
        _deployment(spec, settings, installation.gateway_image, certificate),
        build_public_service(spec, region, subscription_id, _selector(spec)),
    ]


def build_route_settings(spec: EnvironmentSpec, installation: Installation) -> RouteSettings:
    return RouteSettings(**_routing(spec, installation))


def build_next_settings(spec: EnvironmentSpec, weight: int) -> NextVersion:
    model = spec.workload.model
    return NextVersion(
        weight=weight,
        model_name=model.name if model else None,
        model_version=model.version if model else None,
    )


def build_settings(
    spec: EnvironmentSpec, installation: Installation, front_door_id: str
) -> GatewaySettings:
    return GatewaySettings(
        **_routing(spec, installation),
        front_door_id=front_door_id,
        issuer=installation.issuer if spec.access.mode is AccessMode.ENTRA else None,
        replicas=REPLICAS,
        certificate_folder=CERTIFICATE_FOLDER if spec.edge.origin_certificate else None,
    )


def _routing(spec: EnvironmentSpec, installation: Installation) -> dict[str, Any]:
    workload, host = spec.workload, naming.model_host(spec.name)
    model = workload.model
    return {
        "environment": spec.name,
        "access": spec.access,
        "audit": spec.audit,
        "model": ModelAddress(host, workload.port, workload.health_path, workload.health_headers),
        "model_name": model.name if model else None,
        "model_version": model.version if model else None,
        "status_url": f"{installation.public_url}/environments/{spec.name}",
        "wakes_on_request": spec.idle.wake_on_request,
        "next_host": (
            naming.model_host(naming.next_version(spec.name)) if spec.is_blue_green else None
        ),
    }


def _metadata(spec: EnvironmentSpec, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": naming.INFERENCE_NAMESPACE,
        "labels": naming.kubernetes_labels(spec, name),
    }


def _selector(spec: EnvironmentSpec) -> dict[str, str]:
    return {"app.kubernetes.io/name": naming.gateway_name(spec.name)}


def _config_map(spec: EnvironmentSpec, files: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(spec, naming.gateway_name(spec.name)),
        "data": files,
    }


def _deployment(
    spec: EnvironmentSpec,
    settings: GatewaySettings,
    image: str,
    certificate: dict[str, Any] | None,
) -> dict[str, Any]:
    pod = _pod(spec, settings, image)
    if certificate:
        pod["serviceAccountName"] = naming.service_account(spec.name)
        pod["volumes"].append(certificate)
    metadata = _metadata(spec, naming.gateway_name(spec.name))
    template = {
        "labels": metadata["labels"],
        "annotations": {CONFIG_ANNOTATION: config_digest(settings)},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {
            "replicas": settings.replicas,
            "selector": {"matchLabels": _selector(spec)},
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
            },
            "template": {"metadata": template, "spec": pod},
        },
    }


def _pod(spec: EnvironmentSpec, settings: GatewaySettings, image: str) -> dict[str, Any]:
    apart = {
        "labelSelector": {"matchLabels": _selector(spec)},
        "topologyKey": "kubernetes.io/hostname",
    }
    # Preferred: while one of the two nodes is upgraded, both gateways share the other.
    preferred = {"weight": 100, "podAffinityTerm": apart}
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "nodeSelector": {"kubernetes.azure.com/mode": "system"},
        "tolerations": [{"key": "CriticalAddonsOnly", "operator": "Exists"}],
        "affinity": {
            "podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [preferred]}
        },
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": ENVOY_USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "containers": [_container(spec, settings, image)],
        # As a folder: Envoy never sees a change of a file that is mounted by itself (`subPath`).
        "volumes": [
            {"name": "config", "configMap": {"name": naming.gateway_name(spec.name)}},
        ],
    }


def _container(spec: EnvironmentSpec, settings: GatewaySettings, image: str) -> dict[str, Any]:
    ports = {
        find_public_port(spec).name: settings.ports.public,
        "probe": settings.ports.probe,
        "stats": settings.ports.stats,
    }
    return {
        "name": CONTAINER_NAME,
        "image": image,
        "args": build_arguments(settings),
        "ports": [
            {"name": name, "containerPort": port, "protocol": "TCP"}
            for name, port in ports.items()
        ],
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "readinessProbe": {
            "httpGet": {"path": PROBE_PATH, "port": "probe"},
            "periodSeconds": _PROBE_SECONDS,
        },
        "lifecycle": {"preStop": {"exec": {"command": build_drain_command(settings)}}},
        "resources": {
            "requests": {"cpu": CPU_REQUEST, "memory": MEMORY_REQUEST},
            "limits": {"memory": MEMORY_LIMIT},
        },
        "volumeMounts": _mounts(settings),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def _mounts(settings: GatewaySettings) -> list[dict[str, Any]]:
    mounts: list[dict[str, Any]] = [{"name": "config", "mountPath": CONFIG_FOLDER}]
    if folder := settings.certificate_folder:
        mounts.append({"name": CERTIFICATE_VOLUME, "mountPath": folder, "readOnly": True})
    return mounts


def _disruption_budget(spec: EnvironmentSpec) -> dict[str, Any]:
    """A node upgrade waits until the gateway that it has moved is ready elsewhere."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(spec, naming.gateway_name(spec.name)),
        "spec": {"minAvailable": 1, "selector": {"matchLabels": _selector(spec)}},
    }
