"""Builds the edge: profile, endpoint, origin group, origins, route, WAF and its policy."""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import EdgeInput
from domain.environment.steps import plan_edge
from domain.outcomes import Outcome
from orchestrators.resource_steps import create_resource
from orchestrators.story import Steps, Story


def wire_edge(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    edge = EdgeInput.from_wire(value)
    story = Story.open(context, edge.story)
    result: dict[str, Any] = {}
    for resource in plan_edge(edge.spec.regions):
        outcome = yield from create_resource(story, resource, edge.spec)
        if not outcome.is_success:
            return outcome.to_wire()
        result |= outcome.result
    return Outcome.succeeded(**result).to_wire()
