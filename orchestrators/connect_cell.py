"""Connects one cell to its edge over Private Link.

1. The origin, once the cluster has made the Private Link service.
2. The approval of the connection, once Front Door has asked for it: after the route, which the
   edge creates as soon as it has an origin.
"""

from functools import partial
from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import ConnectionInput
from domain.environment.steps import plan_private_origin
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import create_resource
from orchestrators.sequence import in_order


def connect_cell(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    connection = ConnectionInput.from_wire(value)
    operation = OperationContext.open(context, connection.operation)
    parts = plan_private_origin(connection.region, connection.attempt)
    steps = [partial(create_resource, operation, each) for each in parts]
    return (yield from in_order(*steps)).to_wire()
