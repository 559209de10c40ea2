"""The bodies of the API, field by field."""

from datetime import timedelta
from typing import Any

import pytest

from domain.api_errors import build_failure_body
from domain.environment.operation import Operation, OperationKind, Step
from domain.environment.operation_views import build_operation_view
from domain.environment.record import CellState, TimelineEvent
from domain.environment.views import build_environment_view, build_event_list
from domain.outcomes import Failure, OperationWarning, Status
from domain.placement.attempts import AttemptStatus, OfferAttempt
from domain.placement.blocklist import Block
from domain.placement.offers import Offer
from tests.support.certificates import https_edge
from tests.support.specs import NOON, a_pinned_spec, a_record, a_request, a_spec

FAILURE = Failure(
    reason="QuotaExceeded",
    message="No quota is left.",
    retryable=True,
    suggested_action="Ask for more.",
    innererror={"code": "X"},
    retry_after_seconds=7,
)
ERROR = {
    "code": "QuotaExceeded",
    "message": "No quota is left.",
    "retryable": True,
    "suggestedAction": "Ask for more.",
    "innererror": {"code": "X"},
    "retryAfterSeconds": 7,
}


def test_a_failure_is_an_error_of_the_api():
    assert build_failure_body(FAILURE).to_wire() == ERROR


def test_an_environment_that_is_being_built_shows_its_operation():
    assert build_environment_view(a_record(a_request()), NOON).to_wire() == {
        "name": "fraud-llm",
        "phase": "Provisioning",
        "generation": 1,
        "createdDateTime": "2026-11-22T12:00:00Z",
        "lastModifiedDateTime": "2026-11-22T12:00:00Z",
        "spec": a_spec().to_wire(),
        "cells": [],
        "originTransport": "http",
        "health": {"status": "Unknown", "findings": [], "since": "2026-11-22T12:00:00Z"},
        "operationId": "fraud-llm.1",
    }


@pytest.mark.parametrize(
    ("edge", "transport"),
    [
        ({}, "http"),
        (https_edge()["edge"], "https"),
        ({"sku": "Premium_AzureFrontDoor", "origin": "privateLink"}, "privateLink"),
    ],
)
def test_it_says_how_requests_reach_the_cells(edge: dict[str, Any], transport: str):
    record = a_record(a_request(spec=a_spec(edge=edge)))
    assert build_environment_view(record, NOON).origin_transport == transport


def test_an_environment_shows_what_it_has_and_what_went_wrong():
    record = a_record().model_copy(
        update={
            "active_operation": None,
            "endpoint": "https://gp-fraud-llm.z01.azurefd.net",
            "cells": (CellState(region="westeurope", nodes=2),),
            "failure": FAILURE,
            "remaining": ("/subscriptions/1/resourceGroups/gp-fraud-llm-edge",),
            "warnings": (OperationWarning(code="W", message="Nodes run.", target="gpu"),),
        }
    )
    body = build_environment_view(record, NOON).to_wire()
    assert "operationId" not in body
    assert body["endpoint"] == "https://gp-fraud-llm.z01.azurefd.net"
    assert [(cell["region"], cell["nodes"]) for cell in body["cells"]] == [("westeurope", 2)]
    assert body["error"] == ERROR
    assert body["remainingResources"] == ["/subscriptions/1/resourceGroups/gp-fraud-llm-edge"]
    assert body["warnings"] == [{"code": "W", "message": "Nodes run.", "target": "gpu"}]


def test_the_etag_changes_with_each_operation_and_each_revision():
    record = a_record().model_copy(update={"sequence": 3, "revision": 12})
    assert record.etag == '"3-12"'


