from dataclasses import dataclass
from typing import Any

import pytest

from domain.environment import EnvironmentRecord, OperationEnd, end_operation, start_operation
from domain.operations import OperationKind
from domain.outcomes import Outcome
from domain.phases import Phase
from domain.requests import Absent, Known, Refused, Start, decide_create, decide_delete
from tests.support.specs import NOON, a_record, a_request, a_spec

FIRST_ID, OTHER_ID = "5b1f0d9c-7c7c-4f0c-9d0a-1f2f1b9b8f77", "00000000-0000-4000-8000-000000000000"


def ended(record: EnvironmentRecord, phase: Phase) -> EnvironmentRecord:
    assert record.active_operation
    end = OperationEnd(
        operation_id=record.active_operation, phase=phase, outcome=Outcome.succeeded(), at=NOON
    )
    return end_operation(record, end)


PROVISIONING = a_record(a_request(request_id=FIRST_ID))
READY = ended(PROVISIONING, Phase.READY)
FAILED = ended(PROVISIONING, Phase.FAILED)
_deleting = start_operation(READY, a_request(OperationKind.DELETE, 2), NOON)
assert _deleting
DELETING = _deleting
DELETED = ended(DELETING, Phase.DELETED)
STUCK = ended(DELETING, Phase.FAILED)


@dataclass
class Create:
    record: EnvironmentRecord | None
    expected: Any
    spec: Any = None
    request_id: str | None = None


def summary(decision: Any) -> Any:
    match decision:
        case Start(request):
            return ("start", request.kind, request.operation_id, request.predecessor)
        case Known(operation_id):
            return ("known", operation_id)
        case Refused(code, _, operation_id):
            return ("refused", code, operation_id)
        case Absent():
            return "absent"


START_1 = ("start", "provision", "fraud-llm.1", None)
START_3 = ("start", "provision", "fraud-llm.3", None)
OTHER_SPEC = a_spec(costCenter="ML-9")


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(Create(None, START_1), id="a new name starts its first operation"),
        pytest.param(
            Create(PROVISIONING, ("known", "fraud-llm.1")), id="the same body again is known"
        ),
        pytest.param(Create(READY, ("known", "fraud-llm.1")), id="also when it is ready"),
        pytest.param(Create(FAILED, ("known", "fraud-llm.1")), id="also when it failed"),
        pytest.param(
            Create(PROVISIONING, ("refused", "EnvironmentExists", "fraud-llm.1"), OTHER_SPEC),
            id="another body for a live name is refused, with the running operation",
        ),
        pytest.param(
            Create(DELETING, ("refused", "EnvironmentIsBeingDeleted", "fraud-llm.2")),
            id="while it is being deleted",
        ),
        pytest.param(Create(DELETED, START_3), id="a deleted name is free again"),
        pytest.param(
            Create(DELETED, ("known", "fraud-llm.1"), request_id=FIRST_ID),
            id="a repeated request does not build again what was deleted since",
        ),
        pytest.param(Create(DELETED, START_3, request_id=OTHER_ID), id="but another request does"),
        pytest.param(
            Create(
                PROVISIONING,
                ("refused", "RepeatabilityRequestIdReused", "fraud-llm.1"),
                OTHER_SPEC,
                FIRST_ID,
            ),
            id="a request id with another body",
        ),
    ],
)
def test_creation_is_decided_from_the_record(case: Create):
    decision = decide_create(case.record, case.spec or a_spec(), case.request_id)
    assert summary(decision) == case.expected


@pytest.mark.parametrize(
    ("record", "force", "expected"),
    [
        pytest.param(None, False, "absent", id="no such environment"),
        pytest.param(DELETED, False, "absent", id="deleted already"),
        pytest.param(READY, False, ("start", "delete", "fraud-llm.2", None), id="a ready one"),
        pytest.param(
            PROVISIONING,
            False,
            ("start", "delete", "fraud-llm.2", "fraud-llm.1"),
            id="while provisioning: the running operation is named",
        ),
        pytest.param(DELETING, False, ("known", "fraud-llm.2"), id="a second DELETE is known"),
        pytest.param(
            DELETING,
            True,
            ("start", "delete", "fraud-llm.3", "fraud-llm.2"),
            id="force starts another one",
        ),
        pytest.param(
            STUCK, False, ("start", "delete", "fraud-llm.3", None), id="after a failed deletion"
        ),
    ],
)
def test_deletion_is_decided_from_the_record(record, force, expected):
    assert summary(decide_delete(record, force)) == expected
