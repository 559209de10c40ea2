"""Reads many clusters at once; one that cannot be read hides no other."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from activities.cluster_outcomes import CLUSTER_ERRORS
from clients.factory import ClientFactory
from domain.arm import naming
from domain.sweep.usage_queries import CellRef

if TYPE_CHECKING:
    from clients.kubernetes import KubernetesClient

logger = logging.getLogger("gridplane.activities")

CLUSTERS_AT_ONCE = 16
CLUSTER_TIMEOUT_SECONDS = 30.0


async def read_clusters[Found](
    cells: Sequence[CellRef],
    clients: ClientFactory,
    read: "Callable[[KubernetesClient, CellRef], Awaitable[Found]]",
) -> list[Found | None]:
    """In the order of the cells; None for what is unknown."""
    gate = asyncio.Semaphore(CLUSTERS_AT_ONCE)

    async def look(cell: CellRef) -> Found | None:
        subscription_id = clients.settings.subscription_id
        cluster_id = naming.cluster_id(subscription_id, cell.environment, cell.region)
        try:
            async with (
                gate,
                asyncio.timeout(CLUSTER_TIMEOUT_SECONDS),
                clients.kubernetes(cluster_id) as kubernetes,
            ):
                return await read(kubernetes, cell)
        except (*CLUSTER_ERRORS, TimeoutError, LookupError, ValueError) as error:
            logger.warning(
                "pods of %s in %s are unknown: %s: %s",
                cell.environment,
                cell.region,
                type(error).__name__,
                error,
                extra={"environment": cell.environment, "resource_id": cluster_id},
            )
            return None

    return await asyncio.gather(*(look(cell) for cell in cells))