def test_an_operation_shows_its_steps_with_what_each_has_to_show():
    begun, ended = NOON + timedelta(minutes=1), NOON + timedelta(minutes=2)
    operation = Operation(
        id="fraud-llm.2",
        kind=OperationKind.SCALE_DOWN,
        environment="fraud-llm",
        status=Status.FAILED,
        created_at=NOON,
        last_action_at=ended,
        steps=(
            Step(
                name="done",
                status=Status.SUCCEEDED,
                started_at=begun,
                ended_at=ended,
                resource_id="/cluster",
            ),
            Step(name="runs", status=Status.RUNNING, started_at=begun, detail="0/1"),
            Step(name="failed", status=Status.FAILED, failure=FAILURE),
            Step(name="planned"),
        ),
        failure=FAILURE,
        warnings=(OperationWarning(code="W", message="Late.", target="event"),),
        requested_by="someone",
    )
    assert build_operation_view(operation).to_wire() == {
        "id": "fraud-llm.2",
        "kind": "scale-down",
        "environment": "fraud-llm",
        "status": "Failed",
        "requestedBy": "someone",
        "percentComplete": 25,
        "createdDateTime": "2026-11-22T12:00:00Z",
        "lastActionDateTime": "2026-11-22T12:02:00Z",
        "steps": [
            {
                "name": "done",
                "status": "Succeeded",
                "startDateTime": "2026-11-22T12:01:00Z",
                "endDateTime": "2026-11-22T12:02:00Z",
                "resourceId": "/cluster",
            },
            {
                "name": "runs",
                "status": "Running",
                "startDateTime": "2026-11-22T12:01:00Z",
                "detail": "0/1",
            },
            {"name": "failed", "status": "Failed", "error": ERROR},
            {"name": "planned", "status": "NotStarted"},
        ],
        "error": ERROR,
        "warnings": [{"code": "W", "message": "Late.", "target": "event"}],
    }


def test_an_operation_without_failure_and_warnings_shows_neither():
    (operation,) = a_record(a_request(spec=a_pinned_spec())).operations
    assert not {"error", "warnings"} & build_operation_view(operation).to_wire().keys()


def test_an_operation_shows_the_offers_it_has_tried_or_skipped():
    west = Offer(region="westeurope", vm_size="Standard_NC24ads_A100_v4", spot=False)
    until = NOON + timedelta(minutes=10)
    block = Block(region="northeurope", reason="AllocationFailed", until=until)
    tries = (
        OfferAttempt(
            cell="westeurope", offer=west, status=AttemptStatus.REFUSED, at=NOON, failure=FAILURE
        ),
        OfferAttempt(
            cell="westeurope",
            offer=west.model_copy(update={"region": "northeurope"}),
            status=AttemptStatus.SKIPPED,
            at=NOON,
            block=block,
        ),
    )
    (operation,) = a_record().operations
    shown = build_operation_view(operation.model_copy(update={"attempts": tries})).to_wire()
    offer = {"vmSize": "Standard_NC24ads_A100_v4", "spot": False, "zones": []}
    assert shown["attempts"] == [
        {
            "cell": "westeurope",
            "offer": {"region": "westeurope", **offer},
            "status": "Refused",
            "lastActionDateTime": "2026-11-22T12:00:00Z",
            "error": ERROR,
        },
        {
            "cell": "westeurope",
            "offer": {"region": "northeurope", **offer},
            "status": "Skipped",
            "lastActionDateTime": "2026-11-22T12:00:00Z",
            "blockedUntil": "2026-11-22T12:10:00Z",
        },
    ]


def test_the_timeline_shows_each_event_with_what_it_has_to_show():
    events = [
        TimelineEvent(at=NOON, type="OperationStarted", message="m", operation_id="fraud-llm.1"),
        TimelineEvent(at=NOON, type="IdleScaleDown", message="n", evidence={"gpuPods": 1}),
    ]
    assert build_event_list(events).to_wire() == {
        "value": [
            {
                "at": "2026-11-22T12:00:00Z",
                "type": "OperationStarted",
                "message": "m",
                "operationId": "fraud-llm.1",
            },
            {
                "at": "2026-11-22T12:00:00Z",
                "type": "IdleScaleDown",
                "message": "n",
                "evidence": {"gpuPods": 1},
            },
        ]
    }
