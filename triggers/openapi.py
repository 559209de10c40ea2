"""The OpenAPI document, built from the models that validate and the routes that serve."""

from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import CellState, TimelineEvent
from domain.outcomes import Status
from domain.spec.model import EnvironmentSpec
from domain.sweep.model import SweepDecision
from domain.sweep.summary import SweepSummary
from triggers.queries import MAX_PAGE_SIZE

type Schema = dict[str, Any]


@cache
def build_openapi() -> Schema:
    _, definitions = models_json_schema(
        [
            (model, "validation")
            for model in (EnvironmentSpec, CellState, TimelineEvent, SweepDecision, SweepSummary)
        ],
        by_alias=True,
        ref_template="#/components/schemas/{model}",
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gridplane", "version": "0.1.0"},
        "paths": _paths(),
        "components": {"schemas": {**definitions["$defs"], **_answers()}},
    }


def _paths() -> Schema:
    name = _parameter("name", "path")
    return {
        "/environments": {
            "post": _operation(
                "createEnvironment",
                {"202": _accepted(), "400": _error(), "409": _error()},
                [_parameter("Repeatability-Request-ID", "header", format="uuid")],
                body=_ref("EnvironmentSpec"),
            ),
            "get": _operation(
                "listEnvironments",
                {"200": _json(_ref("EnvironmentList")), "400": _error()},
                [
                    _parameter(
                        "maxpagesize", "query", kind="integer", minimum=1, maximum=MAX_PAGE_SIZE
                    ),
                    _parameter("phase", "query", enum=list(Phase)),
                    _parameter("costCenter", "query"),
                    _parameter("skiptoken", "query"),
                ],
            ),
        },
        "/environments/{name}": {
            "get": _operation(
                "getEnvironment", {"200": _json(_ref("Environment")), "404": _error()}, [name]
            ),
            "put": _operation(
                "replaceEnvironment",
                {
                    "202": _accepted(),
                    "400": _error(),
                    "404": _error(),
                    "409": _error(),
                    "412": _error(),
                },
                [
                    name,
                    _parameter("Repeatability-Request-ID", "header", format="uuid"),
                    _parameter("If-Match", "header"),
                ],
                body=_ref("EnvironmentSpec"),
            ),
            "delete": _operation(
                "deleteEnvironment",
                {
                    "202": _accepted(),
                    "204": {"description": "There is no such environment."},
                    "400": _error(),
                    "409": _error(),
                    "412": _error(),
                },
                [
                    name,
                    _parameter("force", "query", kind="boolean"),
                    _parameter("If-Match", "header"),
                ],
            ),
        },
        "/environments/{name}/events": {
            "get": _operation(
                "listEvents", {"200": _json(_ref("EventList")), "404": _error()}, [name]
            )
        },
        **{
            f"/environments/{{name}}/{action}": {
                "post": _operation(
                    operation_id,
                    {"202": _accepted(), "404": _error(), "409": _error()},
                    [name],
                )
            }
            for action, operation_id in (
                ("wake", "wakeEnvironment"),
                ("scale-down", "scaleDownEnvironment"),
            )
        },
        "/operations/{id}": {
            "get": _operation(
                "getOperation",
                {"200": _json(_ref("Operation")), "404": _error()},
                [_parameter("id", "path")],
            )
        },
        "/sweeps": {
            "post": _operation(
                "startSweep",
                {"202": _json({"type": "object"}), "400": _error()},
                [],
                body=_object({"dryRun": {"type": "boolean"}}),
            )
        },
        "/sweeps/latest": {
            "get": _operation(
                "getLatestSweep",
                {"200": _json(_ref("Sweep")), "400": _error(), "404": _error()},
                [_parameter("dryRun", "query", kind="boolean")],
            )
        },
        "/healthz": {
            "get": _operation(
                "getHealth",
                {"200": {"description": "Healthy."}, "503": _error()},
                [],
                asks_for_role=False,
            )
        },
        "/openapi.json": {
            "get": _operation("getOpenApi", {"200": {"description": "This document."}}, [])
        },
    }


def _answers() -> Schema:
    text, time = {"type": "string"}, {"type": "string", "format": "date-time"}
    step = _object(
        {
            "name": text,
            "status": _enum(Status),
            "startDateTime": time,
            "endDateTime": time,
            "detail": text,
            "resourceId": text,
            "error": _ref("ErrorBody"),
        }
    )
    warning = _object({"code": text, "message": text, "target": text})
    return {
        "ErrorBody": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": text,
                "message": text,
                "target": text,
                "retryable": {"type": "boolean"},
                "suggestedAction": text,
                "details": {"type": "array", "items": {"type": "object"}},
                "innererror": {"type": "object"},
            },
        },
        "Error": _object({"error": _ref("ErrorBody")}),
        "Operation": _object(
            {
                "id": text,
                "kind": _enum(OperationKind),
                "environment": text,
                "status": _enum(Status),
                "percentComplete": {"type": "integer"},
                "createdDateTime": time,
                "lastActionDateTime": time,
                "steps": {"type": "array", "items": step},
                "warnings": {"type": "array", "items": warning},
                "error": _ref("ErrorBody"),
            }
        ),
        "Environment": _object(
            {
                "name": text,
                "phase": _enum(Phase),
                "generation": {"type": "integer"},
                "createdDateTime": time,
                "lastModifiedDateTime": time,
                "spec": _ref("EnvironmentSpec"),
                "cells": {"type": "array", "items": _ref("CellState")},
                "endpoint": text,
                "operationId": text,
                "error": _ref("ErrorBody"),
                "remainingResources": {"type": "array", "items": text},
            }
        ),
        "Sweep": _object(
            {
                "status": {"type": "string"},
                "summary": _ref("SweepSummary"),
                "decisions": {"type": "array", "items": _ref("SweepDecision")},
                "error": _ref("ErrorBody"),
            }
        ),
        "EnvironmentList": _page("Environment"),
        "EventList": _page("TimelineEvent"),
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties}


def _enum(values: Any) -> Schema:
    return {"type": "string", "enum": list(values)}


def _page(item: str) -> Schema:
    return _object(
        {"value": {"type": "array", "items": _ref(item)}, "nextLink": {"type": "string"}}
    )


def _json(schema: Schema) -> Schema:
    return {"description": "OK.", "content": {"application/json": {"schema": schema}}}


def _accepted() -> Schema:
    headers = {
        name: {"schema": {"type": "string"}}
        for name in ("Location", "Operation-Location", "Retry-After")
    }
    return {**_json(_ref("Operation")), "description": "Accepted.", "headers": headers}


def _error() -> Schema:
    headers = {"x-ms-error-code": {"schema": {"type": "string"}}}
    return {**_json(_ref("Error")), "description": "Refused.", "headers": headers}


def _parameter(name: str, place: str, kind: str = "string", **schema: Any) -> Schema:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "schema": {"type": kind, **schema},
    }


def _operation(
    operation_id: str,
    responses: Schema,
    parameters: list[Schema],
    body: Schema | None = None,
    *,
    asks_for_role: bool = True,
) -> Schema:
    operation: Schema = {
        "operationId": operation_id,
        "parameters": parameters,
        "responses": {**responses, **({"403": _error()} if asks_for_role else {})},
    }
    if body:
        content = {"application/json": {"schema": body}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation
