"""Tables: the columns that `kubectl get` prints for each kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulators.azure.kubernetes import nodes, pod_status, selectors, times
from emulators.azure.kubernetes.kinds import (
    CONFIG_MAP,
    DAEMON_SET,
    DEPLOYMENT,
    ENDPOINT_SLICE,
    EVENT,
    NAMESPACE,
    NETWORK_POLICY,
    NODE,
    POD,
    POD_DISRUPTION_BUDGET,
    REPLICA_SET,
    SCALE,
    SECRET,
    SECRET_PROVIDER_CLASS,
    SERVICE,
    SERVICE_ACCOUNT,
    Kind,
    Object,
)

_UNSET = "<none>"
_UNKNOWN = "<unknown>"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: columns of priority 1 are shown by `-o wide` only."""

    name: str
    value: Callable[[Object, datetime], Any]
    type: str = "string"
    priority: int = 0

    def definition(self) -> Object:
        return {
            "name": self.name,
            "type": self.type,
            "format": "name" if self.name == "Name" else "",
            "description": "",
            "priority": self.priority,
        }


def build(
    kind: Kind, subjects: list[Object], metadata: Object, now: str, include: str = "Metadata"
) -> Object:
    """The Table of some objects; `include` is how much of its object each row carries."""
    columns = _COLUMNS.get(kind, (_NAME, _AGE))
    moment = times.parse(now)
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": [each.definition() for each in columns],
        "rows": [
            {
                "cells": [column.value(subject, moment) for column in columns],
                "object": _included(subject, include),
            }
            for subject in subjects
        ],
    }


def _included(subject: Object, include: str) -> Object | None:
    if include == "Metadata":
        partial = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
        return partial | {"metadata": subject["metadata"]}
    return subject if include == "Object" else None


def human_duration(seconds: float) -> str:
    """A duration as kubectl writes ages: fewer digits the longer it is."""
    whole = int(seconds)
    if whole < 120:
        return f"{max(whole, 0)}s"
    minutes = whole // 60
    if minutes < 10:
        return _two(minutes, "m", whole % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    hours = minutes // 60
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    days = hours // 24
    return _two(days, "d", hours % 24, "h") if days < 8 else f"{days}d"


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large}{large_unit}{small}{small_unit}" if small else f"{large}{large_unit}"


def _since(text: str | None, now: datetime) -> str:
    if not text:
        return _UNKNOWN
    return human_duration((now - times.parse(text)).total_seconds())


def _at(*path: str, missing: Any = _UNSET) -> Callable[[Object, datetime], Any]:
    def value(subject: Object, now: datetime) -> Any:
        del now
        found: Any = subject
        for each in path:
            found = found.get(each) if isinstance(found, dict) else None
        return missing if found is None else found

    return value


def _of(read: Callable[[Object], Any]) -> Callable[[Object, datetime], Any]:
    return lambda subject, now: read(subject)


_NAME = Column("Name", _at("metadata", "name"))
_AGE = Column(
    "Age", lambda subject, now: _since(subject["metadata"].get("creationTimestamp"), now)
)


def _labels_text(labels: Mapping[str, str] | None) -> str:
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels)) if labels else _UNSET


def _selector_text(subject: Object) -> str:
    return _labels_text(subject["spec"]["selector"].get("matchLabels"))


def _containers(field: str) -> Callable[[Object], str]:
    return lambda subject: ",".join(
        each[field] for each in subject["spec"]["template"]["spec"]["containers"]
    )


def _ready_of_wanted(subject: Object) -> str:
    ready = (subject.get("status") or {}).get("readyReplicas", 0)
    return f"{ready}/{subject['spec']['replicas']}"


def _node_status(node: Object) -> str:
    state = "Ready" if nodes.is_ready(node) else "NotReady"
    cordoned = (node.get("spec") or {}).get("unschedulable")
    return f"{state},SchedulingDisabled" if cordoned else state


