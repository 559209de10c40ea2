"""Starts sweeps, never two at a time, and reads what the last one decided."""

import logging
from typing import Any

import grpc
from durabletask.client import OrchestrationState, OrchestrationStatus

from domain.durable.names import Orchestrator
from domain.durable.sweep_inputs import SweepInput
from domain.environment.views import describe_failure
from domain.outcomes import Failure
from triggers import task_hub
from triggers.task_hub import DurableClient

logger = logging.getLogger("gridplane.sweeps")

SWEEP = "sweep"
DRY_RUN = "sweep.dry-run"
"""No environment's operation has an id like these: those end in a number."""


async def start_sweep(client: DurableClient, *, dry_run: bool) -> bool:
    """False when one is running already: an overrun never starts a second."""
    records = await task_hub.list_records(client)
    value = SweepInput(environments=tuple(r.name for r in records), dry_run=dry_run)
    try:
        await client.schedule_new_orchestration(
            Orchestrator.SWEEP_IDLE_POOLS, input=value.to_wire(), instance_id=sweep_id(dry_run)
        )
    except grpc.aio.AioRpcError as error:
        if error.code() is not grpc.StatusCode.ALREADY_EXISTS:
            raise
        logger.info("the sweep before this one is still running")
        return False
    return True


async def read_sweep(client: DurableClient, *, dry_run: bool) -> dict[str, Any] | None:
    instance = await client.get_orchestration_state(sweep_id(dry_run))
    return _describe(instance) if instance else None


async def log_last_sweep(client: DurableClient) -> None:
    """One line on what the sweep before found and did; alerts in infra/ read it."""
    sweep = await read_sweep(client, dry_run=False)
    if sweep is None or sweep["status"] != "Succeeded":
        return
    summary = sweep["summary"]
    logger.info(
        "sweep ended: pools=%s idle_usd_per_hour=%s saved_usd_per_hour=%s failed=%s",
        summary["pools"],
        summary["idlePerHourUsd"],
        summary["savedPerHourUsd"],
        summary["results"].get("failed", 0),
    )


def sweep_id(dry_run: bool) -> str:
    return DRY_RUN if dry_run else SWEEP


def _describe(instance: OrchestrationState) -> dict[str, Any]:
    if instance.runtime_status is OrchestrationStatus.COMPLETED:
        outcome = instance.get_output()
        if outcome["status"] == "Succeeded":
            return {"status": "Succeeded", **outcome["result"]}
        failure = Failure.from_wire(outcome["failure"])
        return {"status": "Failed", "error": describe_failure(failure)}
    if instance.runtime_status in task_hub.ENDED:
        return {"status": "Failed"}
    return {"status": "Running", **(instance.get_custom_status() or {})}
