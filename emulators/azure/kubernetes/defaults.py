"""What the API server fills in when a manifest leaves it out."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from emulators.azure.kubernetes import image_volumes
from emulators.azure.kubernetes.kinds import (
    DAEMON_SET,
    DEPLOYMENT,
    ENDPOINT_SLICE,
    NAMESPACE,
    NETWORK_POLICY,
    POD,
    POD_DISRUPTION_BUDGET,
    REPLICA_SET,
    SECRET,
    SERVICE,
    Kind,
    Object,
)


def fill_in(kind: Kind, subject: Object) -> None:
    """Set the defaults of a new or changed object, in place."""
    complete = _DEFAULTS.get(kind)
    if complete is not None:
        complete(subject)


def _set(target: Object, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        target.setdefault(key, value)


def _pod(subject: Object) -> None:
    spec = subject.setdefault("spec", {})
    _pod_spec(spec)
    for each in (spec.get("containers") or []) + (spec.get("initContainers") or []):
        _requests_from_limits(each.get("resources") or {})
    _set(
        spec,
        {
            "serviceAccountName": "default",
            "serviceAccount": spec.get("serviceAccountName", "default"),
            "enableServiceLinks": True,
            "priority": _PRIORITIES.get(spec.get("priorityClassName", ""), 0),
            "preemptionPolicy": "PreemptLowerPriority",
        },
    )
    tolerations = spec.setdefault("tolerations", [])
    for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"):
        if not any(each.get("key") in (key, None) for each in tolerations):
            tolerations.append(
                {
                    "key": key,
                    "operator": "Exists",
                    "effect": "NoExecute",
                    "tolerationSeconds": 300,
                }
            )
    subject["status"] = subject.get("status") or {
        "phase": "Pending",
        "qosClass": quality_of_service(spec),
    }


_PRIORITIES = {"system-node-critical": 2000001000, "system-cluster-critical": 2000000000}


def quality_of_service(spec: Object) -> str:
    """Guaranteed, Burstable or BestEffort, from cpu and memory alone."""
    resources = [each.get("resources") or {} for each in spec.get("containers") or []]
    wanted = [
        {key: value for key, value in (each.get(side) or {}).items() if key in ("cpu", "memory")}
        for each in resources
        for side in ("requests", "limits")
    ]
    if not any(wanted):
        return "BestEffort"
    pairs = zip(wanted[::2], wanted[1::2], strict=True)
    guaranteed = all(len(limits) == 2 and requests == limits for requests, limits in pairs)
    return "Guaranteed" if guaranteed else "Burstable"


def _pod_spec(spec: Object) -> None:
    _set(
        spec,
        {
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30,
            "dnsPolicy": "ClusterFirst",
            "securityContext": {},
            "schedulerName": "default-scheduler",
        },
    )
    for each in (spec.get("containers") or []) + (spec.get("initContainers") or []):
        if isinstance(each, dict):
            _container(each)
    for volume in spec.get("volumes") or []:
        if isinstance(volume, dict) and isinstance(volume.get("image"), dict):
            image_volumes.fill_in(volume)


def _container(container: Object) -> None:
    image = str(container.get("image", ""))
    latest = image.endswith(":latest") or ":" not in image.rpartition("/")[2]
    pull_policy = "Always" if latest and "@" not in image else "IfNotPresent"
    _set(
        container,
        {
            "imagePullPolicy": pull_policy,
            "resources": {},
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
        },
    )
    for port in container.get("ports") or []:
        port.setdefault("protocol", "TCP")
    for each in container.get("env") or []:
        field_reference = (each.get("valueFrom") or {}).get("fieldRef")
        if field_reference is not None:
            field_reference.setdefault("apiVersion", "v1")
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        if container.get(name):
            _probe(container[name])


def _requests_from_limits(resources: Object) -> None:
    """In a pod, not yet in a template, a limit without a request is a request as well."""
    if resources.get("limits"):
        resources["requests"] = dict(resources["limits"]) | (resources.get("requests") or {})


def _probe(probe: Object) -> None:
    _set(
        probe,
        {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3},
    )
    if "httpGet" in probe:
        _set(probe["httpGet"], {"path": "/", "scheme": "HTTP"})


def _template(subject: Object) -> Object:
    spec = subject.setdefault("spec", {})
    template = spec.get("template")
    if isinstance(template, dict):
        template.setdefault("metadata", {}).setdefault("creationTimestamp", None)
        _pod_spec(template.setdefault("spec", {}))
    return spec


def _deployment(subject: Object) -> None:
    spec = _template(subject)
    _set(
        spec,
        {
            "replicas": 1,
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
            "strategy": {},
        },
    )
    subject.setdefault("status", {})
    strategy = spec["strategy"]
    strategy.setdefault("type", "RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        _set(rolling, {"maxUnavailable": "25%", "maxSurge": "25%"})


def _replica_set(subject: Object) -> None:
    _set(_template(subject), {"replicas": 1})
    subject.setdefault("status", {"replicas": 0})


_DAEMON_COUNTS = (
    "currentNumberScheduled",
    "numberMisscheduled",
    "desiredNumberScheduled",
    "numberReady",
)


def _daemon_set(subject: Object) -> None:
    spec = _template(subject)
    _set(spec, {"updateStrategy": {}, "revisionHistoryLimit": 10})
    subject.setdefault("status", dict.fromkeys(_DAEMON_COUNTS, 0))
    strategy = spec["updateStrategy"]
    strategy.setdefault("type", "RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _set(strategy.setdefault("rollingUpdate", {}), {"maxUnavailable": 1, "maxSurge": 0})


def _service(subject: Object) -> None:
    spec = subject.setdefault("spec", {})
    _set(
        spec,
        {
            "type": "ClusterIP",
            "sessionAffinity": "None",
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "internalTrafficPolicy": "Cluster",
        },
    )
    if spec["type"] in ("LoadBalancer", "NodePort"):
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if spec["type"] == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)
    for port in spec.get("ports") or []:
        port.setdefault("protocol", "TCP")
        port["targetPort"] = port.get("targetPort") or port.get("port", 0)
    subject.setdefault("status", {"loadBalancer": {}})


def _namespace(subject: Object) -> None:
    name = subject["metadata"].get("name", "")
    labels = subject["metadata"].setdefault("labels", {})
    labels["kubernetes.io/metadata.name"] = name
    subject.setdefault("spec", {}).setdefault("finalizers", ["kubernetes"])
    subject.setdefault("status", {"phase": "Active"})


def _secret(subject: Object) -> None:
    """`stringData` is a way to write `data`, which is never read again."""
    subject.setdefault("type", "Opaque")
    for key, text in (subject.pop("stringData", None) or {}).items():
        encoded = base64.b64encode(text.encode()).decode()
        subject.setdefault("data", {})[key] = encoded


def _endpoint_slice(subject: Object) -> None:
    subject.setdefault("endpoints", [])


_BUDGET_COUNTS = ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")


def _disruption_budget(subject: Object) -> None:
    subject.setdefault("spec", {})
    _set(subject.setdefault("status", {}), dict.fromkeys(_BUDGET_COUNTS, 0))


def _network_policy(subject: Object) -> None:
    spec = subject.setdefault("spec", {})
    spec.setdefault("podSelector", {})
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]
    for rule in (spec.get("ingress") or []) + (spec.get("egress") or []):
        for port in rule.get("ports") or []:
            port.setdefault("protocol", "TCP")


_DEFAULTS: Mapping[Kind, Callable[[Object], None]] = {
    POD: _pod,
    DEPLOYMENT: _deployment,
    REPLICA_SET: _replica_set,
    DAEMON_SET: _daemon_set,
    SERVICE: _service,
    NAMESPACE: _namespace,
    SECRET: _secret,
    ENDPOINT_SLICE: _endpoint_slice,
    POD_DISRUPTION_BUDGET: _disruption_budget,
    NETWORK_POLICY: _network_policy,
}