def _node_roles(node: Object) -> str:
    prefix = "node-role.kubernetes.io/"
    labels = node["metadata"].get("labels") or {}
    roles = [each.removeprefix(prefix) for each in labels if each.startswith(prefix)]
    return ",".join(sorted(roles)) or _UNSET


def _node_address(wanted: str) -> Callable[[Object], str]:
    def read(node: Object) -> str:
        addresses = node["status"].get("addresses") or []
        found = [each["address"] for each in addresses if each["type"] == wanted]
        return found[0] if found else _UNSET

    return read


def _external_ip(service: Object) -> str:
    kind = service["spec"]["type"]
    if kind == "ExternalName":
        return service["spec"].get("externalName", _UNSET)
    if kind != "LoadBalancer":
        return ",".join(service["spec"].get("externalIPs") or []) or _UNSET
    balancer = (service.get("status") or {}).get("loadBalancer") or {}
    found = [each.get("ip") or each.get("hostname") for each in balancer.get("ingress") or []]
    return ",".join(found) or "<pending>"


def _service_ports(service: Object) -> str:
    return (
        ",".join(
            f"{each['port']}:{each['nodePort']}/{each['protocol']}"
            if each.get("nodePort")
            else f"{each['port']}/{each['protocol']}"
            for each in service["spec"].get("ports") or []
        )
        or _UNSET
    )


def _event_object(event: Object) -> str:
    involved = event["involvedObject"]
    return f"{involved.get('kind', '').lower()}/{involved.get('name', '')}"


def _event_last_seen(event: Object, now: datetime) -> str:
    count = event.get("count", 1)
    last = _since(event.get("lastTimestamp") or event.get("firstTimestamp"), now)
    first = _since(event.get("firstTimestamp"), now)
    return f"{last} (x{count} over {first})" if count > 1 else last


def _event_source(event: Object) -> str:
    source = event.get("source") or {}
    return ", ".join(each for each in (source.get("component"), source.get("host")) if each)


def _slice_ports(subject: Object) -> str:
    ports = [str(each["port"]) for each in subject.get("ports") or [] if each.get("port")]
    return ",".join(ports) or "<unset>"


def _slice_endpoints(subject: Object) -> str:
    addresses = [each for point in subject["endpoints"] for each in point["addresses"]]
    more = f" + {len(addresses) - 3} more..." if len(addresses) > 3 else ""
    return ",".join(addresses[:3]) + more or "<unset>"


def _data_count(subject: Object) -> int:
    return len(subject.get("data") or {}) + len(subject.get("binaryData") or {})


def _count(*path: str) -> Callable[[Object, datetime], Any]:
    return _at(*path, missing=0)


def _pod_selector(subject: Object) -> str:
    return selectors.as_text(subject["spec"]["podSelector"]) or _UNSET


_TEMPLATE_COLUMNS = (
    Column("Containers", _of(_containers("name")), priority=1),
    Column("Images", _of(_containers("image")), priority=1),
    Column("Selector", _of(_selector_text), priority=1),
)

