"""Real listeners for the Services that processes are told of, as kube-proxy makes them reachable.

A Service listens while it has a ready pod; connections are refused otherwise. A headless one
listens at the ports of its pods, which clients of its name would connect to.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage

from emulators.azure.kubernetes import selectors
from emulators.azure.kubernetes.addresses import ServingCluster
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.kinds import POD, SERVICE, Object
from emulators.azure.kubernetes.probes import named_port
from emulators.azure.kubernetes.processes.loopback import next_address
from emulators.azure.kubernetes.store import Change, Key

MAX_BODY_BYTES = 64 * 1024 * 1024

AnswerInside = Callable[
    [web.BaseRequest, ServingCluster, str, str, int], Awaitable[web.StreamResponse]
]
"""Answers a request to a port of the Service that namespace and name tell."""

Port = tuple[str, str, int, int]
"""Namespace and name of a Service, where it listens, and which of its ports that is."""


class ServiceProxy:
    """Opens and closes listeners as pods become ready and go."""

    def __init__(
        self, machinery: Machinery, cluster: ServingCluster, answer: AnswerInside | None
    ) -> None:
        self._machinery = machinery
        self._cluster = cluster
        self._answer = answer
        self._addresses: dict[Key, str] = {}
        self._servers: dict[Port, asyncio.Server] = {}
        self._changing = asyncio.Lock()

    def address_of(self, namespace: str, name: str) -> str:
        """The same for good, also before there is such a Service."""
        key = (namespace, name)
        if key not in self._addresses:
            self._addresses[key] = next_address()
            self.reconcile(key)
        return self._addresses[key]

    def keys_of(self, change: Change) -> Iterable[Key]:
        if change.kind not in (SERVICE, POD):
            return []
        metadata = change.object["metadata"]
        if change.kind is SERVICE:
            return [(metadata["namespace"], metadata["name"])]
        return [
            key
            for key in self._addresses
            if key[0] == metadata["namespace"] and self._selects(key, change.object)
        ]

    def reconcile(self, key: Key) -> None:
        if key in self._addresses and self._answer is not None:
            self._machinery.background.start(self._settle(key), f"listeners of {'/'.join(key)}")

    def stop(self) -> None:
        for server in self._servers.values():
            _end(server)
        self._servers.clear()

    def _selects(self, key: Key, pod: Object) -> bool:
        service = self._machinery.store.get(SERVICE, *key)
        wanted = (service or {}).get("spec", {}).get("selector")
        labels = pod["metadata"].get("labels") or {}
        return bool(wanted) and selectors.of_labels(wanted).matches(labels)

    async def _settle(self, key: Key) -> None:
        async with self._changing:
            wanted = set(self._wanted(key))
            for port in [each for each in self._servers if each[:2] == key]:
                if port not in wanted:
                    _end(self._servers.pop(port))
            for port in wanted - self._servers.keys():
                self._servers[port] = await self._open(port)

    def _wanted(self, key: Key) -> Iterable[Port]:
        service = self._machinery.store.get(SERVICE, *key)
        behind = self._cluster.ready_pods(*key)
        if service is None or not behind:
            return
        headless = service["spec"].get("clusterIP") == "None"
        for port in service["spec"].get("ports") or []:
            number = _target(port, behind[0]) if headless else port["port"]
            if isinstance(number, int):
                yield (*key, number, port["port"])

    async def _open(self, port: Port) -> asyncio.Server:
        namespace, name, number, service_port = port
        answer, loop = self._answer, asyncio.get_running_loop()
        assert answer is not None

        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            return await answer(request, self._cluster, namespace, name, service_port)

        server = web.Server(handle, request_factory=_make_request, access_log=None)
        address = self._addresses[namespace, name]
        return await loop.create_server(server, address, number)


def _make_request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: web.RequestHandler,
    writer: AbstractStreamWriter,
    task: "asyncio.Task[None]",
) -> web.BaseRequest:
    """With room for what the gateway of a model lets through."""
    return web.BaseRequest(
        message,
        payload,
        protocol,
        writer,
        task,
        asyncio.get_running_loop(),
        client_max_size=MAX_BODY_BYTES,
    )


def _target(port: Object, pod: Object) -> object:
    target = port.get("targetPort", port["port"])
    for container in pod["spec"]["containers"]:
        target = named_port(target, container)
    return target


def _end(server: asyncio.Server) -> None:
    """Also what is connected: there is nobody any more to answer."""
    server.close()
    server.abort_clients()
