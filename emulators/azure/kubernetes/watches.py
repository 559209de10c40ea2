"""Watches: a stream of what changes, from a resource version on."""

import asyncio
import contextlib

from aiohttp import web

from emulators.azure.kubernetes import presentation
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.feeds import Feed
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.listing import Selection
from emulators.azure.kubernetes.requests import flag
from emulators.azure.kubernetes.store import as_json

DEFAULT_TIMEOUT_SECONDS = 1800.0


async def stream(
    cluster: Cluster, request: web.Request, selection: Selection
) -> web.StreamResponse:
    """Send events until the client goes away or the time it asked for is over."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    try:
        feed = _open(cluster, request, selection)
    except ApiError as refusal:
        # The answer has begun when the API server finds out how old the version is.
        await response.prepare(request)
        await response.write(as_json({"type": "ERROR", "object": refusal.status}))
        return response
    try:
        await response.prepare(request)
        await _follow(response, cluster, request, selection, feed)
        return response
    finally:
        feed.close()


def _open(cluster: Cluster, request: web.Request, selection: Selection) -> Feed:
    """A watch that asks for initial events gets them whatever version it names."""
    query = request.query
    version = query.get("resourceVersion", "")
    initial = flag(query, "sendInitialEvents")
    begins_now = initial or version in ("", "0")
    feed = Feed(cluster.store, selection, None if begins_now else int(version))
    if initial and flag(query, "allowWatchBookmarks"):
        feed.add_bookmark(initial=True)
    return feed


async def _follow(
    response: web.StreamResponse,
    cluster: Cluster,
    request: web.Request,
    selection: Selection,
    feed: Feed,
) -> None:
    timeout = float(request.query.get("timeoutSeconds") or DEFAULT_TIMEOUT_SECONDS)
    try:
        async with asyncio.timeout(timeout):
            while True:
                event = await feed.events.get()
                await response.write(as_json(_shown(cluster, request, selection, event)))
    except TimeoutError:
        await _say_how_far(response, request, feed)
    except ConnectionResetError:
        return


async def _say_how_far(response: web.StreamResponse, request: web.Request, feed: Feed) -> None:
    """So that the next watch of the same client need not begin with what is long past."""
    if flag(request.query, "allowWatchBookmarks"):
        feed.add_bookmark()
        with contextlib.suppress(ConnectionResetError):
            await response.write(as_json(feed.events.get_nowait()))


def _shown(cluster: Cluster, request: web.Request, selection: Selection, event: Object) -> Object:
    if not presentation.wants_table(request) or event["type"] == "BOOKMARK":
        return event
    now = cluster.registry.now()
    table = presentation.table_of_one(request, selection.kind, event["object"], now)
    return event | {"object": table}
