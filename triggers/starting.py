"""The one way from a request into an orchestration: read the record, decide, start."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.environment.operation import Operation
from domain.environment.operation_request import BRING_A_SPEC, OperationRequest
from domain.environment.record import EnvironmentRecord
from domain.environment.starts import start_operation
from domain.guard.admission import find_refusal
from domain.guard.market import MarketReader
from domain.requests.command import Command
from domain.requests.decision import AlreadyStarted, Cancel, NotFound, Refused, Start
from domain.requests.decisions import decide
from domain.requests.rollbacks import find_forbidden
from domain.spec.policy import SpecPolicy
from triggers import task_hub
from triggers.plans import read_situation
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
    client: DurableClient, command: Command, read_market: MarketReader, policy: SpecPolicy
) -> Accepted | Refused | NotFound:
    """A request with a specification is refused as its plan would be."""
    for _ in range(START_ATTEMPTS):
        record = await task_hub.read_record(client, command.name)
        match decide(record, command):
            case AlreadyStarted(operation_id):
                return Accepted(operation_id, record and record.find_operation(operation_id))
            case Cancel(operation_id):
                await task_hub.cancel(client, operation_id)
                logger.info(
                    "cancellation of %s requested",
                    operation_id,
                    extra={"environment": command.name, "operation": operation_id},
                )
                return Accepted(operation_id, record and record.find_operation(operation_id))
            case Start(request):
                if refusal := await _find_refusal(client, read_market, policy, request, record):
                    return refusal
                if await _is_started(client, request):
                    return _build_accepted(record, request)
            case decision:
                return decision
    return Refused(
        "ConcurrentRequests",
        f"Other requests for environment '{command.name}' were faster. Send the request again.",
        is_passing=True,
    )


async def _find_refusal(
    client: DurableClient,
    read_market: MarketReader,
    policy: SpecPolicy,
    request: OperationRequest,
    record: EnvironmentRecord | None,
) -> Refused | None:
    if request.kind not in BRING_A_SPEC:
        return None
    if request.rollback and (it := find_forbidden(request.spec, policy, datetime.now(UTC))):
        return it
    situation = await read_situation(client, read_market, request.spec, record)
    return find_refusal(request.spec, situation)


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
    started = start_operation(record, request, datetime.now(UTC))
    return Accepted(request.operation_id, started and started.find_operation(request.operation_id))
