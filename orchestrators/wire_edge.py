"""Builds the edge: profile, endpoint, origin group, origins, route, WAF and its policy.

Each part is begun once those that it needs are there. Private origins are built with their cells;
the route waits for the first of them.
"""

from functools import partial
from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import EdgeInput
from domain.environment.edge_order import find_needs
from domain.environment.steps import plan_edge
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import create_resource
from orchestrators.side_by_side import Part, side_by_side


def wire_edge(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    edge = EdgeInput.from_wire(value)
    operation = OperationContext.open(context, edge.operation)
    resources = plan_edge(edge.regions, has_private_origins=edge.has_private_origins)
    parts = [
        Part(
            resource.step.name,
            find_needs(resource, resources),
            partial(create_resource, resource=resource),
        )
        for resource in resources
    ]
    return (yield from side_by_side(operation, parts)).to_wire()
