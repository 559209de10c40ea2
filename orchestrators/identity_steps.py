"""What lets a cell read secrets, weights and a certificate, as steps of an operation."""

from collections.abc import Callable, Iterator
from functools import partial

from domain import deadlines
from domain.durable.inputs import CellDemand, IdentityAccessInput
from domain.durable.names import ActivityName
from domain.environment.step_keys import (
    StepKey,
    certificate_access_step,
    vault_access_step,
    weights_access_step,
)
from domain.environment.steps import plan_identity
from domain.outcomes import Outcome
from domain.spec.role_access import RoleAccess
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import create_resource, run_step

type IdentityStep = Callable[[], Steps[Outcome]]


def prepare_identity(
    operation: OperationContext, demand: CellDemand, region: str, attempt: int
) -> list[IdentityStep]:
    """Before the cluster: Azure takes minutes to apply a role, as it does to build a cluster."""
    if not demand.needs_identity:
        return []
    identity, _ = plan_identity(region, attempt)
    grants = _plan_grants(demand, region, attempt)
    return [
        partial(create_resource, operation, identity),
        *(partial(_grant, operation, step, region, activity) for step, activity in grants),
    ]


def trust_cluster(
    operation: OperationContext, demand: CellDemand, region: str, attempt: int
) -> list[IdentityStep]:
    """After the cluster, whose tokens the identity's credential names."""
    if not demand.needs_identity:
        return []
    _, credential = plan_identity(region, attempt)
    return [partial(create_resource, operation, credential)]


def _plan_grants(
    demand: CellDemand, region: str, attempt: int
) -> Iterator[tuple[StepKey, ActivityName]]:
    if demand.vault_access is RoleAccess.GRANTED:
        yield vault_access_step(region, attempt), ActivityName.ENSURE_VAULT_ACCESS
    if demand.weights_access is RoleAccess.GRANTED:
        yield weights_access_step(region, attempt), ActivityName.ENSURE_WEIGHTS_ACCESS
    if demand.certificate_access is RoleAccess.GRANTED:
        yield certificate_access_step(region, attempt), ActivityName.ENSURE_CERTIFICATE_ACCESS


def _grant(
    operation: OperationContext, step: StepKey, region: str, activity: ActivityName
) -> Steps[Outcome]:
    value = IdentityAccessInput(
        operation_id=operation.ref.operation_id,
        environment=operation.ref.environment,
        region=region,
    )
    return run_step(operation, step, activity, value.to_wire(), deadlines.ROLE_ASSIGNMENT)
