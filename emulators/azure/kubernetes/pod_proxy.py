"""Requests that the API server passes on to a port of a pod.

`pods/{name}:{port}/proxy/{path}`; without a port it is the first that a container declares.
"""

import re

from aiohttp import web

from emulators.azure.kubernetes import errors
from emulators.azure.kubernetes.calls import Call
from emulators.azure.kubernetes.kinds import POD, Object

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_NAME = re.compile(r"(?:(?P<scheme>https?|):)?(?P<name>[^:]+)(?::(?P<port>[^:]*))?")
_PATH = re.compile(r"/pods/[^/]+/proxy(?P<path>/.*)?$")


async def pass_on(call: Call) -> web.StreamResponse:
    asked = _NAME.fullmatch(call.target.name)
    if asked is None:
        raise errors.bad_request(f'invalid pod request "{call.target.name}"')
    pod = call.cluster.store.read(POD, call.target.namespace, asked["name"])
    address = pod["status"].get("podIP")
    if not address:
        raise errors.bad_request("address not allowed")
    port = int(asked["port"]) if (asked["port"] or "").isdigit() else _first_port(pod)
    answer = call.cluster.answer_pod
    try:
        # Nothing listens with TLS.
        if answer is None or asked["scheme"] == "https":
            raise ConnectionRefusedError
        return await answer(call.request, call.cluster, pod, port, _path_of(call.request))
    except ConnectionRefusedError:
        raise errors.pod_unreachable(address, port) from None


def _first_port(pod: Object) -> int:
    declared = [port for each in pod["spec"]["containers"] for port in each.get("ports") or []]
    return declared[0]["containerPort"] if declared else 80


def _path_of(request: web.Request) -> str:
    """As it was sent."""
    found = _PATH.search(request.rel_url.raw_path)
    return (found["path"] if found else None) or "/"
