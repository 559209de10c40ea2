"""What crosses the durable boundary is plain JSON and comes back as it went."""

import json

import pytest

from domain.arm.operation_polling import OperationProgress
from domain.durable.inputs import (
    CellInput,
    DeletionInput,
    EdgeInput,
    EdgeProbe,
    EdgeWait,
    OperationPoll,
    OperationRef,
    OperationWait,
    ReadyWait,
    ResourceInput,
)
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.environment.steps import PROBE_STEP, plan_edge
from domain.outcomes import Handle, Outcome
from domain.wire import WireModel
from tests.support.specs import NOON, a_request, a_spec

OPERATION = OperationRef(environment="fraud-llm", operation_id="fraud-llm.1", deadline=NOON)
HANDLE = Handle(kind="endpoint", resource_id="/endpoint", result={"hostName": "x.azurefd.net"})
SPEC = a_spec(expiresAt="2027-01-31T01:00:00+01:00")
PROBE = EdgeProbe(operation_id="fraud-llm.1", host_name="x.azurefd.net", path="/health")

PAYLOADS: list[WireModel] = [
    CellInput(operation=OPERATION, spec=SPEC, region="westeurope"),
    EdgeInput(operation=OPERATION, spec=SPEC),
    ResourceInput(operation_id="fraud-llm.1", kind="origin", spec=SPEC, region="westeurope"),
    DeletionInput(operation=OPERATION, spec=SPEC, targets=plan_edge(SPEC.regions)),
    OperationPoll(operation_id="fraud-llm.1", handle=HANDLE),
    OperationWait(
        operation=OPERATION,
        step=plan_edge(SPEC.regions)[2].step,
        progress=OperationProgress(handle=HANDLE),
        begun_at=NOON,
    ),
    ReadyWait(operation=OPERATION, spec=SPEC, region="westeurope", started_at=NOON),
    EdgeWait(operation=OPERATION, step=PROBE_STEP, probe=PROBE),
    a_request(OperationKind.DELETE, 2, predecessor="fraud-llm.1", force=True),
    OperationEnd(
        operation_id="fraud-llm.1", phase=Phase.READY, outcome=Outcome.succeeded(a=1), at=NOON
    ),
]


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: type(payload).__name__)
def test_it_survives_the_journey_through_json(payload: WireModel):
    wire = json.loads(json.dumps(payload.to_wire()))
    assert type(payload).from_wire(wire) == payload


def test_the_wire_speaks_camel_case_and_leaves_out_what_is_not_there():
    wire = OperationPoll(
        operation_id="fraud-llm.1", handle=Handle(kind="profile", resource_id="/profile")
    ).to_wire()
    assert wire == {
        "operationId": "fraud-llm.1",
        "handle": {
            "kind": "profile",
            "resourceId": "/profile",
            "deleting": False,
            "adopted": False,
            "result": {},
        },
    }


def test_a_field_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        OperationRef.from_wire({**OPERATION.to_wire(), "deadlin": "x"})
