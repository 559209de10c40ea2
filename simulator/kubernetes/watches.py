"""Watches: a stream of what changes, from a resource version on."""

import asyncio
from collections.abc import Iterable

from aiohttp import web

from simulator.kubernetes import presentation
from simulator.kubernetes.cluster import Cluster
from simulator.kubernetes.kinds import Object
from simulator.kubernetes.listing import Selection
from simulator.kubernetes.requests import flag
from simulator.kubernetes.store import Change, ChangeType, as_json

DEFAULT_TIMEOUT_SECONDS = 1800.0


async def stream(
    cluster: Cluster, request: web.Request, selection: Selection
) -> web.StreamResponse:
    """Send events until the client goes away or the time it asked for is over."""
    queue: asyncio.Queue[Change] = asyncio.Queue()
    backlog = _backlog(cluster, request, selection)
    cluster.store.listen(queue.put_nowait)
    try:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for event in backlog:
            await _send(response, cluster, request, selection, event)
        timeout = float(request.query.get("timeoutSeconds") or DEFAULT_TIMEOUT_SECONDS)
        await _follow(response, cluster, request, selection, queue, timeout)
        return response
    finally:
        cluster.store.unlisten(queue.put_nowait)


def _backlog(cluster: Cluster, request: web.Request, selection: Selection) -> list[Object]:
    """What a new watch begins with: present objects, or changes since a version."""
    version = request.query.get("resourceVersion", "")
    initial = flag(request.query, "sendInitialEvents")
    if version not in ("", "0") and not initial:
        changes = cluster.store.changes_since(int(version))
        return [event for each in changes for event in _events(each, selection)]
    present = [
        {"type": "ADDED", "object": each}
        for each in cluster.store.list(selection.kind)
        if selection.includes(each)
    ]
    return [*present, _bookmark(cluster, selection)] if initial else present


def _bookmark(cluster: Cluster, selection: Selection) -> Object:
    metadata = {
        "resourceVersion": str(cluster.store.version),
        "annotations": {"k8s.io/initial-events-end": "true"},
    }
    kind = selection.kind
    subject = {"kind": kind.kind, "apiVersion": kind.api_version, "metadata": metadata}
    return {"type": "BOOKMARK", "object": subject}


def _events(change: Change, selection: Selection) -> Iterable[Object]:
    """A change as the watcher of a selection sees it: an object can come into it and leave it."""
    if change.kind is not selection.kind:
        return
    was_in = change.previous is not None and selection.includes(change.previous)
    is_in = change.type is not ChangeType.DELETED and selection.includes(change.object)
    if is_in:
        yield {"type": "MODIFIED" if was_in else "ADDED", "object": change.object}
    elif was_in:
        yield {"type": "DELETED", "object": change.object}


async def _follow(
    response: web.StreamResponse,
    cluster: Cluster,
    request: web.Request,
    selection: Selection,
    queue: asyncio.Queue[Change],
    timeout: float,
) -> None:
    try:
        async with asyncio.timeout(timeout):
            while True:
                for event in _events(await queue.get(), selection):
                    await _send(response, cluster, request, selection, event)
    except (TimeoutError, ConnectionResetError):
        return


async def _send(
    response: web.StreamResponse,
    cluster: Cluster,
    request: web.Request,
    selection: Selection,
    event: Object,
) -> None:
    subject = event["object"]
    if presentation.wants_table(request) and event["type"] != "BOOKMARK":
        now = cluster.registry.now()
        table = presentation.table_of_one(request, selection.kind, subject, now)
        event = event | {"object": table}
    await response.write(as_json(event))
