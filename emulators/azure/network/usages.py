"""What a region counts of addresses and load balancers, and how it refuses one too many."""

from collections.abc import Callable, Iterable
from typing import Any

from emulators.azure.aks.state import ManagedCluster
from emulators.azure.arm.limits import Limits
from emulators.azure.kubernetes.addresses import Frontend

ADDRESSES = "StandardSkuPublicIpAddresses"
LOAD_BALANCERS = "StandardSkuLoadBalancers"

_ROWS = (
    ("VirtualNetworks", "Virtual Networks", 1000),
    ("StaticPublicIPAddresses", "Static Public IP Addresses", 1000),
    ("NetworkSecurityGroups", "Network Security Groups", 5000),
    ("PublicIPAddresses", "Public IP Addresses", 1000),
    ("PublicIpPrefixes", "Public Ip Prefixes", 2147483647),
    ("NatGateways", "Nat Gateways", 1000),
    ("NetworkInterfaces", "Network Interfaces", 65536),
    ("LoadBalancers", "Load Balancers", 1000),
    ("RouteTables", "Route Tables", 200),
    (ADDRESSES, "Public IP Addresses - Standard", 1000),
    (LOAD_BALANCERS, "Standard Sku Load Balancers", 1000),
)
"""A part of the 45 recorded ones, with their limits; most shown names are assumed."""

NAMES = tuple(name for name, _, _ in _ROWS)
_COUNTED_AS = {"StaticPublicIPAddresses": ADDRESSES, "PublicIPAddresses": ADDRESSES}
_COUNTED_AS |= {"LoadBalancers": LOAD_BALANCERS}


class NetworkUsages:
    """Each cluster has a network and a load balancer with an address for outbound traffic; a
    Service has another address of it, or one of a second, internal load balancer."""

    def __init__(
        self,
        clusters: Callable[[], Iterable[ManagedCluster]],
        frontends: Callable[[], Iterable[Frontend]],
        limits: Limits,
    ) -> None:
        self._clusters = clusters
        self._frontends = frontends
        self._limits = limits

    def limit(self, region: str, name: str) -> int:
        default = next(limit for each, _, limit in _ROWS if each == name)
        return self._limits.network.get((region, name), default)

    def set_limit(self, region: str, name: str, limit: int) -> None:
        self._limits.network[region, name] = limit

    def usage(self, region: str, name: str) -> int:
        clusters = [each for each in self._clusters() if each.region == region]
        kind = _COUNTED_AS.get(name, name)
        if kind == ADDRESSES:
            return len(clusters) + sum(each.region == region for each in self._frontends())
        if kind == LOAD_BALANCERS:
            return len(clusters) + sum(each.kubernetes.has_internal_balancer for each in clusters)
        return len(clusters) if kind == "VirtualNetworks" else 0

    def find_address_shortage(self, region: str) -> str | None:
        """The message of Azure's error for one more address; None if there is room."""
        if self.usage(region, ADDRESSES) < self.limit(region, ADDRESSES):
            return None
        return _too_many_addresses(self.limit(region, ADDRESSES))

    def find_cluster_shortage(self, region: str) -> dict[str, Any] | None:
        """The error that ends the creation of a cluster, which counts already."""
        for name, code in (
            (ADDRESSES, "PublicIPCountLimitReached"),
            (LOAD_BALANCERS, "LoadBalancerCountLimitReached"),
        ):
            limit = self.limit(region, name)
            if self.usage(region, name) > limit:
                text = _too_many_addresses(limit) if name == ADDRESSES else _too_many(limit)
                return _balancer_failed(code, text)
        return None

    def find_balancer_shortage(self, region: str) -> str | None:
        """The same for the internal load balancer of a cluster that has none yet."""
        limit = self.limit(region, LOAD_BALANCERS)
        return _too_many(limit) if self.usage(region, LOAD_BALANCERS) >= limit else None

    def wire(self, region: str, subscription_id: str) -> list[dict[str, Any]]:
        where = f"/subscriptions/{subscription_id}/providers/Microsoft.Network/locations/{region}"
        return [
            {
                "currentValue": self.usage(region, name),
                "id": f"{where}/usages/{name}",
                "isAdjustable": True,
                "limit": self.limit(region, name),
                "name": {"localizedValue": shown, "value": name},
                "unit": "Count",
            }
            for name, shown, _ in _ROWS
        ]


def _too_many_addresses(limit: int) -> str:
    where = "for this subscription in this region"
    return f"Cannot create more than {limit} public IP addresses {where}."


def _too_many(limit: int) -> str:
    """Worded as for addresses; the wording for load balancers was not found."""
    return f"Cannot create more than {limit} load balancers for this subscription in this region."


def _balancer_failed(code: str, text: str) -> dict[str, Any]:
    """AKS quotes Network's own error."""
    return {
        "code": code,
        "message": "Reconcile standard load balancer failed. Details: outboundReconciler retry "
        f"failed: Category: ClientError; SubCode: {code}; Dependency: Microsoft.Network; "
        f'OrginalError: Code="{code}" Message="{text}" Details=[].',
    }
