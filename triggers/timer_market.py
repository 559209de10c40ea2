"""The timer that reads sizes and prices again, before a request has to wait for them."""

from collections.abc import Iterable

import azure.functions as func

from domain.guard.market import MarketReader
from triggers.market import refresh_region
from triggers.task_hub import DurableClient


async def run_market(
    timer: func.TimerRequest,
    client: DurableClient,
    read_market: MarketReader,
    regions: Iterable[str],
) -> None:
    """One region after the other: Azure limits reads per subscription."""
    for region in regions:
        await refresh_region(client, read_market, region)
