"""Builds the edge: profile, endpoint, origin group, origins, route, WAF and its policy.

Microsoft.Cdn grants 50 reads of profiles in 5 minutes: where this run has created the resource
group, its parts are sent without a look at what Azure has. Private origins are built with their
cells; the route waits for the first of them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import EdgeInput
from domain.environment.found_profile import FoundProfile
from domain.environment.steps import PlannedResource, plan_edge
from domain.outcomes import Outcome
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import create_resource
from orchestrators.sequence import in_order

NEW_SECONDS = 15 * 60
"""How long a group counts as new: three times what building the edge was recorded to take."""


def wire_edge(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    edge = EdgeInput.from_wire(value)
    operation = OperationContext.open(context, edge.operation)
    group, *parts = plan_edge(edge.regions, has_private_origins=edge.has_private_origins)
    created = yield from create_resource(operation, group)
    if not created.is_success:
        return created.to_wire()
    new_until = operation.now + timedelta(seconds=NEW_SECONDS if created.created else 0)
    steps: list[Callable[[], Steps[Outcome]]] = [
        partial(_create_part, operation, part, new_until) for part in parts
    ]
    return (yield from in_order(*steps)).to_wire()


def _create_part(
    operation: OperationContext, part: PlannedResource, new_until: datetime
) -> Steps[Outcome]:
    is_new = operation.now < new_until and not part.awaits_cells
    outcome = yield from create_resource(operation, part, in_new_group=is_new)
    if front_door_id := outcome.result.get("frontDoorId"):
        found = FoundProfile(operation_id=operation.ref.operation_id, front_door_id=front_door_id)
        operation.environment.signal_profile(found)
    return outcome
