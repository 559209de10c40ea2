"""The timer that starts the purge of what is kept no longer."""

import logging
from datetime import UTC, datetime, timedelta

import azure.functions as func
import grpc

from domain.durable.inputs import PurgeRequest
from domain.durable.names import Orchestrator
from triggers.auditing import forget_records
from triggers.task_hub import DurableClient

logger = logging.getLogger("gridplane.purge")

PURGE_ID = "purge"
"""Never the id of an operation: those end in a number."""


async def run_purge(
    timer: func.TimerRequest, client: DurableClient, retention_days: int, audit_days: int
) -> None:
    """Forgets old records of the audit, logs the result of the purge before, and starts another
    unless that one still runs."""
    forgotten = await forget_records(client, datetime.now(UTC) - timedelta(days=audit_days))
    logger.info("audit purged: shards=%s", forgotten)
    last = await client.get_orchestration_state(PURGE_ID)
    if last:
        logger.info("last purge: %s %s", last.runtime_status.name, last.get_output())
    try:
        await client.schedule_new_orchestration(
            Orchestrator.PURGE_HISTORY,
            input=PurgeRequest(retention_days=retention_days).to_wire(),
            instance_id=PURGE_ID,
        )
    except grpc.aio.AioRpcError as error:
        if error.code() is not grpc.StatusCode.ALREADY_EXISTS:
            raise
        logger.info("the purge before this one is still running")
