"""Starts sweeps, never two at a time, and reads the result of the latest one."""

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, cast

import grpc
from durabletask.client import OrchestrationState, OrchestrationStatus
from pydantic import ValidationError

from domain.api_errors import ErrorBody, build_failure_body
from domain.catalog.gpu_skus import GPU_SKUS
from domain.directory.row import DirectoryRow
from domain.directory.selection import Selection
from domain.durable.names import Orchestrator
from domain.durable.sweep_inputs import SweepInput
from domain.environment.health import HealthStatus
from domain.environment.phases import IN_MOTION
from domain.guard.market import MarketReader
from domain.guard.policy.model import Policy
from domain.outcomes import Outcome
from domain.sweep.model import SweepAction, SweepDecision
from domain.sweep.views import SweepAnswer
from triggers import task_hub
from triggers.cost_centers import read_overspent
from triggers.directory import find_environments
from triggers.market import read_prices
from triggers.task_hub import DurableClient

logger = logging.getLogger("gridplane.sweeps")

SWEEP_ID = "sweep"
DRY_RUN_ID = "sweep.dry-run"
"""Never the id of an operation: those end in a number."""

REPORTED = (HealthStatus.DEGRADED, HealthStatus.UNREACHABLE, HealthStatus.UNKNOWN)
"""In the order of the log line."""


async def start_sweep(
    client: DurableClient,
    read_market: MarketReader,
    regions: Iterable[str],
    *,
    dry_run: bool,
    policy: Policy | None = None,
) -> bool:
    """False if one is already running: an overrun never starts a second sweep.

    `regions`: those whose prices are given to it, as far as they have been read. Without a policy
    nothing is done about budgets.
    """
    found = await find_environments(client)
    in_motion, _ = await found.read(Selection(phases=IN_MOTION))
    await task_hub.record_dead_operations(client, in_motion)
    names = sorted(row.name for row in found.rows)
    if not dry_run:
        _log_phases(found.rows)
    prices = await read_prices(client, read_market, regions)
    over = await read_overspent(client, policy, prices, datetime.now(UTC)) if policy else None
    value = SweepInput(
        environments=tuple(names),
        dry_run=dry_run,
        prices=tuple(each.only(sku.name for sku in GPU_SKUS) for each in prices.values()) or None,
        over_budget=over or None,
    )
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


async def read_sweep(client: DurableClient, *, dry_run: bool) -> SweepAnswer | None:
    instance = await client.get_orchestration_state(sweep_id(dry_run))
    return _describe(instance) if instance else None


async def log_last_sweep(client: DurableClient) -> None:
    """The latest sweep's result, its pools, unhealthy environments, and GPU cost that goes on.

    Alerts and the workbook in infra/ parse these lines.
    """
    sweep = await read_sweep(client, dry_run=False)
    if sweep is None or sweep.summary is None:
        return
    summary = sweep.summary
    logger.info(
        "sweep ended: pools=%s idle_usd_per_hour=%s saved_usd_per_hour=%s failed=%s degraded=%s "
        "unreachable=%s unknown=%s",
        summary.pools,
        summary.idle_per_hour_usd,
        summary.saved_per_hour_usd,
        summary.results.get("failed", 0),
        *(summary.health.get(status, 0) for status in REPORTED),
    )
    for decision in sweep.decisions or ():
        _log_pool(decision)
    for each in summary.unhealthy:
        logger.warning(
            "unhealthy environment: %s %s %s",
            each.environment,
            each.status,
            ",".join(each.findings),
            extra={"environment": each.environment},
        )
    for orphan in summary.orphans:
        logger.warning(
            "orphan: %s nodes=%s usd_per_hour=%s removal=%s",
            orphan.resource_group_id,
            orphan.node_count,
            "unknown" if orphan.per_hour_usd is None else orphan.per_hour_usd,
            orphan.removal,
            extra={"environment": orphan.environment},
        )
    for failure in summary.failures:
        if failure.action is SweepAction.STOP_GPU_COST:
            logger.warning(
                "GPU cost not stopped: %s %s",
                failure.environment,
                failure.reason,
                extra={"environment": failure.environment},
            )


def _log_pool(decision: SweepDecision) -> None:
    cost = decision.pool.hourly_cost
    logger.info(
        "pool swept: %s %s nodes=%s usd_per_hour=%s action=%s reason=%s",
        decision.environment,
        decision.pool.region,
        decision.pool.node_count,
        "unknown" if cost is None else cost,
        decision.action,
        decision.reason,
        extra={"environment": decision.environment},
    )


def _log_phases(rows: Iterable[DirectoryRow]) -> None:
    phases = Counter(row.phase for row in rows if not row.is_deleted)
    for phase, count in sorted(phases.items()):
        logger.info("environments in phase: %s count=%s", phase, count)


def sweep_id(dry_run: bool) -> str:
    return DRY_RUN_ID if dry_run else SWEEP_ID


def _describe(instance: OrchestrationState) -> SweepAnswer:
    try:
        return _read_answer(instance)
    except ValidationError as error:
        logger.warning("the report of the latest sweep cannot be read: %s", error)
        message = "Another version of Gridplane wrote the report; the next sweep replaces it."
        has_ended = instance.runtime_status in task_hub.ENDED
        return SweepAnswer(
            status="Failed" if has_ended else "Running",
            error=ErrorBody(code="ReportUnreadable", message=message),
        )


def _read_answer(instance: OrchestrationState) -> SweepAnswer:
    if instance.runtime_status is OrchestrationStatus.COMPLETED:
        outcome = Outcome.from_wire(instance.get_output())
        if outcome.is_success:
            return SweepAnswer.from_wire({"status": "Succeeded", **outcome.result})
        failure = outcome.failure
        return SweepAnswer(status="Failed", error=failure and build_failure_body(failure))
    if instance.runtime_status in task_hub.ENDED:
        return SweepAnswer(status="Failed")
    decided = cast("dict[str, Any]", instance.get_custom_status() or {})
    return SweepAnswer.from_wire({"status": "Running", **decided})
