"""What lets the replicas of a cell read their secrets, as steps of an operation."""

from collections.abc import Callable
from functools import partial

from domain import deadlines
from domain.catalog.roles import KEY_VAULT_SECRETS_USER
from domain.durable.inputs import CellDemand, VaultAccessInput
from domain.durable.names import ActivityName
from domain.environment.steps import PlannedResource, StepKey, plan_secrets, vault_access_step
from domain.outcomes import Outcome
from domain.spec.secrets import VaultAccess
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import create_resource, run_step

type SecretStep = Callable[[], Steps[Outcome]]


def prepare_identity(
    operation: OperationContext, demand: CellDemand, region: str, attempt: int
) -> list[SecretStep]:
    """Before the cluster: Azure takes minutes to apply a role, as it does to build a cluster."""
    if demand.vault_access is None:
        return []
    identity, _ = plan_secrets(region, attempt)
    steps: list[SecretStep] = [partial(create_resource, operation, identity)]
    if demand.vault_access is VaultAccess.GRANTED:
        steps.append(partial(_grant, operation, vault_access_step(region, attempt), region))
    return steps


def trust_cluster(
    operation: OperationContext, demand: CellDemand, region: str, attempt: int
) -> list[SecretStep]:
    """After the cluster, whose tokens the identity's credential names."""
    if demand.vault_access is None:
        return []
    _, credential = plan_secrets(region, attempt)
    return [partial(create_resource, operation, credential)]


def plan_revocation(region: str, key_vault_id: str | None) -> tuple[PlannedResource, ...]:
    """The role of a cell's identity on the vault, which does not go with the cell."""
    if key_vault_id is None:
        return ()
    role = PlannedResource(
        step=vault_access_step(region),
        kind="roleAssignment",
        region=region,
        scope=key_vault_id,
        role=KEY_VAULT_SECRETS_USER,
    )
    return (role,)


def _grant(operation: OperationContext, step: StepKey, region: str) -> Steps[Outcome]:
    value = VaultAccessInput(
        operation_id=operation.ref.operation_id,
        environment=operation.ref.environment,
        region=region,
    )
    activity, timeout = ActivityName.ENSURE_VAULT_ACCESS, deadlines.ROLE_ASSIGNMENT
    return run_step(operation, step, activity, value.to_wire(), timeout)
