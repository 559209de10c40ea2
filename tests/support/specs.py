"""Specs and times that tests share."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.catalog.regions import DEFAULT_ALLOWED_REGIONS
from domain.environment.operation import OperationKind, StepChange, build_operation_id
from domain.environment.operation_request import BRING_A_SPEC, OperationRequest
from domain.environment.record import EnvironmentRecord
from domain.environment.starts import start_operation
from domain.environment.transitions import record_step
from domain.outcomes import Status
from domain.requests.command import Command
from domain.spec.model import EnvironmentSpec
from domain.spec.policy import SpecPolicy

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def spec_body(**changes: Any) -> dict[str, Any]:
    """A valid body of `POST /environments`."""
    body = {
        "name": "fraud-llm",
        "costCenter": "ML-1234",
        "owner": "fraud-team@example.com",
        "regions": ["westeurope"],
        "gpu": {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 5},
        "workload": {
            "image": "registry.example.com/llm:1.4.2",
            "model": {"name": "fraud-llm", "version": "7"},
        },
    }
    return {**body, **changes}


BY_DIGEST = f"registry.example.com/llm@sha256:{'0123456789abcdef' * 4}"


def pinned_workload() -> dict[str, Any]:
    """One that leaves nothing to warn of."""
    return {**spec_body()["workload"], "image": BY_DIGEST}


def a_pinned_spec() -> EnvironmentSpec:
    return a_spec(workload=pinned_workload())


def a_policy(regions: Sequence[str] = DEFAULT_ALLOWED_REGIONS, **changes: bool) -> SpecPolicy:
    rules = {"verifies_tokens": True, "allows_anonymous_access": False, **changes}
    return SpecPolicy(regions, **rules)


def a_spec(**changes: Any) -> EnvironmentSpec:
    return EnvironmentSpec.from_wire(spec_body(**changes))


def a_request(
    kind: OperationKind = OperationKind.PROVISION, sequence: int = 1, **changes: Any
) -> OperationRequest:
    spec = changes.pop("spec", a_spec())
    sent = Command(kind, spec.name, spec if kind in BRING_A_SPEC else None)
    return OperationRequest(
        operation_id=build_operation_id(spec.name, sequence),
        kind=kind,
        sequence=sequence,
        spec=spec,
        digest=sent.digest,
        **changes,
    )


def in_azure(record: EnvironmentRecord, step: str) -> EnvironmentRecord:
    """The record once the running operation's step has begun an operation in Azure."""
    assert record.active_operation
    change = StepChange(
        operation_id=record.active_operation,
        step=step,
        status=Status.RUNNING,
        at=NOON,
        resource_id="/subscriptions/0/a-resource",
    )
    return record_step(record, change)


def a_record(request: OperationRequest | None = None) -> EnvironmentRecord:
    """A record whose first operation has just begun."""
    record = start_operation(None, request or a_request(), NOON)
    assert record
    return record
