"""Deletes resources one after the other; one that is gone already counts as deleted.

A failure does not stop the rest: the last target is the resource group, which includes the
others, and only its outcome decides.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import DeletionInput
from domain.outcomes import Outcome
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import delete_resource


def delete_resources(
    context: OrchestrationContext, value: dict[str, Any]
) -> Steps[dict[str, Any]]:
    deletion = DeletionInput.from_wire(value)
    operation = OperationContext.open(context, deletion.operation)
    outcome = Outcome.succeeded()
    for target in deletion.targets:
        outcome = yield from delete_resource(operation, target)
    return outcome.to_wire()
