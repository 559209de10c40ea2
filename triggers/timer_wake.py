"""The timer that looks for calls to sleeping environments."""

import logging
from datetime import UTC, datetime

import azure.functions as func
import grpc

from domain.directory.selection import Selection
from domain.durable.names import Orchestrator
from domain.durable.sweep_inputs import SweepInput
from domain.environment.phases import Phase
from domain.guard.policy.in_force import PolicyReader, read_no_policy
from triggers.cost_centers import read_overspent
from triggers.directory import find_environments
from triggers.task_hub import DurableClient

logger = logging.getLogger("gridplane.sweeps")

WAKE_ID = "wake-on-request"
"""Never the id of an operation: those end in a number."""


async def run_wake(
    timer: func.TimerRequest, client: DurableClient, read_policy: PolicyReader = read_no_policy
) -> None:
    """Starts nothing where no environment sleeps that a call would wake, or while the look before
    this one still runs. Calls wake nothing whose budget is spent, or while there is no policy."""
    found = await find_environments(client)
    asleep, _ = await found.read(Selection(phases=(Phase.SCALED_DOWN,)))
    names = [record.name for record in asleep if record.spec.idle.wake_on_request]
    policy = (await read_policy()).policy
    if not names or policy is None:
        return
    overspent = await read_overspent(client, policy, {}, datetime.now(UTC))
    names = [name for name in names if name not in overspent]
    if not names:
        return
    try:
        await client.schedule_new_orchestration(
            Orchestrator.WAKE_ON_REQUEST,
            input=SweepInput(environments=tuple(names)).to_wire(),
            instance_id=WAKE_ID,
        )
    except grpc.aio.AioRpcError as error:
        if error.code() is not grpc.StatusCode.ALREADY_EXISTS:
            raise
        logger.info("the look for calls before this one is still running")
