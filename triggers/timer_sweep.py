"""The timer that starts the sweep of idle GPU pools, and keeps the directory whole."""

from datetime import UTC, datetime

import azure.functions as func

from domain.guard.policy.in_force import PolicyReader, read_no_policy
from triggers.directory import fill_directory
from triggers.sweeping import log_last_sweep, start_sweep
from triggers.task_hub import DurableClient


async def run_sweep(
    timer: func.TimerRequest,
    client: DurableClient,
    build: str | None = None,
    read_policy: PolicyReader = read_no_policy,
) -> None:
    """`build`: the commit that the app was built from."""
    await log_last_sweep(client)
    await start_sweep(client, dry_run=False, policy=(await read_policy()).policy)
    await fill_directory(client, build, datetime.now(UTC))
