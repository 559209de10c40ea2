"""What a container has written, as the kubelet hands it out."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from emulators.azure.kubernetes import container_states, errors, listing, times
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import Kind, Object
from emulators.azure.kubernetes.processes.container_process import ContainerProcess, Line
from emulators.azure.kubernetes.processes.running import Processes
from emulators.azure.kubernetes.requests import flag
from emulators.azure.kubernetes.store import Change

FOLLOW_SECONDS = 0.1
"""Of real time, between two looks at what a process has written."""

_WAITING = {
    "ErrImagePull": "image can't be pulled",
    "ImagePullBackOff": "trying and failing to pull image",
}
"""What the kubelet says instead of the reason."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of one request for a log."""

    container: str
    follow: bool = False
    previous: bool = False
    timestamps: bool = False
    tail: int | None = None
    since_seconds: int | None = None
    since_time: str = ""
    limit_bytes: int | None = None


def read_wanted(query: Mapping[str, str], pod: Object) -> Wanted:
    """Raises the 400 for a container that the pod does not have."""
    return Wanted(
        container=_container_name(query.get("container", ""), pod),
        follow=flag(query, "follow"),
        previous=flag(query, "previous"),
        timestamps=flag(query, "timestamps"),
        tail=listing.whole_number(query, "tailLines") if "tailLines" in query else None,
        since_seconds=listing.whole_number(query, "sinceSeconds") or None,
        since_time=query.get("sinceTime", ""),
        limit_bytes=listing.whole_number(query, "limitBytes") if "limitBytes" in query else None,
    )


def _container_name(asked: str, pod: Object) -> str:
    spec = pod["spec"]
    names = [each["name"] for each in spec["containers"]]
    initial = [each["name"] for each in spec.get("initContainers") or []]
    name = pod["metadata"]["name"]
    if not asked and len(names) == 1:
        return names[0]
    if not asked:
        every = f"[{' '.join(names)}]"
        if initial:
            every += f" or one of the init containers: [{' '.join(initial)}]"
        message = f"a container name must be specified for pod {name}, choose one of: {every}"
        raise errors.bad_request(message)
    if asked not in (*names, *initial):
        raise errors.bad_request(f"container {asked} is not valid for pod {name}")
    return asked


def read(
    pod: Object, wanted: Wanted, now: datetime, processes: Processes | None = None
) -> list[Line]:
    """The lines that are there. Raises the 400 of a container that has not written any yet."""
    if not pod["spec"].get("nodeName"):
        return []
    written = _written_by_process(pod, wanted, processes) if processes is not None else None
    return _select(_written(pod, wanted) if written is None else written, wanted, now)


def _written_by_process(pod: Object, wanted: Wanted, processes: Processes) -> list[Line] | None:
    """None for a container without a process. The one before shows while it is not started."""
    ended = processes.lines(pod, wanted.container, previous=True)
    state = _status_of(pod, wanted.container).get("state") or {}
    present = processes.lines(pod, wanted.container)
    if wanted.previous:
        return ended if "running" in state else present
    return present


def _written(pod: Object, wanted: Wanted) -> list[Line]:
    name = pod["metadata"]["name"]
    status = _status_of(pod, wanted.container)
    state = status.get("state") or {}
    before = (status.get("lastState") or {}).get("terminated")
    if wanted.previous:
        if before is None:
            missing = f'previous terminated container "{wanted.container}" in pod "{name}"'
            raise errors.bad_request(f"{missing} not found")
        return _lines_of(before)
    if "running" in state:
        return [Line(state["running"]["startedAt"], f"{state['running']['startedAt']} listening")]
    ended = state.get("terminated") or before
    if ended is not None:
        return _lines_of(ended)
    reason = (state.get("waiting") or {}).get("reason", "ContainerCreating")
    raise errors.bad_request(
        f'container "{wanted.container}" in pod "{name}" is waiting to start:'
        f" {_WAITING.get(reason, reason)}"
    )


def _status_of(pod: Object, container: str) -> Object:
    statuses = container_states.all_statuses(pod)
    return next((each for each in statuses if each["name"] == container), {})


def _lines_of(ended: Object) -> list[Line]:
    text = str(ended.get("message") or "")
    return [Line(ended["finishedAt"], each) for each in text.splitlines()]


def _select(lines: list[Line], wanted: Wanted, now: datetime) -> list[Line]:
    if wanted.since_seconds is not None:
        lines = [line for line in lines if _age(line, now) <= wanted.since_seconds]
    if wanted.since_time:
        start = times.parse(wanted.since_time)
        lines = [line for line in lines if times.parse(line.at) >= start]
    if wanted.tail is not None and wanted.tail >= 0:
        lines = lines[len(lines) - min(wanted.tail, len(lines)) :]
    return lines


def _age(line: Line, now: datetime) -> float:
    return (now - times.parse(line.at)).total_seconds()


def as_text(lines: list[Line], timestamps: bool) -> bytes:
    written = (
        f"{line.at.removesuffix('Z')}.000000000Z {line.text}" if timestamps else line.text
        for line in lines
    )
    return "".join(f"{each}\n" for each in written).encode()


async def stream(
    cluster: Cluster, request: web.Request, key: tuple[Kind, str, str], wanted: Wanted
) -> web.StreamResponse:
    """Answer with the log; one that is followed ends with its container or pod."""
    now = times.parse(cluster.registry.now())
    pod = cluster.store.read(*key)
    lines = read(pod, wanted, now, cluster.processes)
    text = as_text(lines, wanted.timestamps)[: wanted.limit_bytes]
    if not wanted.follow or wanted.previous:
        return web.Response(body=text, content_type="text/plain")
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    changes: asyncio.Queue[Change] = asyncio.Queue()
    cluster.store.listen(changes.put_nowait)
    try:
        await response.prepare(request)
        await response.write(text)
        process = cluster.processes.find(pod, wanted.container)
        if process is not None:
            await _follow(response, request, process, wanted.timestamps)
            return response
        while request.transport is not None and _is_running(
            cluster.store.get(*key), wanted.container
        ):
            await changes.get()
        return response
    finally:
        cluster.store.unlisten(changes.put_nowait)


async def _follow(
    response: web.StreamResponse,
    request: web.Request,
    process: ContainerProcess,
    timestamps: bool,
) -> None:
    """What the process writes, until it ends or nobody reads any more."""
    seen = process.line_count
    while request.transport is not None and not request.transport.is_closing():
        has_ended = process.exit_code is not None
        process.read()
        fresh = list(process.lines)[max(len(process.lines) - (process.line_count - seen), 0) :]
        seen = process.line_count
        await response.write(as_text(fresh, timestamps))
        if has_ended:
            return
        await asyncio.sleep(FOLLOW_SECONDS)


def _is_running(pod: Object | None, container: str) -> bool:
    state = _status_of(pod, container).get("state") if pod is not None else None
    return "running" in (state or {})
