"""Clients that keep state in memory, for activities."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from clients.answers import ArmAnswer, EdgeAnswer, EventRefusal
from clients.factory import ClientFactory
from clients.settings import Settings
from domain.arm.naming import ROLE_ASSIGNMENT_TYPE
from domain.events.cloud_events import CloudEvent

SUBSCRIPTION = "5b5c5b5c-0000-4000-8000-000000000001"
CLUSTERS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters"
ENVIRONMENT = {
    "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
    "TENANT_ID": "7e7e7e7e-0000-4000-8000-000000000001",
    "MODEL_AUDIENCE": "a0a0a0a0-0000-4000-8000-000000000001",
    "PUBLIC_URL": "https://gridplane.example.com",
}
OPERATIONS = "https://management.azure.com/operations"


@dataclass(slots=True)
class FakeArm:
    """Resources by id. A PUT or DELETE of one in motion is refused with 409, as ARM does."""

    resources: dict[str, dict[str, Any]] = field(default_factory=dict[str, Any])
    requests: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    bodies: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    answers: dict[tuple[str, str], ArmAnswer | Exception] = field(
        default_factory=dict[tuple[str, str], ArmAnswer | Exception]
    )
    """Answers to a method and an id or URL that come instead of what the state says."""

    async def get(self, resource_id: str) -> ArmAnswer:
        return self._answered("GET", resource_id) or self._found(resource_id)

    async def begin_put(self, resource_id: str, body: Mapping[str, Any]) -> ArmAnswer:
        if answer := self._answered("PUT", resource_id):
            return answer
        if busy := self._busy(resource_id):
            return busy
        is_new = resource_id not in self.resources
        self.bodies[resource_id] = body
        if is_synchronous(resource_id):
            self.resources[resource_id] = {**body, "id": resource_id}
            return answer_of(201, self.resources[resource_id])
        properties = {**body.get("properties", {}), "provisioningState": "Creating"}
        self.resources[resource_id] = {**body, "id": resource_id, "properties": properties}
        return answer_of(
            201 if is_new else 200,
            self.resources[resource_id],
            **{"Azure-AsyncOperation": f"{OPERATIONS}/put"},
        )

    async def begin_delete(self, resource_id: str) -> ArmAnswer:
        if answer := self._answered("DELETE", resource_id):
            return answer
        if busy := self._busy(resource_id):
            return busy
        if is_synchronous(resource_id):
            found = self.resources.pop(resource_id, None)
            return answer_of(200 if found else 204, found)
        self.resources[resource_id]["properties"]["provisioningState"] = "Deleting"
        return answer_of(202, None, Location=f"{OPERATIONS}/delete")

    async def begin_start(self, cluster_id: str) -> ArmAnswer:
        if answer := self._answered("POST", f"{cluster_id}/start"):
            return answer
        self.resources[cluster_id]["properties"]["provisioningState"] = "Starting"
        return answer_of(202, None, **{"Azure-AsyncOperation": f"{OPERATIONS}/start"})

    async def follow(self, resource_id: str, operation_url: str) -> ArmAnswer:
        return self._answered("GET", operation_url) or not_found()

    async def list_of_principal(self, scope: str, principal_id: str) -> ArmAnswer:
        path = f"{scope}/providers/{ROLE_ASSIGNMENT_TYPE} of {principal_id}"
        return self._answered("GET", path) or answer_of(200, {"value": []})

    def list_clusters(self) -> AsyncGenerator[ArmAnswer]:
        return self._pages(CLUSTERS)

    def list_resources(self, group_id: str) -> AsyncGenerator[ArmAnswer]:
        return self._pages(f"{group_id}/resources")

    def list_groups(self) -> AsyncGenerator[ArmAnswer]:
        return self._pages("resourceGroups")

    def list_by_type(self, resource_type: str) -> AsyncGenerator[ArmAnswer]:
        return self._pages(resource_type)

    async def _pages(self, url: str) -> AsyncGenerator[ArmAnswer]:
        while url:
            page = self._answered("GET", url) or answer_of(200, {"value": []})
            yield page
            url = page.body.get("nextLink") if page.is_success else ""

    def add(self, resource_id: str, state: str = "Succeeded", **body: Any) -> dict[str, Any]:
        properties = {"provisioningState": state, **body.pop("properties", {})}
        self.resources[resource_id] = {"id": resource_id, **body, "properties": properties}
        return self.resources[resource_id]

    def sent(self, *methods: str) -> list[str]:
        """`PUT` and the last part of the id, for each request of these methods."""
        return [f"{m} {path.rpartition('/')[2]}" for m, path in self.requests if m in methods]

    def _answered(self, method: str, path: str) -> ArmAnswer | None:
        self.requests.append((method, path))
        answer = self.answers.get((method, path))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _found(self, resource_id: str) -> ArmAnswer:
        existing = self.resources.get(resource_id)
        return answer_of(200, self._with_pools(resource_id, existing)) if existing else not_found()

    def _with_pools(self, resource_id: str, existing: dict[str, Any]) -> dict[str, Any]:
        """A cluster shows the pools that are resources of their own, too."""
        prefix = f"{resource_id}/agentPools/"
        pools = {
            path.removeprefix(prefix): pool["properties"]
            for path, pool in self.resources.items()
            if path.startswith(prefix)
        }
        if not pools:
            return existing
        profiles = existing["properties"].get("agentPoolProfiles", [])
        others = [each for each in profiles if each["name"] not in pools]
        shown = [*others, *({**pool, "name": name} for name, pool in pools.items())]
        return {**existing, "properties": {**existing["properties"], "agentPoolProfiles": shown}}

    def _busy(self, resource_id: str) -> ArmAnswer | None:
        existing = self.resources.get(resource_id, {})
        state = existing.get("properties", {}).get("provisioningState", "Succeeded")
        return None if state in {"Succeeded", "Failed", "Canceled"} else busy()


@dataclass(slots=True)
class FakeEdge:
    answer: EdgeAnswer | Exception = field(default_factory=lambda: EdgeAnswer(200, "ref"))
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def get(self, host_name: str, path: str, timeout_seconds: float) -> EdgeAnswer:
        self.asked.append((host_name, path))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass(slots=True)
class FakeEvents:
    """A topic that drops ids it has seen; `answer` is what any event meets."""

    answer: EventRefusal | Exception | None = None
    taken: dict[str, CloudEvent] = field(default_factory=dict[str, CloudEvent])

    async def publish(self, event: CloudEvent) -> EventRefusal | None:
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is None:
            self.taken.setdefault(event.id, event)
        return self.answer


@dataclass(slots=True)
class FakeKubernetes:
    """One cluster's API; `error` is what any call meets."""

    error: Exception | None = None
    applied: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    nodes: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    pods: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    replicas: int | None = None
    """Of the Deployment; None: there is none."""
    replicas_of: dict[str, int] = field(default_factory=dict[str, int])
    """Of those of some names."""
    deployment: dict[str, Any] = field(default_factory=lambda: {"metadata": {}})
    service: dict[str, Any] = field(default_factory=dict[str, Any])
    autoscaler_status: object = None
    config_maps: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    asked: list[str] = field(default_factory=list[str])
    pod_answers: dict[str, str | Exception] = field(default_factory=dict[str, str | Exception])
    """By `<pod>:<port>/<path>`."""

    async def apply(self, manifests: Iterable[Mapping[str, Any]]) -> None:
        self._fail()
        self.applied += manifests

    async def patch_config_map(self, namespace: str, name: str, data: Mapping[str, str]) -> bool:
        self._fail()
        found = self.config_maps.get(f"{namespace}/{name}")
        if found is not None:
            found.update(data)
        return found is not None

    async def count_replicas(self, namespace: str, name: str) -> int | None:
        self._fail(f"replicas {namespace} {name}")
        return self.replicas_of.get(name, self.replicas)

    async def pause_scaling(self, namespace: str, name: str, annotation: str) -> bool:
        self._fail(f"pause {namespace} {name}")
        return False

    async def scale_deployment(self, namespace: str, name: str, replicas: int) -> bool:
        self._fail(f"scale {namespace} {name} {replicas}")
        return False

    async def list_nodes(self, labels: dict[str, str]) -> list[dict[str, Any]]:
        self._fail(f"nodes {labels}")
        return self.nodes

    async def list_pods(self, namespace: str, labels: dict[str, str]) -> list[dict[str, Any]]:
        self._fail(f"pods {namespace} {labels}")
        return self.pods

    async def list_events(self, namespace: str) -> list[dict[str, Any]]:
        self._fail(f"events {namespace}")
        return []

    async def find_config_map_document(self, namespace: str, name: str, key: str) -> object:
        self._fail(f"configmap {namespace} {name} {key}")
        return self.autoscaler_status

    async def read_from_pod(self, namespace: str, name: str, port: int, path: str) -> str:
        self._fail(f"pod {namespace} {name} {port} {path}")
        answer = self.pod_answers[f"{name}:{port}/{path}"]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def get_deployment(self, namespace: str, name: str) -> dict[str, Any]:
        self._fail(f"deployment {namespace} {name}")
        return self.deployment

    async def get_service(self, namespace: str, name: str) -> dict[str, Any]:
        self._fail(f"service {namespace} {name}")
        return self.service

    async def get_daemon_set(self, namespace: str, name: str) -> dict[str, Any]:
        self._fail(f"daemonset {namespace} {name}")
        return {}

    def _fail(self, question: str = "") -> None:
        self.asked.append(question)
        if self.error:
            raise self.error


