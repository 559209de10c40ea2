"""Which resource a request is about, where its path does not say so."""

from emulators.azure.aks.models import ManagedClusters
from emulators.azure.arm.operations import Operations

KUBERNETES = "/kubernetes/"
_STATUS_OF_OPERATIONS = frozenset({"operations", "operationresults"})


def resource_of(path: str, operations: Operations, clusters: ManagedClusters) -> str:
    """The ARM id of a cluster whose API is asked, or of a resource whose operation is polled.

    Any other path is its own answer.
    """
    if path.startswith(KUBERNETES):
        cluster = clusters.by_api_id(path.removeprefix(KUBERNETES).partition("/")[0])
        return cluster.resource.id if cluster else path
    *_, kind, name = ("", *path.split("/"))
    operation = operations.get(name) if kind.lower() in _STATUS_OF_OPERATIONS else None
    return operation.work.request.partition(" ")[2] if operation else path
