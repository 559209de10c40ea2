"""What the model's container wrote to its log: which pod is read, and pages of its lines."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlencode

from pydantic import AwareDatetime, Field

from domain.wire import JsonObject, WireModel, format_time

DEFAULT_LINES = 100
MAX_LINES = 1000
PAGE_BYTES = 256 * 1024
"""Of text that Kubernetes is asked for, with its timestamps; runtimes split lines at 16 KiB."""

LOG_POLL_SECONDS = 2
"""Between two pages of a log that is followed."""

_POSITION = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z)_(\d{1,6})")
_SECOND = len("2026-11-30T12:00:00")


class LogRefusalCode(StrEnum):
    """Why there is no log to show."""

    POD_NOT_FOUND = "PodNotFound"
    LOG_NOT_AVAILABLE = "LogNotAvailable"
    CLUSTER_UNREACHABLE = "ClusterUnreachable"


@dataclass(frozen=True, slots=True)
class PodLogRefusal:
    """Why there is no log to show, with the answer of Kubernetes where there is one."""

    code: LogRefusalCode
    message: str


@dataclass(frozen=True, slots=True)
class LinePosition:
    """The place after a line: its time, and how many of that same time come before."""

    time: str
    """RFC 3339 with nanoseconds, as the kubelet writes it."""
    seen: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for what no page has as its `skiptoken`."""
        found = _POSITION.fullmatch(text)
        try:
            return cls(_time_of(found[1]), int(found[2])) if found else None
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.time}_{self.seen}"


@dataclass(frozen=True, slots=True)
class PodLogQuery:
    """One page. `pod`: None for the one that tells most."""

    environment: str
    region: str
    pod: str | None = None
    previous: bool = False
    lines: int = DEFAULT_LINES
    position: LinePosition | None = None


class LogLine(WireModel):
    """One line of a container's log."""

    at: AwareDatetime = Field(description="When it was written.")
    text: str = Field(description="The line.", examples=["Loading weights: 100%"])


class LogPod(WireModel):
    """A pod of the workload."""

    name: str = Field(description="Name of the pod.", examples=["fraud-llm-6d4c7b8f9-x2x7k"])
    phase: str = Field(description="Phase of the pod in Kubernetes.", examples=["Running"])
    is_ready: bool = Field(description="Whether it serves requests.")
    restarts: int = Field(description="Restarts of the model's container.", examples=[0])


class PodLogPage(WireModel):
    """Lines of one pod's log, oldest first."""

    region: str = Field(description="Azure region of the pod.", examples=["westeurope"])
    pod: str = Field(description="Pod whose log this is.", examples=["fraud-llm-6d4c7b8f9-x2x7k"])
    previous: bool = Field(description="Whether it is the container before the last restart.")
    value: tuple[LogLine, ...] = Field(description="The lines.")
    is_truncated: bool = Field(
        description="Whether more has been written than the page has room for."
    )
    pods: tuple[LogPod, ...] = Field(description="All pods of the workload in the region.")
    next_link: str | None = Field(
        default=None,
        description="Relative URL of what follows this page, now or later; absent once all of "
        "a container that has ended was read.",
        json_schema_extra={"format": "uri-reference"},
    )


type PodLogAnswer = PodLogPage | PodLogRefusal
type PodLogReader = Callable[[PodLogQuery], Awaitable[PodLogAnswer]]
"""Reads a page from the cluster of a region."""


def choose_pod(pods: Iterable[JsonObject], query: PodLogQuery) -> LogPod | PodLogRefusal:
    """The pod that was asked for; otherwise one that has started and is not ready, if any is."""
    found = list_log_pods(pods)
    named = [pod for pod in found if query.pod in (None, pod.name)]
    if named:
        return min(named, key=lambda pod: (pod.phase == "Pending", pod.is_ready, pod.name))
    if query.pod:
        names = ", ".join(pod.name for pod in found) or "none"
        message = f"There is no pod {query.pod} in {query.region}. Pods there: {names}."
    else:
        message = (
            f"No pod of the model is in {query.region}: the environment sleeps, or its workload "
            "was not started yet."
        )
    return PodLogRefusal(LogRefusalCode.POD_NOT_FOUND, message)


