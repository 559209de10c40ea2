"""How many requests Azure takes: ARM's own limits and those of the resource providers.

ARM as documented since 2024 and confirmed by recorded headers; AKS as documented in 2026-08;
Microsoft.Cdn as reported in 2023. All of them are per region, of which ARM has one here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from emulators.azure.aks import routes as aks
from emulators.azure.arm.routing import SUBSCRIPTION, Route
from emulators.azure.front_door.kinds import NAMESPACE, PROFILE
from emulators.azure.throttling.bucket import Limit


class Kind(StrEnum):
    """What ARM counts apart; a POST is a write, whatever it does."""

    READS = "reads"
    WRITES = "writes"
    DELETES = "deletes"


def kind_of(method: str) -> Kind:
    if method in ("GET", "HEAD"):
        return Kind.READS
    return Kind.DELETES if method == "DELETE" else Kind.WRITES


PER_PRINCIPAL: Mapping[Kind, Limit] = {
    Kind.READS: Limit(250, 25),
    Kind.WRITES: Limit(200, 10),
    Kind.DELETES: Limit(200, 10),
}
"""Per subscription and principal, and once more per tenant for what has no subscription."""

PER_SUBSCRIPTION: Mapping[Kind, Limit] = {
    kind: Limit(15 * limit.burst, 15 * limit.refill) for kind, limit in PER_PRINCIPAL.items()
}


@dataclass(frozen=True, slots=True)
class ProviderLimit:
    """A bucket of a resource provider for each combination of `scope`, names out of the path."""

    name: str
    limit: Limit
    scope: tuple[str, ...]


_SUBSCRIPTION = ("subscription",)
_GROUP = (*_SUBSCRIPTION, "group")
_CLUSTER = (*_GROUP, "cluster")
_POOL = (*_CLUSTER, "pool")

_AKS_STATUS = ProviderLimit("GET operation status", Limit(200, 2), _SUBSCRIPTION)
_AKS_REST = ProviderLimit("other requests", Limit(60, 1), _SUBSCRIPTION)
_AKS: Mapping[tuple[str, str], ProviderLimit] = {
    ("PUT", aks.CLUSTER): ProviderLimit("PUT ManagedCluster", Limit(20, 1, 60), _CLUSTER),
    ("PUT", aks.POOL): ProviderLimit("PUT AgentPool", Limit(20, 1, 60), _POOL),
    ("GET", aks.CLUSTER): ProviderLimit("GET ManagedCluster", Limit(60, 1), _CLUSTER),
    ("GET", aks.CLUSTERS): ProviderLimit("LIST ManagedClusters by group", Limit(60, 1), _GROUP),
    ("GET", f"{SUBSCRIPTION}/{aks.PROVIDER}/managedClusters"): ProviderLimit(
        "LIST ManagedClusters", Limit(500, 1), _SUBSCRIPTION
    ),
    ("GET", f"{aks.LOCATION}/operations/{{operation}}"): _AKS_STATUS,
    ("GET", f"{aks.LOCATION}/operationresults/{{operation}}"): _AKS_STATUS,
}

_PROFILE_READS = ProviderLimit(f"{NAMESPACE}/profiles/read", Limit(50, 50, 300), _SUBSCRIPTION)
_PROFILE_PATTERNS = (
    PROFILE.path,
    PROFILE.collection,
    f"{SUBSCRIPTION}/providers/{NAMESPACE}/profiles",
)


def is_aks(route: Route) -> bool:
    return f"/{aks.PROVIDER}/" in route.pattern


def provider_limit(route: Route) -> ProviderLimit | None:
    """The bucket that a request for `route` takes a token of, besides ARM's own."""
    if is_aks(route):
        return _AKS.get((route.method, route.pattern), _AKS_REST)
    if route.method == "GET" and route.pattern in _PROFILE_PATTERNS:
        return _PROFILE_READS
    return None
