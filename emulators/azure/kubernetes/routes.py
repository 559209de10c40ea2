"""The Kubernetes API of one cluster over HTTP: who may ask, and where each request goes."""

from collections.abc import Callable

from aiohttp import web

from emulators.azure.kubernetes import (
    bodies,
    discovery,
    errors,
    kinds,
    openapi,
    requests,
    resources,
)
from emulators.azure.kubernetes.calls import Call
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.store import as_json

AudienceOf = Callable[[str], str | None]

AUDIENCE = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""The AKS server application, the resource that tokens for a cluster are issued for."""

_HEALTH_PATHS = ("/healthz", "/livez", "/readyz")


async def handle(
    request: web.Request, cluster: Cluster, path: str, audience_of: AudienceOf
) -> web.StreamResponse:
    """Answer one request; `path` is what follows `/kubernetes/{clusterId}`."""
    try:
        _check_token(request, audience_of)
        return await _answer(request, cluster, f"/{path.strip('/')}")
    except ApiError as refusal:
        return json_response(refusal.status, refusal.code)


def json_response(body: Object, status: int = 200) -> web.Response:
    return web.Response(body=as_json(body), status=status, content_type=bodies.JSON)


def _check_token(request: web.Request, audience_of: AudienceOf) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or audience_of(token.strip()) != AUDIENCE:
        raise errors.unauthorized()


async def _answer(request: web.Request, cluster: Cluster, path: str) -> web.StreamResponse:
    target = requests.parse_path(path)
    if target is not None:
        return await resources.answer(Call(cluster, request, target))
    if path in _HEALTH_PATHS:
        return web.Response(text="ok")
    if path == "/openapi/v2":
        return web.Response(body=b"", content_type=openapi.PROTOBUF_V2)
    if path == "/version":
        return json_response(discovery.version(cluster.kubernetes_version))
    document = discovery.answer(path, request.host) or openapi.answer(path)
    if document is not None:
        return json_response(document)
    if any(path.startswith(f"/{discovery.prefix(*each)}/") for each in kinds.group_versions()):
        raise errors.unknown_resource()
    return web.Response(text="404 page not found\n", status=404)
