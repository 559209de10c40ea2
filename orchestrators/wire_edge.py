"""Builds the edge: profile, endpoint, origin group, origins, route, WAF and its policy.

Private origins are built with their cells; the route waits for the first of them.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import EdgeInput
from domain.environment.steps import plan_edge
from domain.outcomes import Outcome
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import create_resource
from orchestrators.sequence import in_order


def wire_edge(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    edge = EdgeInput.from_wire(value)
    operation = OperationContext.open(context, edge.operation)
    resources = plan_edge(edge.regions, has_private_origins=edge.has_private_origins)
    steps: list[Callable[[], Steps[Outcome]]] = [
        partial(create_resource, operation, resource) for resource in resources
    ]
    return (yield from in_order(*steps)).to_wire()
