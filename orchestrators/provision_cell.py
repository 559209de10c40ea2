"""Builds one cell, with the first of its offers that Azure has capacity for.

resource group -> AKS cluster with its GPU pool -> access to the image's registry -> workload ->
gateway -> nodes, public IP, pods ready, and maintenance windows meanwhile

AKS accepts one request for a maintenance window a second in a whole subscription. Those of 200 new
clusters take seven minutes, so nodes and pods start meanwhile.

Where replicas read secrets or weights, or gateways a certificate, their identity comes before the
cluster, so that its roles take effect meanwhile, and its credential after it. A cell with a
private origin connects to its edge while nodes and pods start.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import CellInput, DeployedVersion
from domain.environment.step_keys import gateway_step, workload_step
from domain.environment.steps import (
    PlannedResource,
    plan_cell,
    plan_dns_record,
    plan_gpu_pool,
    plan_maintenance,
)
from domain.outcomes import Outcome
from domain.placement.offers import Offer
from domain.serving.gateway.settings import GatewayState
from orchestrators.identity_steps import prepare_identity, trust_cluster
from orchestrators.new_groups import create_in_group, find_new_until
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.placement import Attempt, CellOffers, place_cell
from orchestrators.registry_steps import grant_registry_access
from orchestrators.resource_steps import create_resource
from orchestrators.sequence import in_order
from orchestrators.side_by_side import Part, side_by_side
from orchestrators.workload_steps import (
    await_connected_workload,
    await_workload,
    deploy_gateway,
    deploy_workload,
)


def provision_cell(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    cell = CellInput.from_wire(value)
    operation = OperationContext.open(context, cell.operation)
    roles = cell.granted_roles or ()
    offers = CellOffers(
        operation, cell.cell, cell.offers, cell.granted, cell.built_in, roles, cell.records
    )
    return (yield from place_cell(offers, partial(_build, operation, cell))).to_wire()


def _build(operation: OperationContext, cell: CellInput, attempt: Attempt) -> Steps[Outcome]:
    offer, number, demand = attempt.offer, attempt.number, cell.demand
    group, cluster = plan_cell(offer.region, number)
    pool, workload = plan_gpu_pool(offer.region, number), workload_step(offer.region, number)
    gateway = gateway_step(offer.region, number)
    schedules = plan_maintenance(offer.region, number)
    records = plan_dns_record(offer.region, cell.records, number)
    replicas, serving = demand.replicas, GatewayState.SERVING
    deploy = partial(deploy_workload, operation, workload, offer, replicas=replicas, state=serving)
    await_cell = await_connected_workload if cell.has_private_origin else await_workload
    if cell.former_gpus is not None:
        deploy = partial(deploy, version=DeployedVersion.NEXT)
        await_cell = partial(await_cell, former_gpus=cell.former_gpus)
    made = yield from create_resource(operation, group)
    if not made.is_success:
        return made
    new_until = find_new_until(operation, made)
    return (
        yield from in_order(
            *(partial(create_resource, operation, each) for each in records),
            *prepare_identity(operation, demand, offer.region, number),
            lambda: _create_cluster(operation, cluster, offer),
            lambda: grant_registry_access(operation, cell.registry, attempt),
            *trust_cluster(operation, demand, offer.region, number),
            lambda: create_resource(operation, pool, offer),
            lambda: deploy(image_digest=demand.image_digest),
            lambda: deploy_gateway(operation, gateway, offer, serving),
            lambda: side_by_side(
                operation,
                [
                    Part("maintenance", (), partial(_open_windows, schedules, new_until)),
                    Part("ready", (), partial(await_cell, attempt=attempt, demand=demand)),
                ],
            ),
        )
    )


def _open_windows(
    schedules: Sequence[PlannedResource], new_until: datetime, operation: OperationContext
) -> Steps[Outcome]:
    return in_order(*(partial(create_in_group, operation, each, new_until) for each in schedules))


def _create_cluster(
    operation: OperationContext, cluster: PlannedResource, offer: Offer
) -> Steps[Outcome]:
    """Adds what the record keeps of a cell."""
    outcome = yield from create_resource(operation, cluster, offer)
    if not outcome.is_success:
        return outcome
    cell = {"region": cluster.region, "clusterId": outcome.resource_id}
    return outcome.model_copy(update={"result": {**cell, **outcome.result}})
