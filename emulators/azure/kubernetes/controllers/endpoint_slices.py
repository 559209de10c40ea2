"""EndpointSlices: which pods stand behind a Service."""

from collections.abc import Iterable

from emulators.azure.kubernetes import pods, selectors
from emulators.azure.kubernetes.addresses import ServingCluster
from emulators.azure.kubernetes.controllers.machinery import Machinery, is_deleted, owner_reference
from emulators.azure.kubernetes.kinds import ENDPOINT_SLICE, POD, SERVICE, Object
from emulators.azure.kubernetes.probes import named_port
from emulators.azure.kubernetes.store import Change, Key

SERVICE_NAME = "kubernetes.io/service-name"


class EndpointSlices:
    """Keeps one slice for each Service that has a selector."""

    def __init__(self, machinery: Machinery, cluster: ServingCluster) -> None:
        self._machinery = machinery
        self._cluster = cluster

    def keys_of(self, change: Change) -> Iterable[Key]:
        if change.kind not in (SERVICE, POD):
            return []
        namespace = change.object["metadata"]["namespace"]
        if change.kind is SERVICE:
            return [(namespace, change.object["metadata"]["name"])]
        labels = change.object["metadata"].get("labels") or {}
        return [
            (namespace, each["metadata"]["name"])
            for each in self._machinery.store.list(SERVICE, namespace)
            if selectors.of_labels(each["spec"].get("selector") or {}).matches(labels)
        ]

    def reconcile(self, key: Key) -> None:
        service = self._machinery.store.get(SERVICE, *key)
        if service is None or is_deleted(service) or not service["spec"].get("selector"):
            return
        endpoints = self._endpoints(service)
        ports = [_port(each, self._pods(service)) for each in service["spec"].get("ports") or []]
        name = f"{key[1]}-slice"
        if self._machinery.store.get(ENDPOINT_SLICE, key[0], name) is None:
            body = _slice(name, service)
            self._machinery.registry.create(ENDPOINT_SLICE, key[0], body)
        self._machinery.store.change(
            ENDPOINT_SLICE,
            key[0],
            name,
            lambda subject: subject.update(endpoints=endpoints, ports=ports),
        )

    def _pods(self, service: Object) -> list[Object]:
        selector = selectors.of_labels(service["spec"]["selector"])
        return [
            each
            for each in self._machinery.store.list(POD, service["metadata"]["namespace"])
            if selector.matches(each["metadata"].get("labels") or {})
            and each["status"].get("podIP")
        ]

    def _endpoints(self, service: Object) -> list[Object]:
        return [_endpoint(each) for each in self._pods(service)]


def _slice(name: str, service: Object) -> Object:
    return {
        "metadata": {
            "name": name,
            "labels": {
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                SERVICE_NAME: service["metadata"]["name"],
            },
            "ownerReferences": [owner_reference(SERVICE, service)],
        },
        "addressType": "IPv4",
    }


def _endpoint(pod: Object) -> Object:
    serving = pods.is_ready(pod)
    terminating = pods.is_terminating(pod)
    return {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {
            "ready": serving and not terminating,
            "serving": serving,
            "terminating": terminating,
        },
        "nodeName": pod["spec"]["nodeName"],
        "targetRef": {
            "kind": "Pod",
            "namespace": pod["metadata"]["namespace"],
            "name": pod["metadata"]["name"],
            "uid": pod["metadata"]["uid"],
        },
    }


def _port(port: Object, behind: list[Object]) -> Object:
    number = port.get("targetPort", port["port"])
    for pod in behind:
        for container in pod["spec"]["containers"]:
            number = named_port(number, container)
    return {
        "name": port.get("name", ""),
        "port": number if isinstance(number, int) else None,
        "protocol": port["protocol"],
    }
