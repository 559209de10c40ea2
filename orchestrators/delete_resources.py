"""Deletes resources one after the other; what is gone already counts as deleted.

A failure does not stop the rest: the last target is the resource group, which takes everything in
it along, and only its outcome decides.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import DeletionInput
from domain.outcomes import Outcome
from orchestrators.resource_steps import delete_resource
from orchestrators.story import Steps, Story


def delete_resources(
    context: OrchestrationContext, value: dict[str, Any]
) -> Steps[dict[str, Any]]:
    deletion = DeletionInput.from_wire(value)
    story = Story.open(context, deletion.story)
    outcome = Outcome.succeeded()
    for target in deletion.targets:
        outcome = yield from delete_resource(story, target, deletion.spec)
    return outcome.to_wire()