def list_log_pods(pods: Iterable[JsonObject]) -> tuple[LogPod, ...]:
    return tuple(sorted((_log_pod(pod) for pod in pods), key=lambda pod: pod.name))


def build_log_options(query: PodLogQuery) -> dict[str, str]:
    """Parameters of the Kubernetes API. Its server passes `sinceTime` on in whole seconds."""
    options = {"timestamps": "true", "limitBytes": str(PAGE_BYTES)}
    if query.previous:
        options["previous"] = "true"
    if query.position:
        return {**options, "sinceTime": f"{query.position.time[:_SECOND]}Z"}
    return {**options, "tailLines": str(query.lines)}


def build_log_page(
    query: PodLogQuery, pods: Sequence[JsonObject], pod: LogPod, text: str
) -> PodLogPage:
    """`text`: what Kubernetes answers to `build_log_options(query)`."""
    is_cut = len(text.encode()) >= PAGE_BYTES
    read = [line for line in map(_split, _whole_lines(text, is_cut)) if line]
    new = _after(read, query.position)
    position = _next_position(new, read, query.position, is_cut)
    has_next = is_cut or not query.previous
    return PodLogPage(
        region=query.region,
        pod=pod.name,
        previous=query.previous,
        value=tuple(LogLine(at=datetime.fromisoformat(at), text=rest) for at, rest in new),
        is_truncated=is_cut,
        pods=list_log_pods(pods),
        next_link=_next_link(query, pod.name, position) if has_next else None,
    )


def _whole_lines(text: str, is_cut: bool) -> list[str]:
    lines = text.removesuffix("\n").split("\n")
    is_broken_off = is_cut and not text.endswith("\n")
    return lines[:-1] if is_broken_off and len(lines) > 1 else lines


def _split(line: str) -> tuple[str, str] | None:
    """Time and text; None for what has no time, such as an empty log."""
    at, _, rest = line.partition(" ")
    try:
        return _time_of(at), rest.removesuffix("\r")
    except ValueError:
        return None


def _time_of(text: str) -> str:
    """Raises ValueError for what is no time in UTC with nanoseconds."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", text):
        raise ValueError(text)
    datetime.fromisoformat(text)
    return text


def _after(
    lines: Sequence[tuple[str, str]], position: LinePosition | None
) -> list[tuple[str, str]]:
    if position is None:
        return list(lines)
    same = [line for line in lines if line[0] == position.time]
    return [*same[position.seen :], *(line for line in lines if line[0] > position.time)]


def _next_position(
    new: Sequence[tuple[str, str]],
    read: Sequence[tuple[str, str]],
    before: LinePosition | None,
    is_cut: bool,
) -> LinePosition | None:
    if new:
        last = new[-1][0]
        return LinePosition(last, sum(at == last for at, _ in read))
    if before and is_cut:
        # One second has more than a page, and Kubernetes can only be asked from a second on.
        second = datetime.fromisoformat(f"{before.time[:_SECOND]}Z") + timedelta(seconds=1)
        return LinePosition(f"{format_time(second)[:_SECOND]}.000000000Z", 0)
    return before


def _next_link(query: PodLogQuery, pod: str, position: LinePosition | None) -> str:
    parameters = {
        "region": query.region,
        "pod": pod,
        **({"previous": "true"} if query.previous else {}),
        **({"skiptoken": str(position)} if position else {"tail": str(query.lines)}),
    }
    return f"/environments/{query.environment}/logs?{urlencode(parameters)}"


def _log_pod(pod: JsonObject) -> LogPod:
    nothing: Mapping[str, Any] = {}
    status: Mapping[str, Any] = pod.get("status") or nothing
    conditions: Sequence[Mapping[str, Any]] = status.get("conditions") or ()
    containers: Sequence[Mapping[str, Any]] = status.get("containerStatuses") or ()
    return LogPod(
        name=pod["metadata"]["name"],
        phase=status.get("phase") or "Pending",
        is_ready=any(c["type"] == "Ready" and c["status"] == "True" for c in conditions),
        restarts=sum(c.get("restartCount") or 0 for c in containers),
    )