_COLUMNS: Mapping[Kind, tuple[Column, ...]] = {
    POD: (
        _NAME,
        Column("Ready", _of(pod_status.ready_count)),
        Column("Status", _of(pod_status.reason)),
        Column("Restarts", _of(pod_status.restarts)),
        _AGE,
        Column("IP", _at("status", "podIP"), priority=1),
        Column("Node", _at("spec", "nodeName"), priority=1),
        Column("Nominated Node", _at("status", "nominatedNodeName"), priority=1),
        Column("Readiness Gates", _of(lambda _: _UNSET), priority=1),
    ),
    NODE: (
        _NAME,
        Column("Status", _of(_node_status)),
        Column("Roles", _of(_node_roles)),
        _AGE,
        Column("Version", _at("status", "nodeInfo", "kubeletVersion", missing="")),
        Column("Internal-IP", _of(_node_address("InternalIP")), priority=1),
        Column("External-IP", _of(_node_address("ExternalIP")), priority=1),
        Column("OS-Image", _at("status", "nodeInfo", "osImage", missing=_UNKNOWN), priority=1),
        Column("Kernel-Version", _at("status", "nodeInfo", "kernelVersion"), priority=1),
        Column(
            "Container-Runtime", _at("status", "nodeInfo", "containerRuntimeVersion"), priority=1
        ),
    ),
    NAMESPACE: (_NAME, Column("Status", _at("status", "phase")), _AGE),
    SERVICE: (
        _NAME,
        Column("Type", _at("spec", "type")),
        Column("Cluster-IP", _at("spec", "clusterIP")),
        Column("External-IP", _of(_external_ip)),
        Column("Port(s)", _of(_service_ports)),
        _AGE,
        Column(
            "Selector", _of(lambda each: _labels_text(each["spec"].get("selector"))), priority=1
        ),
    ),
    DEPLOYMENT: (
        _NAME,
        Column("Ready", _of(_ready_of_wanted)),
        Column("Up-to-date", _count("status", "updatedReplicas")),
        Column("Available", _count("status", "availableReplicas")),
        _AGE,
        *_TEMPLATE_COLUMNS,
    ),
    REPLICA_SET: (
        _NAME,
        Column("Desired", _count("spec", "replicas"), "integer"),
        Column("Current", _count("status", "replicas"), "integer"),
        Column("Ready", _count("status", "readyReplicas"), "integer"),
        _AGE,
        *_TEMPLATE_COLUMNS,
    ),
    DAEMON_SET: (
        _NAME,
        Column("Desired", _count("status", "desiredNumberScheduled"), "integer"),
        Column("Current", _count("status", "currentNumberScheduled"), "integer"),
        Column("Ready", _count("status", "numberReady"), "integer"),
        Column("Up-to-date", _count("status", "updatedNumberScheduled"), "integer"),
        Column("Available", _count("status", "numberAvailable"), "integer"),
        Column(
            "Node Selector",
            _of(lambda each: _labels_text(each["spec"]["template"]["spec"].get("nodeSelector"))),
        ),
        _AGE,
        *_TEMPLATE_COLUMNS,
    ),
    CONFIG_MAP: (_NAME, Column("Data", _of(_data_count)), _AGE),
    SECRET: (
        _NAME,
        Column("Type", _at("type")),
        Column("Data", _of(_data_count)),
        _AGE,
    ),
    SCALE: (
        _NAME,
        Column("Desired", _count("spec", "replicas"), "integer"),
        Column("Available", _count("status", "replicas"), "integer"),
        _AGE,
    ),
    EVENT: (
        Column("Last Seen", _event_last_seen),
        Column("Type", _at("type")),
        Column("Reason", _at("reason")),
        Column("Object", _of(_event_object)),
        Column("Subobject", _at("involvedObject", "fieldPath", missing=""), priority=1),
        Column("Source", _of(_event_source), priority=1),
        Column("Message", _at("message")),
        Column(
            "First Seen",
            lambda event, now: _since(event.get("firstTimestamp"), now),
            priority=1,
        ),
        Column("Count", _at("count", missing=1), priority=1),
        Column("Name", _at("metadata", "name"), priority=1),
    ),
    ENDPOINT_SLICE: (
        _NAME,
        Column("AddressType", _at("addressType")),
        Column("Ports", _of(_slice_ports)),
        Column("Endpoints", _of(_slice_endpoints)),
        _AGE,
    ),
    POD_DISRUPTION_BUDGET: (
        _NAME,
        Column("Min Available", _at("spec", "minAvailable", missing="N/A")),
        Column("Max Unavailable", _at("spec", "maxUnavailable", missing="N/A")),
        Column("Allowed Disruptions", _count("status", "disruptionsAllowed"), "integer"),
        _AGE,
    ),
    NETWORK_POLICY: (_NAME, Column("Pod-Selector", _of(_pod_selector)), _AGE),
    SERVICE_ACCOUNT: (
        _NAME,
        Column("Secrets", lambda each, now: len(each.get("secrets") or [])),
        _AGE,
    ),
    SECRET_PROVIDER_CLASS: (_NAME, _AGE),
}
