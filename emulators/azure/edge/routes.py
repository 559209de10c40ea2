"""The public side: requests to Front Door's host names and straight to a region's DNS labels."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

from emulators.azure.edge import front_door_edge, origins
from emulators.azure.edge.exchange import Unreachable, read_question
from emulators.azure.edge.front_doors import Endpoint, FrontDoors
from emulators.azure.kubernetes.addresses import Frontend, PublicAddresses, ServingCluster


async def handle(
    request: web.Request,
    front_door: FrontDoors,
    addresses: PublicAddresses,
    note: Callable[[Endpoint], None] = lambda endpoint: None,
) -> web.StreamResponse:
    """Answer a request whose Host is an edge endpoint or a DNS label.

    `note` is called for each request that an endpoint serves, whatever the answer is; the edge's
    own questions to origins whether they are healthy do not come through here.
    """
    host = request.host.partition(":")[0].lower()
    if host.endswith(".azurefd.net"):
        endpoint = front_door.endpoint(host)
        if endpoint is not None and endpoint.known and endpoint.enabled:
            note(endpoint)
        return await front_door_edge.serve(request, endpoint, addresses)
    return await _serve_directly(request, host, addresses)


async def answer_inside(
    request: web.BaseRequest, cluster: ServingCluster, namespace: str, service: str, port: int
) -> web.StreamResponse:
    """A request of a process in the cluster to a port of a Service."""
    frontend = Frontend("", "", None, cluster, namespace, service)
    try:
        reply = await origins.reach(frontend, port, await read_question(request))
    except Unreachable:
        return _hang_up(request)
    return await reply.send(request, {})


async def answer_pod(
    request: web.BaseRequest, cluster: ServingCluster, pod: dict[str, Any], port: int, path: str
) -> web.StreamResponse:
    """A request that an API server passes on, without what it was itself shown.

    Raises ConnectionRefusedError where nothing listens.
    """
    asked = await read_question(request)
    headers = CIMultiDict(asked.headers)
    headers.popall("Authorization", None)
    headers.update({"X-Forwarded-Host": request.host, "X-Forwarded-Uri": request.path})
    question = replace(asked, path=path, headers=headers)
    try:
        reply = await origins.reach_pod(cluster, pod, port, question)
    except Unreachable as failure:
        raise ConnectionRefusedError from failure
    return await reply.send(request, {})


async def _serve_directly(
    request: web.Request, host: str, addresses: PublicAddresses
) -> web.StreamResponse:
    """Past Front Door: whoever is not let in, and whatever does not exist, gets no answer."""
    frontend = addresses.resolve(host)
    if frontend is None or not origins.admits_everybody(frontend):
        return _hang_up(request)
    question = await read_question(request)
    try:
        reply = await origins.reach(frontend, origins.first_port(frontend), question)
    except Unreachable:
        return _hang_up(request)
    return await reply.send(request, {})


def _hang_up(request: web.BaseRequest) -> web.StreamResponse:
    """Close the connection without a word, as a client sees a dropped or refused one."""
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError("The connection was refused.")
