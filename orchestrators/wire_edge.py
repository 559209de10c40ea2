"""Builds the edge: profile, endpoint, origin group, origins, route, WAF and its policy.

Each part is begun once those that it needs are there. Microsoft.Cdn grants 50 reads of profiles in
5 minutes: where this run has created the resource group, its parts are sent without a look at what
Azure has. Private origins are built with their cells; the route waits for the first of them.
"""

from datetime import datetime
from functools import partial
from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import EdgeInput
from domain.environment.edge_order import find_needs
from domain.environment.found_profile import FoundProfile
from domain.environment.steps import PlannedResource, plan_edge
from domain.outcomes import Outcome
from orchestrators.new_groups import create_in_group, find_new_until
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import create_resource
from orchestrators.side_by_side import Part, side_by_side


def wire_edge(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    edge = EdgeInput.from_wire(value)
    operation = OperationContext.open(context, edge.operation)
    group, *others = plan_edge(edge.regions, has_private_origins=edge.has_private_origins)
    created = yield from create_resource(operation, group)
    if not created.is_success:
        return created.to_wire()
    new_until = find_new_until(operation, created)
    parts = [
        Part(
            each.step.name,
            find_needs(each, others),
            partial(_create_part, resource=each, new_until=new_until),
        )
        for each in others
    ]
    return (yield from side_by_side(operation, parts)).to_wire()


def _create_part(
    operation: OperationContext, resource: PlannedResource, new_until: datetime
) -> Steps[Outcome]:
    outcome = yield from create_in_group(operation, resource, new_until)
    if front_door_id := outcome.result.get("frontDoorId"):
        found = FoundProfile(operation_id=operation.ref.operation_id, front_door_id=front_door_id)
        operation.environment.signal_profile(found)
    return outcome