@dataclass(slots=True)
class FakeClients:
    """Stands in for the ClientFactory."""

    arm: FakeArm = field(default_factory=FakeArm)
    edge: FakeEdge = field(default_factory=FakeEdge)
    events: FakeEvents = field(default_factory=FakeEvents)
    cluster: FakeKubernetes = field(default_factory=FakeKubernetes)
    settings: Settings = field(default_factory=lambda: Settings.from_environment(ENVIRONMENT))
    opened: list[str] = field(default_factory=list[str])

    @property
    def resources(self) -> FakeArm:
        return self.arm

    @property
    def aks(self) -> FakeArm:
        return self.arm

    @property
    def resource_groups(self) -> FakeArm:
        return self.arm

    @property
    def role_assignments(self) -> FakeArm:
        return self.arm

    @asynccontextmanager
    async def kubernetes(self, cluster_id: str) -> AsyncGenerator[FakeKubernetes]:
        self.opened.append(cluster_id)
        yield self.cluster

    def as_factory(self) -> ClientFactory:
        return cast("ClientFactory", self)


SYNCHRONOUS = (f"/{ROLE_ASSIGNMENT_TYPE}/", "/Microsoft.ManagedIdentity/", "/CNAME/")


def is_synchronous(resource_id: str) -> bool:
    """Whether Azure answers a write at once and without an operation."""
    return any(each in resource_id for each in SYNCHRONOUS)


def answer_of(status: int, body: Any = None, **headers: str) -> ArmAnswer:
    return ArmAnswer(status, headers, body)


def error_of(status: int, code: str, message: str = "", **headers: str) -> ArmAnswer:
    return answer_of(status, {"error": {"code": code, "message": message}}, **headers)


def not_found() -> ArmAnswer:
    return error_of(404, "ResourceNotFound", "The Resource was not found.")


def busy() -> ArmAnswer:
    """As AKS writes it: flat, without `error` around it and without Retry-After."""
    message = "Operation is not allowed: Another operation (Creating) is in progress."
    return answer_of(409, {"code": "OperationNotAllowed", "message": message})
