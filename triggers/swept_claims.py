"""Claims of the operations that the sweep starts: by the same ledgers as those of requests."""

from domain.environment.failures import operation_refused
from domain.environment.operation_request import GET_NODES, OperationRequest
from domain.guard.market import MarketReader
from domain.guard.policy.in_force import PolicyReader
from domain.outcomes import Failure
from domain.requests.decision import Refused
from triggers import task_hub
from triggers.checking import check_on_record
from triggers.claims import claim_all
from triggers.errors import POLICY_UNAVAILABLE
from triggers.task_hub import DurableClient

CLAIM_ATTEMPTS = 3


async def claim_for_sweep(
    read_market: MarketReader,
    read_policy: PolicyReader,
    client: DurableClient,
    request: OperationRequest,
) -> Failure | None:
    """Why it cannot start; None once what it needs is claimed. What frees nodes claims nothing:
    its record gives back what was reserved."""
    if request.kind not in GET_NODES:
        return None
    policy_file = (await read_policy()).policy
    if policy_file is None:
        message = "No version of the policy file could be read, so nothing is allowed."
        return operation_refused(POLICY_UNAVAILABLE, message)
    for _ in range(CLAIM_ATTEMPTS):
        record = await task_hub.read_record(client, request.spec.name)
        checked = await check_on_record(client, read_market, request, record, policy_file)
        if isinstance(checked, Refused):
            return operation_refused(checked.code, checked.message)
        if await claim_all(client, request, checked.demands, checked.counted):
            return None
    message = "Other requests were faster to claim what it needs."
    return operation_refused("ConcurrentRequests", message)
