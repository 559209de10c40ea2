"""Checks a request before it starts, and finds what it has to claim."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from domain.environment.approval import ApprovalDemand
from domain.environment.operation_request import BRING_A_SPEC, GET_NODES, OperationRequest
from domain.environment.record import EnvironmentRecord
from domain.guard.admission import find_refusal, refuse_budget
from domain.guard.approval import find_approval
from domain.guard.capacity import refuse_capacity
from domain.guard.claim_demands import find_demands
from domain.guard.claims import LedgerDemand
from domain.guard.market import MarketReader
from domain.guard.policy.model import Policy
from domain.guard.situation import Situation
from domain.requests.approvals import find_unknown_requester
from domain.requests.decision import Refused
from domain.requests.rollbacks import find_forbidden
from domain.spec.policy import SpecPolicy
from triggers.situation import SituationReader
from triggers.task_hub import DurableClient


@dataclass(frozen=True, slots=True)
class Checked:
    """What a request has to claim, and which claims it has seen, by ledger. One that waits for
    approval claims nothing before."""

    demands: tuple[LedgerDemand, ...] = ()
    counted: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    approval: ApprovalDemand | None = None


async def check(
    client: DurableClient,
    read_market: MarketReader,
    policy: SpecPolicy,
    request: OperationRequest,
    record: EnvironmentRecord | None,
    policy_file: Policy,
) -> Checked | Refused:
    now = datetime.now(UTC)
    if request.rollback and (forbidden := find_forbidden(request.spec, policy, now)):
        return forbidden
    if request.kind not in BRING_A_SPEC:
        return await check_on_record(client, read_market, request, record, policy_file)
    restored = request.restored_image
    reader = SituationReader(
        client, read_market, policy_file, request.spec, record, restored=restored
    )
    situation = await reader.read_to_decide(partial(find_refusal, request.spec))
    if refusal := find_refusal(request.spec, situation):
        return refusal
    if approval := find_approval(request.spec, situation, now):
        return find_unknown_requester(request.stamp) or Checked(approval=approval)
    return find_claims(request, situation)


async def check_on_record(
    client: DurableClient,
    read_market: MarketReader,
    request: OperationRequest,
    record: EnvironmentRecord | None,
    policy_file: Policy,
) -> Checked | Refused:
    """Of an operation that goes on with the specification on record: budget and quota bind it."""
    if request.kind not in GET_NODES or record is None:
        return Checked()
    reader = SituationReader(
        client, read_market, policy_file, request.spec, record, looks_up_images=False
    )
    situation = await reader.read_to_decide(partial(refuse_capacity, request))
    refusal = refuse_budget(record, situation) or refuse_capacity(request, situation)
    return refusal or find_claims(request, situation)


def find_claims(request: OperationRequest, situation: Situation) -> Checked:
    counted = situation.policy.counted if situation.policy else None
    return Checked(find_demands(request, situation), counted or {})
