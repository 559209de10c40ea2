"""The timer that starts the sweep of idle GPU pools, and keeps the directory whole."""

from collections.abc import Iterable
from datetime import UTC, datetime

import azure.functions as func

from domain.guard.market import MarketReader
from triggers.directory import fill_directory
from triggers.sweeping import log_last_sweep, start_sweep
from triggers.task_hub import DurableClient


async def run_sweep(
    timer: func.TimerRequest,
    client: DurableClient,
    read_market: MarketReader,
    regions: Iterable[str],
    build: str | None = None,
) -> None:
    """`build`: the commit that the app was built from."""
    await log_last_sweep(client)
    await start_sweep(client, read_market, regions, dry_run=False)
    await fill_directory(client, build, datetime.now(UTC))
