"""The timer that starts the sweep of idle GPU pools."""

import azure.functions as func

from triggers.sweeping import log_last_sweep, start_sweep
from triggers.task_hub import DurableClient


async def run_sweep(timer: func.TimerRequest, client: DurableClient) -> None:
    await log_last_sweep(client)
    await start_sweep(client, dry_run=False)
