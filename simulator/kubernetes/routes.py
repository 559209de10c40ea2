"""The Kubernetes API of one cluster over HTTP."""

from collections.abc import Callable

from aiohttp import web

from simulator.kubernetes.cluster import Cluster

AudienceOf = Callable[[str], str | None]


async def handle(
    request: web.Request, cluster: Cluster, path: str, audience_of: AudienceOf
) -> web.StreamResponse:
    """Answer one request; `path` is what follows `/kubernetes/{clusterId}`."""
    raise web.HTTPNotImplemented
