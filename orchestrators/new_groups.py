"""Creates resources in a group that the operation itself has just created, without a look first.

Azure answers 201 to the PUT of a group only if there was none, so nothing was in it. That holds
for some minutes, in which only this operation knows the names of what belongs into it.
"""

from datetime import datetime, timedelta

from domain.environment.steps import PlannedResource
from domain.outcomes import Outcome
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import create_resource

NEW_SECONDS = 15 * 60
"""How long a group counts as new: an edge was recorded to be built in 5 minutes, and 99 of 100
clusters in 14."""


def find_new_until(operation: OperationContext, group: Outcome) -> datetime:
    """`group`: the outcome of its step."""
    return operation.now + timedelta(seconds=NEW_SECONDS if group.created else 0)


def create_in_group(
    operation: OperationContext, resource: PlannedResource, new_until: datetime
) -> Steps[Outcome]:
    return create_resource(
        operation, resource, new_until=None if resource.awaits_cells else new_until
    )
