"""The one cluster on which checks run, and what a second request says while it is created."""

from tests.azure.azure import Azure, Built
from tests.azure.seen import NotTried

BUSY = "busy"
"""The fact under which the second request's answer is kept."""

BEFORE_THE_SECOND_SECONDS = 30.0


async def cluster_of(azure: Azure) -> Built:
    if "managedCluster" not in azure.built:
        body = azure.subject.body_of("managedCluster")
        at, begun = azure.clock.now(), await azure.put("managedCluster", body)
        if begun.is_success:
            await azure.clock.sleep(BEFORE_THE_SECOND_SECONDS)
            azure.facts[BUSY] = await azure.put("managedCluster", body)
        end = await azure.follow("managedCluster", begun, "PUT managedCluster")
        azure.built["managedCluster"] = Built(begun, end, at)
    return azure.built["managedCluster"]


async def need_cluster(azure: Azure) -> None:
    """Raises NotTried."""
    built = await cluster_of(azure)
    if not built.end.is_success:
        raise NotTried(f"managedCluster was not built: {built.end.reason}")
