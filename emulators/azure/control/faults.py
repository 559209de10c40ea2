"""Faults on demand: answers that are slow, wrong or lost, and operations that end badly."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emulators.azure.arm.operations import PlannedFailure
from emulators.azure.control.cluster_faults import ClusterFault, apply_to, read_cluster_fault
from emulators.azure.control.input import BadInput, Fields, required
from emulators.azure.control.metrics_faults import describe, read_metrics_fault
from emulators.azure.control.recorded import RECORDED_ANSWERS, RECORDED_FAILURES
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.monitor.faults import MetricsFault


@dataclass(slots=True)
class Fault:
    """What happens to matching requests. `left` None means for ever.

    `after`: the request is carried out and only its answer is replaced, as a gateway does that
    gives up on a resource provider which goes on working.
    """

    id: str
    method: str | None
    path: re.Pattern[str] | None
    host: re.Pattern[str] | None
    about: re.Pattern[str] | None
    left: int | None
    latency_seconds: float
    status: int | None
    code: str | None
    message: str | None
    body: Any
    headers: dict[str, str]
    after: bool
    recorded: str | None = None
    """The name of a whole answer of real Azure, instead of status, code, message and body."""
    used: int = 0
    """How many requests it has met."""

    @property
    def answers(self) -> bool:
        return self.status is not None or self.recorded is not None

    def matches(self, method: str, host: str, path: str, about: Callable[[], str]) -> bool:
        return (
            self.left != 0
            and (self.method is None or self.method == method)
            and (self.path is None or self.path.search(path) is not None)
            and (self.host is None or self.host.search(host) is not None)
            and (self.about is None or self.about.search(about()) is not None)
        )

    def wire(self) -> dict[str, Any]:
        match = {
            "method": self.method,
            "path": self.path and self.path.pattern,
            "host": self.host and self.host.pattern,
            "about": self.about and self.about.pattern,
        }
        return {
            "id": self.id,
            "match": {name: value for name, value in match.items() if value is not None},
            "count": self.left,
            "latencySeconds": self.latency_seconds,
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "body": self.body,
            "headers": self.headers,
            "after": self.after,
            "recorded": self.recorded,
            "used": self.used,
        }


@dataclass(slots=True)
class OperationFault:
    """Lets operations fail whose `METHOD path` matches."""

    id: str
    operation: re.Pattern[str]
    left: int | None
    failure: PlannedFailure
    used: int = 0
    """How many operations it has met."""

    def wire(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "operation": self.operation.pattern,
            "count": self.left,
            "error": self.failure.error,
            "afterSeconds": self.failure.after_seconds,
            "stray": self.failure.is_stray,
            "healsAfterSeconds": self.failure.heals_after_seconds,
            "canceled": self.failure.is_cancellation,
            "used": self.used,
        }


@dataclass(slots=True)
class Faults:
    """The faults that are set now; each is used up after its count."""

    requests: list[Fault] = field(default_factory=list[Fault])
    operations: list[OperationFault] = field(default_factory=list[OperationFault])
    clusters: list[ClusterFault] = field(default_factory=list[ClusterFault])
    metrics: list[MetricsFault] = field(default_factory=list[MetricsFault])
    _made: int = 0

    def add(self, body: object) -> dict[str, Any]:
        """Set a fault from its JSON and show it; raises BadInput."""
        fields = Fields(body)
        self._made += 1
        fault_id = f"fault-{self._made}"
        if "cluster" in fields:
            cluster_fault = read_cluster_fault(fault_id, fields.all())
            self.clusters.append(cluster_fault)
            return cluster_fault.wire()
        if "metrics" in fields:
            metrics_fault = read_metrics_fault(fault_id, fields)
            self.metrics.append(metrics_fault)
            return describe(metrics_fault)
        if "operation" in fields:
            operation_fault = _read_operation_fault(fault_id, fields)
            self.operations.append(operation_fault)
            return operation_fault.wire()
        fault = _read_fault(fault_id, fields)
        self.requests.append(fault)
        return fault.wire()

    def take(self, method: str, host: str, path: str, about: Callable[[], str]) -> Fault | None:
        """The first fault that matches a request, counted as used.

        `about`: the ARM id of the resource that the request concerns.
        """
        for fault in self.requests:
            if fault.matches(method, host, path, about):
                fault.left = None if fault.left is None else fault.left - 1
                fault.used += 1
                return fault
        return None

    def planned_failure(self, request: str) -> PlannedFailure | None:
        """How an operation is to fail that `METHOD path` begins."""
        for fault in self.operations:
            if fault.left != 0 and fault.operation.search(request):
                fault.left = None if fault.left is None else fault.left - 1
                fault.used += 1
                return fault.failure
        return None

    def remove(self, fault_id: str) -> bool:
        before = len(self.wire())
        self.requests = [each for each in self.requests if each.id != fault_id]
        self.operations = [each for each in self.operations if each.id != fault_id]
        self.clusters = [each for each in self.clusters if each.id != fault_id]
        self.metrics = [each for each in self.metrics if each.id != fault_id]
        return len(self.wire()) < before

    def clear(self) -> None:
        self.requests.clear()
        self.operations.clear()
        self.clusters.clear()
        self.metrics.clear()

    def prepare(self, cluster: Cluster) -> None:
        """Give a cluster the faults that are set for it."""
        apply_to(cluster, self.clusters)

    def wire(self) -> list[dict[str, Any]]:
        shown = [each.wire() for each in (*self.requests, *self.operations, *self.clusters)]
        return shown + [describe(each) for each in self.metrics]


def _read_fault(fault_id: str, fields: Fields) -> Fault:
    match = Fields(fields.anything("match") or {}, "match")
    method = match.text("method")
    fault = Fault(
        id=fault_id,
        method=method.upper() if method else None,
        path=match.pattern("path"),
        host=match.pattern("host"),
        about=match.pattern("about"),
        left=fields.integer("count", low=1),
        latency_seconds=fields.number("latencySeconds", 0) or 0,
        status=fields.integer("status", low=200, high=599),
        code=fields.text("code"),
        message=fields.text("message"),
        body=fields.anything("body"),
        headers=fields.strings("headers"),
        after=fields.flag("after"),
        recorded=fields.text("recorded"),
    )
    match.finish()
    fields.finish()
    _check_answer(fault)
    return fault


def _check_answer(fault: Fault) -> None:
    in_detail = bool(fault.code or fault.message or fault.body is not None)
    if not fault.answers and not fault.latency_seconds:
        raise BadInput(
            "status or latencySeconds is required, or recorded: a fault must do something."
        )
    if not fault.answers and (fault.after or in_detail):
        raise BadInput("status is required when after, code or body is given.")
    if fault.recorded is None:
        return
    if fault.recorded not in RECORDED_ANSWERS:
        raise BadInput(f"recorded must be one of {', '.join(RECORDED_ANSWERS)}.")
    if fault.status is not None or in_detail:
        raise BadInput("recorded is a whole answer: status, code, message and body are not.")


def _read_operation_fault(fault_id: str, fields: Fields) -> OperationFault:
    operation = required(fields.pattern("operation"), "operation")
    error = _read_error(fields)
    fault = OperationFault(
        id=fault_id,
        operation=operation,
        left=fields.integer("count", low=1),
        failure=PlannedFailure(
            {"message": "", **error},
            fields.number("afterSeconds"),
            fields.flag("stray"),
            fields.number("healsAfterSeconds"),
            fields.flag("canceled"),
        ),
    )
    fields.finish()
    if fault.failure.is_stray and fault.failure.heals_after_seconds is not None:
        raise BadInput("healsAfterSeconds goes with an operation that fails: stray is not.")
    return fault


def _read_error(fields: Fields) -> dict[str, Any]:
    recorded = fields.text("recorded")
    if recorded is not None:
        if recorded not in RECORDED_FAILURES:
            raise BadInput(f"recorded must be one of {', '.join(RECORDED_FAILURES)}.")
        return dict(RECORDED_FAILURES[recorded])
    error = fields.anything("error")
    if not isinstance(error, dict) or not isinstance(error.get("code"), str):
        raise BadInput("error must be an object with a code.")
    return error
