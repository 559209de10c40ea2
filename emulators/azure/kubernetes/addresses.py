"""Public IP addresses and DNS labels of every simulated region, and who answers behind them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from emulators.azure.kubernetes.engine_requests import EngineRequests
from emulators.azure.kubernetes.engine_tokens import EngineTokens


@dataclass(frozen=True, slots=True)
class Inside:
    """What a container sees: its variables, and the files of its mounts by their whole path."""

    variables: Mapping[str, str]
    files: Mapping[str, bytes]


class ServingCluster(Protocol):
    """What the data plane needs of the cluster behind an address."""

    @property
    def name(self) -> str: ...

    @property
    def engine_tokens(self) -> dict[str, EngineTokens]: ...

    @property
    def engine_requests(self) -> dict[str, EngineRequests]: ...

    async def sleep(self, seconds: float) -> None:
        """Simulated time."""
        ...

    def service(self, namespace: str, name: str) -> dict[str, Any] | None: ...

    def ready_pods(self, namespace: str, service: str) -> list[dict[str, Any]]: ...

    def inside_of(self, pod: dict[str, Any], container: dict[str, Any]) -> Inside: ...

    def process_address(
        self, pod: dict[str, Any], container: dict[str, Any], port: int
    ) -> tuple[str, int] | None:
        """Where a port of the pod really listens, if a process stands behind it."""
        ...


AnswerPod = Callable[
    [web.BaseRequest, ServingCluster, dict[str, Any], int, str], Awaitable[web.StreamResponse]
]
"""What a pod answers to a request for a path on a port; raises ConnectionRefusedError."""


@dataclass(frozen=True, slots=True)
class Frontend:
    """An address in use by a Service of type LoadBalancer: public, or of the cluster's network."""

    ip: str
    region: str
    dns_label: str | None
    cluster: ServingCluster
    namespace: str
    service: str

    @property
    def host_name(self) -> str | None:
        return dns_name(self.dns_label, self.region) if self.dns_label else None


class DnsLabelTaken(Exception):
    """Another public IP address of the region carries the label."""

    def __init__(self, label: str, region: str) -> None:
        super().__init__(
            f"DNS record {dns_name(label, region)} is already used by another public IP."
        )


def dns_name(label: str, region: str) -> str:
    return f"{label}.{region}.cloudapp.azure.com"


class LimitReached(Exception):
    """The region has no room for another address or load balancer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class PrivateLinkServices(Protocol):
    """Makes services of Private Link for the internal addresses of clusters."""

    def begin(self, frontend: Frontend, name: str, visibility: str) -> None: ...

    def complete(self, frontend: Frontend) -> None: ...

    def remove(self, frontend: Frontend) -> None: ...


class InternalAddresses:
    """Addresses of one cluster's own network, for internal load balancers."""

    def __init__(self) -> None:
        self._by_service: dict[tuple[str, str], Frontend] = {}
        self._allocated = 0

    @property
    def is_used(self) -> bool:
        return bool(self._by_service)

    def allocate(
        self, region: str, cluster: ServingCluster, namespace: str, service: str
    ) -> Frontend:
        """Give the Service its address, the same one when it asks again."""
        present = self.of_service(namespace, service)
        if present is not None:
            return present
        self._allocated += 1
        third, fourth = divmod(self._allocated + 5, 250)
        ip = f"10.224.{third}.{fourth}"
        frontend = Frontend(ip, region, None, cluster, namespace, service)
        self._by_service[namespace, service] = frontend
        return frontend

    def of_service(self, namespace: str, service: str) -> Frontend | None:
        return self._by_service.get((namespace, service))

    def release(self, namespace: str, service: str) -> None:
        self._by_service.pop((namespace, service), None)


def _nothing(name: str) -> str | None:
    return None


class PublicAddresses:
    """Hands out addresses; a DNS label is unique per region across all customers of Azure."""

    def __init__(self) -> None:
        self._by_ip: dict[str, Frontend] = {}
        self.find_alias: Callable[[str], str | None] = _nothing
        """What a name of a customer's own zone leads to."""
        self.find_shortage: Callable[[str], str | None] = _nothing
        """Why a region has no room for another address."""
        self.find_balancer_shortage: Callable[[str], str | None] = _nothing
        self._reserved: set[str] = set()
        self._allocated = 0

    def reserve_dns_label(self, label: str, region: str) -> None:
        """Let a label be taken by somebody outside of this subscription."""
        self._reserved.add(dns_name(label, region))

    def release_dns_label(self, label: str, region: str) -> None:
        """Undo `reserve_dns_label`."""
        self._reserved.discard(dns_name(label, region))

    def allocate(
        self,
        region: str,
        cluster: ServingCluster,
        namespace: str,
        service: str,
        dns_label: str | None = None,
    ) -> Frontend:
        """Give the Service its address, the same one when it asks again.

        Raises DnsLabelTaken and LimitReached.
        """
        present = self.of_service(cluster, namespace, service)
        shortage = None if present else self.find_shortage(region)
        if shortage:
            raise LimitReached("PublicIPCountLimitReached", shortage)
        if dns_label is not None:
            self._check_free(dns_label, region, present)
        ip = present.ip if present else self._next_ip()
        frontend = Frontend(ip, region, dns_label, cluster, namespace, service)
        self._by_ip[ip] = frontend
        return frontend

    def release(self, ip: str) -> None:
        self._by_ip.pop(ip, None)

    def release_cluster(self, cluster: ServingCluster) -> None:
        """Give back everything that the cluster holds: its node resource group is gone."""
        for frontend in [each for each in self._by_ip.values() if each.cluster is cluster]:
            self.release(frontend.ip)

    def of_service(self, cluster: ServingCluster, namespace: str, service: str) -> Frontend | None:
        for each in self._by_ip.values():
            if each.cluster is cluster and (each.namespace, each.service) == (namespace, service):
                return each
        return None

    def resolve(self, host: str) -> Frontend | None:
        """Who answers at an IP address or at `<label>.<region>.cloudapp.azure.com`, or at a name
        that leads there."""
        host = self.find_alias(host) or host
        by_ip = self._by_ip.get(host)
        if by_ip is not None:
            return by_ip
        return next(
            (each for each in self._by_ip.values() if each.host_name == host.lower()), None
        )

    def frontends(self) -> list[Frontend]:
        return list(self._by_ip.values())

    def _check_free(self, label: str, region: str, present: Frontend | None) -> None:
        name = dns_name(label, region)
        holder = self.resolve(name)
        if name in self._reserved or (holder is not None and holder != present):
            raise DnsLabelTaken(label, region)

    def _next_ip(self) -> str:
        self._allocated += 1
        third, fourth = divmod(self._allocated, 250)
        return f"20.{61 + third // 250}.{third % 250}.{fourth + 1}"
