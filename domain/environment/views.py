"""How the API shows environments and operations."""

from typing import Any

from domain.environment.operation import Operation, Step
from domain.environment.record import EnvironmentRecord
from domain.outcomes import Failure
from domain.wire import format_time


def describe_environment(record: EnvironmentRecord) -> dict[str, Any]:
    """The body of `GET /environments/{name}`."""
    wire = record.to_wire()
    body = {
        "name": record.name,
        "phase": str(record.phase),
        "generation": record.generation,
        "createdDateTime": wire["createdAt"],
        "lastModifiedDateTime": wire["updatedAt"],
        "spec": wire["spec"],
        "cells": wire["cells"],
    }
    if record.endpoint:
        body["endpoint"] = record.endpoint
    if record.active_operation:
        body["operationId"] = record.active_operation
    if record.failure:
        body["error"] = describe_failure(record.failure)
    if record.remaining:
        body["remainingResources"] = list(record.remaining)
    return body


def build_etag(record: EnvironmentRecord) -> str:
    return f'"{record.sequence}-{record.revision}"'


def describe_operation(operation: Operation) -> dict[str, Any]:
    """The body of `GET /operations/{id}`."""
    body: dict[str, Any] = {
        "id": operation.id,
        "kind": str(operation.kind),
        "environment": operation.environment,
        "status": str(operation.status),
        "percentComplete": operation.percent_complete,
        "createdDateTime": format_time(operation.created_at),
        "lastActionDateTime": format_time(operation.last_action_at),
        "steps": [_describe_step(step) for step in operation.steps],
    }
    if operation.failure:
        body["error"] = describe_failure(operation.failure)
    if operation.warnings:
        body["warnings"] = [warning.to_wire() for warning in operation.warnings]
    return body


def _describe_step(step: Step) -> dict[str, Any]:
    return {
        key: value
        for key, value in {
            "name": step.name,
            "status": str(step.status),
            "startDateTime": step.started_at and format_time(step.started_at),
            "endDateTime": step.ended_at and format_time(step.ended_at),
            "detail": step.detail,
            "resourceId": step.resource_id,
            "error": step.failure and describe_failure(step.failure),
        }.items()
        if value is not None
    }


def describe_failure(failure: Failure) -> dict[str, Any]:
    """A failure in the shape of the API's errors."""
    wire: dict[str, Any] = failure.to_wire()
    return {"code": wire.pop("reason"), **wire}
