"""Takes back roles at resources of others that the specification no longer names."""

from functools import partial

from domain.environment.operation_request import OperationRequest
from domain.environment.steps import plan_role_assignments
from domain.outcomes import Outcome
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import delete_resource
from orchestrators.sequence import in_order


def revoke_left_roles(operation: OperationContext, request: OperationRequest) -> Steps[Outcome]:
    """After the build: until then replicas of the former specification may need them."""
    wanted = request.spec.granted_roles
    left = [each for each in request.all_granted_roles if each not in wanted]
    assignments = [each for r in request.all_regions for each in plan_role_assignments(r, left)]
    return (yield from in_order(*(partial(delete_resource, operation, a) for a in assignments)))
