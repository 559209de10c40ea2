"""The one way from a request into an orchestration: read the record, decide, start."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.environment.approval_records import begin_on_record
from domain.environment.cancellations import NoteCancellation
from domain.environment.operation import Cancellation, Operation
from domain.environment.operation_request import OperationRequest
from domain.environment.record import EnvironmentRecord
from domain.guard.market import MarketReader
from domain.guard.policy.model import NO_RULES, Policy
from domain.requests.command import Command
from domain.requests.command_decision import decide
from domain.requests.decision import AlreadyStarted, Cancel, NotFound, Refused, Start
from domain.spec.policy import SpecPolicy
from triggers import task_hub
from triggers.auditing import audit_acceptance
from triggers.checking import check
from triggers.claims import claim_all
from triggers.models import hold_version
from triggers.task_hub import DurableClient

logger = logging.getLogger("gridplane.operations")

START_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Accepted:
    """The operation is durably started, by this request or by an earlier one."""

    operation_id: str
    operation: Operation | None
    """As it stands; None if it is too old for the record to hold."""


async def decide_and_start(
    client: DurableClient,
    command: Command,
    read_market: MarketReader,
    policy: SpecPolicy,
    policy_file: Policy = NO_RULES,
) -> Accepted | Refused | NotFound:
    """A request with a specification is refused as its plan would be, and any that gets GPU nodes
    by the budget. What it needs it claims first: of two that race for the last of it, one is
    decided again."""
    for _ in range(START_ATTEMPTS):
        record = await task_hub.read_record(client, command.name)
        match decide(record, command):
            case AlreadyStarted(operation_id):
                return Accepted(operation_id, record and record.find_operation(operation_id))
            case Cancel() as wanted:
                await _cancel(client, command, wanted)
                operation_id = wanted.operation_id
                return Accepted(operation_id, record and record.find_operation(operation_id))
            case Start(request):
                checked = await check(client, read_market, policy, request, record, policy_file)
                if isinstance(checked, Refused):
                    return checked
                request = request.model_copy(update={"approval": checked.approval})
                if refused := await hold_version(client, request, record):
                    return refused
                # A claim stays where another request has started this operation: it ends with it.
                is_claimed = await claim_all(client, request, checked.demands, checked.counted)
                if is_claimed and await _is_started(client, request):
                    return _build_accepted(record, request)
            case decision:
                return decision
    return Refused(
        "ConcurrentRequests",
        f"Other requests for environment '{command.name}' were faster. Send the request again.",
        is_passing=True,
    )


async def _cancel(client: DurableClient, command: Command, wanted: Cancel) -> None:
    """Noted first: its end is what the record then tells."""
    operation_id, caller = wanted.operation_id, command.caller
    await audit_acceptance(client, caller.stamp, command.name, operation_id)
    asked = Cancellation(
        actor=caller.requested_by, to_version=wanted.to_version, reason=wanted.reason
    )
    note = NoteCancellation(operation_id=operation_id, at=datetime.now(UTC), cancellation=asked)
    await task_hub.cancel(client, command.name, note)
    logger.info(
        "cancellation of %s requested",
        operation_id,
        extra={"environment": command.name, "operation": operation_id},
    )


async def _is_started(client: DurableClient, request: OperationRequest) -> bool:
    """False if another request has started an operation meanwhile: read and decide again."""
    if not await task_hub.start(client, request):
        return False
    logger.info(
        "%s started",
        request.kind,
        extra={"environment": request.spec.name, "operation": request.operation_id},
    )
    return True


def _build_accepted(record: EnvironmentRecord | None, request: OperationRequest) -> Accepted:
    """The operation as the record will have it, without reading the record again."""
    started = begin_on_record(record, request, datetime.now(UTC))
    return Accepted(request.operation_id, started and started.find_operation(request.operation_id))
