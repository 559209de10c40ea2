"""What crosses the durable boundary is plain JSON and comes back as it went."""

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any, get_args

import pytest

from domain.arm.operation_polling import OperationProgress
from domain.arm.resource_kinds import ResourceTarget
from domain.arm.role_assignments import RoleGrant
from domain.durable import inputs, sweep_inputs
from domain.durable.inputs import (
    CellDemand,
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
from domain.environment.step_keys import PROBE_STEP
from domain.environment.steps import plan_edge
from domain.outcomes import Handle, Outcome
from domain.placement.offers import list_offers
from domain.spec.model import EnvironmentSpec
from domain.wire import WireModel
from tests.support.certificates import https_edge
from tests.support.payloads import RECORD
from tests.support.specs import NOON, a_request, a_spec

OPERATION = OperationRef(environment="fraud-llm", operation_id="fraud-llm.1", deadline=NOON)
HANDLE = Handle(kind="endpoint", resource_id="/endpoint", result={"hostName": "x.azurefd.net"})
SPEC = a_spec(expiresAt="2027-01-31T01:00:00+01:00")
DEMAND = CellDemand.of(SPEC)
PROBE = EdgeProbe(operation_id="fraud-llm.1", host_name="x.azurefd.net", path="/health")

PAYLOADS: list[WireModel] = [
    CellInput(
        operation=OPERATION,
        cell="westeurope",
        offers=list_offers(SPEC, "westeurope"),
        demand=DEMAND,
    ),
    EdgeInput(operation=OPERATION, regions=SPEC.regions),
    ResourceInput(
        operation_id="fraud-llm.1", environment="fraud-llm", kind="origin", region="westeurope"
    ),
    DeletionInput(operation=OPERATION, targets=plan_edge(SPEC.regions)),
    OperationPoll(operation_id="fraud-llm.1", handle=HANDLE),
    OperationWait(
        operation=OPERATION,
        step=plan_edge(SPEC.regions)[2].step,
        progress=OperationProgress(handle=HANDLE),
        begun_at=NOON,
    ),
    ReadyWait(operation=OPERATION, region="westeurope", demand=DEMAND, started_at=NOON),
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


@pytest.mark.parametrize(
    ("module", "with_a_spec"),
    [
        pytest.param(inputs, set[str](), id="operations"),
        pytest.param(sweep_inputs, {"OperationStart"}, id="sweep: the operation's own request"),
    ],
)
def test_a_specification_travels_to_its_operation_alone(module: ModuleType, with_a_spec: set[str]):
    found = {model.__name__ for model in models_of(module) if EnvironmentSpec in parts_of(model)}
    assert found == with_a_spec


def models_of(module: ModuleType) -> Iterator[type[WireModel]]:
    for found in vars(module).values():
        is_model = isinstance(found, type) and issubclass(found, WireModel)
        if is_model and found.__module__ == module.__name__:
            yield found


def parts_of(annotation: Any) -> set[Any]:
    """The annotation and all that it is made of: arguments of generics, and fields of models."""
    parts: set[Any] = {annotation}
    for argument in get_args(annotation):
        parts |= parts_of(argument)
    if isinstance(annotation, type) and issubclass(annotation, WireModel):
        for field in annotation.model_fields.values():
            parts |= parts_of(field.annotation)
    return parts


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


def test_a_resource_leads_to_its_target_in_the_apps_subscription():
    value = ResourceInput(
        operation_id="fraud-llm.1", environment="fraud-llm", kind="origin", region="westeurope"
    )
    assert value.target("s", ("203.0.113.0/24",)) == ResourceTarget(
        "origin", "fraud-llm", "westeurope", "s", ("203.0.113.0/24",)
    )
    assert value.target("s").api_server_ranges == ()
    assert value.target("s").log_workspace_id is None
    assert value.target("s", (), "/logs").log_workspace_id == "/logs"
    assert value.model_copy(update={"record": RECORD}).target("s").record_id == RECORD


@pytest.mark.parametrize(
    ("scope", "role", "grant"),
    [
        ("/vault", "reader", RoleGrant("/vault", "reader")),
        ("/vault", None, None),
        (None, "reader", None),
        (None, None, None),
    ],
)
def test_a_role_assignment_is_named_by_its_scope_and_its_role(
    scope: str | None, role: str | None, grant: RoleGrant | None
):
    value = ResourceInput(
        operation_id="fraud-llm.1",
        environment="fraud-llm",
        kind="roleAssignment",
        scope=scope,
        role=role,
    )
    assert value.target("s").grant == grant


def test_a_demand_tells_what_each_cell_of_the_specification_needs():
    spec = a_spec(**https_edge())
    demand = CellDemand.of(spec, "sha256:1")
    assert (demand.replicas, demand.gpus) == (spec.workload.replicas, spec.workload.gpus_needed)
    assert demand.startup_minutes == spec.workload.start_minutes
    assert demand.image_digest == "sha256:1"
    assert demand.certificate_domain == "llm.example.com"
    assert demand.certificate_access == spec.edge.certificate_access
    assert demand.needs_identity
    assert (DEMAND.certificate_domain, DEMAND.needs_identity) == (None, False)
