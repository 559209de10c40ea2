"""The server in the system pool that answers while an environment is asleep or waking."""

import json
from typing import Any

from domain.arm import naming
from domain.spec.model import EnvironmentSpec

RESPONDER_IMAGE = "docker.io/library/caddy:2.10.2-alpine"
RESPONDER_PORT = 8080
RESPONDER_RETRY_AFTER_SECONDS = 30


def responder_name(name: str) -> str:
    return f"{name}-responder"


def build_responder(spec: EnvironmentSpec) -> dict[str, Any]:
    """Always deployed, because it must answer at once; no traffic reaches it while awake."""
    labels = naming.kubernetes_labels(spec, responder_name(spec.name))
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": responder_name(spec.name),
            "namespace": naming.INFERENCE_NAMESPACE,
            "labels": labels,
        },
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app.kubernetes.io/name": responder_name(spec.name)}},
            "template": {"metadata": {"labels": labels}, "spec": _pod(spec)},
        },
    }


def _pod(spec: EnvironmentSpec) -> dict[str, Any]:
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "nodeSelector": {"kubernetes.azure.com/mode": "system"},
        "tolerations": [{"key": "CriticalAddonsOnly", "operator": "Exists"}],
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65534},
        "containers": [_container(spec)],
    }


def _container(spec: EnvironmentSpec) -> dict[str, Any]:
    return {
        "name": "responder",
        "image": RESPONDER_IMAGE,
        "command": ["caddy", "respond"],
        "args": [
            *("--listen", f":{RESPONDER_PORT}"),
            *("--status", "503"),
            *("--header", f"Retry-After: {RESPONDER_RETRY_AFTER_SECONDS}"),
            *("--header", "Content-Type: application/json"),
            *("--body", json.dumps(_body(spec))),
        ],
        "ports": [{"name": "http", "containerPort": RESPONDER_PORT, "protocol": "TCP"}],
        "readinessProbe": {"tcpSocket": {"port": "http"}, "periodSeconds": 5},
        "resources": {
            "requests": {"cpu": "10m", "memory": "16Mi"},
            "limits": {"memory": "64Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            # The caddy binary has this file capability: exec fails if the set does not allow it.
            "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
        },
    }


def _body(spec: EnvironmentSpec) -> dict[str, Any]:
    message = (
        f"Environment '{spec.name}' is asleep or waking up. "
        f"POST /environments/{spec.name}/wake wakes it; it is ready some ten minutes later."
    )
    return {"error": {"code": "EnvironmentAsleep", "message": message}}
