"""Configurations of the edge, manifests of a served model, and a client of the public side."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from emulators.azure.front_door.edge_view import (
    EdgeEndpoint,
    EdgeOrigin,
    EdgeOriginGroup,
    EdgeProbe,
    EdgeRoute,
)
from emulators.azure.kubernetes.admission import Writing
from emulators.azure.kubernetes.apply import Manager
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import DEPLOYMENT, SERVICE, Object

HOST = "gp-fraud-a1b2c3d4e5f6a7b8.z01.azurefd.net"
FRONT_DOOR_ID = "11111111-2222-3333-4444-555555555555"
REGIONS = ("westeurope", "eastus")


def label(region: str) -> str:
    return f"fraud-{region}"


def origin_host(region: str) -> str:
    return f"{label(region)}.{region}.cloudapp.azure.com"


def origin(region: str, **changes: Any) -> EdgeOrigin:
    values: dict[str, Any] = {"name": region, "host_name": origin_host(region)}
    return EdgeOrigin(**{**values, "origin_host_header": None, **changes})


def group(*origins: EdgeOrigin, path: str = "/health") -> EdgeOriginGroup:
    return EdgeOriginGroup("inference", origins, EdgeProbe(path=path, method="GET"))


def route(**changes: Any) -> EdgeRoute:
    values: dict[str, Any] = {
        "name": "inference",
        "patterns": ("/*",),
        "supported_protocols": ("Http", "Https"),
        "https_redirect": False,
        "forwarding_protocol": "HttpOnly",
        "origin_path": None,
        "origin_group": group(origin("westeurope")),
    }
    return EdgeRoute(**{**values, **changes})


def endpoint(*edge_routes: EdgeRoute, **changes: Any) -> EdgeEndpoint:
    values: dict[str, Any] = {
        "host_name": HOST,
        "front_door_id": FRONT_DOOR_ID,
        "sku": "Standard_AzureFrontDoor",
        "known": True,
        "enabled": True,
        "response_timeout_seconds": 60,
        "routes": edge_routes,
    }
    return EdgeEndpoint(**{**values, **changes})


@dataclass(slots=True)
class Edge:
    """The edge's configuration: one endpoint, as a test sets it."""

    present: EdgeEndpoint | None = field(default_factory=lambda: endpoint(route()))

    def endpoint(self, host_name: str) -> EdgeEndpoint | None:
        return self.present if host_name == HOST else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client of the public side got."""

    status: int
    body: Any
    headers: Any


class Client:
    """Asks with a Host header of its choice."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def ask(
        self, path: str, method: str = "GET", body: Any = None, host: str = HOST, **headers: str
    ) -> Answer:
        sent = {"Host": host, **headers}
        async with self._session.request(
            method, f"{self._url}{path}", json=body, headers=sent, allow_redirects=False
        ) as response:
            text = await response.text()
            parsed = json.loads(text) if response.content_type == "application/json" else text
            return Answer(response.status, parsed, response.headers)

    @contextlib.asynccontextmanager
    async def stream(self, path: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer while it comes; leaving closes the connection."""
        async with self._session.get(f"{self._url}{path}", headers={"Host": HOST}) as response:
            yield response
            response.close()


def manifests(region: str) -> list[tuple[Any, Object]]:
    labels = {"app": "fraud"}
    container = {
        "name": "fraud",
        "image": "nginx:1.29",
        "env": [{"name": "MODEL_NAME", "value": f"fraud-{region}"}],
        "ports": [{"name": "http", "containerPort": 8000}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}, "periodSeconds": 1},
    }
    annotation = "service.beta.kubernetes.io/azure-dns-label-name"
    return [
        (
            DEPLOYMENT,
            {
                "metadata": {"name": "fraud", "namespace": "inference"},
                "spec": {
                    "replicas": 1,
                    "selector": {"matchLabels": labels},
                    "template": {
                        "metadata": {"labels": labels},
                        "spec": {"containers": [container]},
                    },
                },
            },
        ),
        (
            SERVICE,
            {
                "metadata": {
                    "name": "fraud",
                    "namespace": "inference",
                    "annotations": {annotation: label(region)},
                },
                "spec": {
                    "type": "LoadBalancer",
                    "selector": labels,
                    "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
                },
            },
        ),
    ]


def apply(cluster: Cluster, kind: Any, manifest: Object) -> None:
    metadata = manifest["metadata"]
    writing = Writing(Manager("tests", "Apply"))
    cluster.registry.apply(
        kind, metadata["namespace"], metadata["name"], manifest, writing, force=True
    )


def scale(cluster: Cluster, replicas: int) -> None:
    def edit(deployment: Object) -> None:
        deployment["spec"]["replicas"] = replicas

    cluster.store.change(DEPLOYMENT, "inference", "fraud", edit)


async def until(condition: Callable[[], Any], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
