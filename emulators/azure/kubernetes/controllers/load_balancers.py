"""Services of type LoadBalancer: an address, its DNS label or Private Link service, the release.

A Service that changes between public and internal keeps the address that it has.
"""

import json
from collections.abc import Iterable

from emulators.azure.kubernetes import durations
from emulators.azure.kubernetes.addresses import (
    DnsLabelTaken,
    Frontend,
    InternalAddresses,
    LimitReached,
    PrivateLinkServices,
    PublicAddresses,
    ServingCluster,
)
from emulators.azure.kubernetes.controllers.machinery import Machinery, is_deleted
from emulators.azure.kubernetes.events import Source
from emulators.azure.kubernetes.kinds import SERVICE, Object
from emulators.azure.kubernetes.store import Change, ChangeType, Key
from emulators.azure.latency import Duration

_AZURE = "service.beta.kubernetes.io/azure-"
DNS_LABEL = f"{_AZURE}dns-label-name"
INTERNAL = f"{_AZURE}load-balancer-internal"
LINK_WANTED = f"{_AZURE}pls-create"
LINK_NAME = f"{_AZURE}pls-name"
LINK_VISIBILITY = f"{_AZURE}pls-visibility"
FINALIZER = "service.kubernetes.io/load-balancer-cleanup"
_SOURCE = Source("service-controller")


class AddressRefused(Exception):
    """Azure did not give the address; the text is what the Service's event says."""


class LoadBalancers:
    """Brings each Service's public address where its type and annotations want it."""

    def __init__(
        self,
        machinery: Machinery,
        addresses: PublicAddresses,
        cluster: ServingCluster,
        region: str,
        internal: InternalAddresses,
        links: PrivateLinkServices | None = None,
    ) -> None:
        """`links`: None where there is no Private Link."""
        self._machinery = machinery
        self._internal = internal
        self._links = links
        self._addresses = addresses
        self._cluster = cluster
        self._region = region
        self._busy: set[str] = set()

    def keys_of(self, change: Change) -> Iterable[Key]:
        if change.kind is not SERVICE:
            return []
        metadata = change.object["metadata"]
        if change.type is ChangeType.DELETED:
            self._release(metadata["namespace"], metadata["name"])
            return []
        return [(metadata["namespace"], metadata["name"])]

    def reconcile(self, key: Key) -> None:
        service = self._machinery.store.get(SERVICE, *key)
        if service is None or service["metadata"]["uid"] in self._busy:
            return
        if not self._needs_work(service):
            return
        uid = service["metadata"]["uid"]
        self._busy.add(uid)
        self._machinery.background.start(self._work(key, uid), f"load balancer of {'/'.join(key)}")

    def _needs_work(self, service: Object) -> bool:
        metadata = service["metadata"]
        present = self._frontend_of(metadata["namespace"], metadata["name"])
        if not _wants_address(service):
            return present is not None or FINALIZER in (metadata.get("finalizers") or [])
        shown = (service.get("status") or {}).get("loadBalancer", {}).get("ingress")
        return present is None or not shown or present.dns_label != _dns_label(service)

    async def _work(self, key: Key, uid: str) -> None:
        """Try until the Service is as it wants to be; every failure is an event and a pause."""
        attempt = 0
        try:
            while (service := self._present(key, uid)) is not None and self._needs_work(service):
                try:
                    await self._step(key, uid, service)
                except AddressRefused as refusal:
                    self._report_failure(service, str(refusal))
                    delay = durations.step(durations.SERVICE_RETRY_SECONDS, attempt)
                    await self._machinery.clock.sleep(delay)
                    attempt += 1
        finally:
            self._busy.discard(uid)

    async def _step(self, key: Key, uid: str, service: Object) -> None:
        if _wants_address(service):
            await self._ensure(key, uid, service)
        else:
            await self._clean_up(key, service)

    async def _ensure(self, key: Key, uid: str, service: Object) -> None:
        self._machinery.store.change(SERVICE, *key, _add_finalizer)
        self._normal(service, "EnsuringLoadBalancer", "Ensuring load balancer")
        await self._machinery.latencies.wait(
            f"Kubernetes load balancer address {'/'.join(key)}", self._duration()
        )
        if self._machinery.faults.address_error:
            raise AddressRefused(self._machinery.faults.address_error)
        present = self._present(key, uid)
        if present is None or not _wants_address(present):
            return
        frontend = self._allocate(key, present)
        if _annotation(present, LINK_WANTED) == "true":
            await self._link(key, frontend, present)
        ingress = [{"ip": frontend.ip, "ipMode": "VIP"}]
        self._machinery.set_status(SERVICE, present, {"loadBalancer": {"ingress": ingress}})
        self._normal(present, "EnsuredLoadBalancer", "Ensured load balancer")

    def _allocate(self, key: Key, service: Object) -> Frontend:
        try:
            if _is_internal(service):
                self._check_balancer()
                return self._internal.allocate(self._region, self._cluster, *key)
            return self._addresses.allocate(
                self._region, self._cluster, *key, dns_label=_dns_label(service)
            )
        except DnsLabelTaken as taken:
            raise AddressRefused(_bad_request("DnsRecordInUse", str(taken))) from taken
        except LimitReached as reached:
            raise AddressRefused(_bad_request(reached.code, str(reached))) from reached

    def _check_balancer(self) -> None:
        """The first internal address of a cluster needs a load balancer of its own."""
        shortage = self._addresses.find_balancer_shortage(self._region)
        if shortage and not self._internal.is_used:
            raise LimitReached("LoadBalancerCountLimitReached", shortage)

    async def _link(self, key: Key, frontend: Frontend, service: Object) -> None:
        """The Service shows its address only afterwards."""
        name = "/".join(key)
        if not _is_internal(service):
            raise AddressRefused(
                f"reconcilePrivateLinkService for service({name}): service requiring private link "
                "service must be internal or disable floating ip"
            )
        if self._links is None:
            return
        link = _annotation(service, LINK_NAME) or f"pls-{service['metadata']['uid']}"
        self._links.begin(frontend, link, _annotation(service, LINK_VISIBILITY))
        await self._machinery.latencies.wait(
            f"Network create private link service {name}", durations.PRIVATE_LINK_SERVICE
        )
        self._links.complete(frontend)

    async def _clean_up(self, key: Key, service: Object) -> None:
        self._normal(service, "DeletingLoadBalancer", "Deleting load balancer")
        await self._machinery.latencies.wait(
            f"Kubernetes release address {'/'.join(key)}", durations.LOAD_BALANCER_RELEASE
        )
        self._release(*key)
        self._normal(service, "DeletedLoadBalancer", "Deleted load balancer")
        self._machinery.store.change(SERVICE, *key, _drop_balancer)
        present = self._machinery.store.get(SERVICE, *key)
        if present and is_deleted(present) and not present["metadata"].get("finalizers"):
            self._machinery.store.remove(SERVICE, *key)

    def _duration(self) -> Duration:
        seconds = self._machinery.faults.address_seconds
        if seconds is None:
            return durations.LOAD_BALANCER
        return Duration(seconds, seconds, seconds)

    def _present(self, key: Key, uid: str) -> Object | None:
        present = self._machinery.store.get(SERVICE, *key)
        return present if present and present["metadata"]["uid"] == uid else None

    def _release(self, namespace: str, name: str) -> None:
        public = self._addresses.of_service(self._cluster, namespace, name)
        if public is not None:
            self._addresses.release(public.ip)
        internal = self._internal.of_service(namespace, name)
        if internal is not None and self._links is not None:
            self._links.remove(internal)
        self._internal.release(namespace, name)

    def _frontend_of(self, namespace: str, name: str) -> Frontend | None:
        public = self._addresses.of_service(self._cluster, namespace, name)
        return public or self._internal.of_service(namespace, name)

    def _normal(self, service: Object, reason: str, message: str) -> None:
        self._machinery.events.normal(_SOURCE, SERVICE, service, reason, message)

    def _report_failure(self, service: Object, failure: str) -> None:
        message = f"Error syncing load balancer: failed to ensure load balancer: {failure}"
        self._machinery.events.warning(
            _SOURCE, SERVICE, service, "SyncLoadBalancerFailed", message
        )


def _wants_address(service: Object) -> bool:
    return service["spec"]["type"] == "LoadBalancer" and not is_deleted(service)


def _annotation(service: Object, name: str) -> str:
    return (service["metadata"].get("annotations") or {}).get(name) or ""


def _is_internal(service: Object) -> bool:
    return _annotation(service, INTERNAL) == "true"


def _dns_label(service: Object) -> str | None:
    """An internal address has none."""
    return None if _is_internal(service) else _annotation(service, DNS_LABEL) or None


def _add_finalizer(service: Object) -> None:
    finalizers = service["metadata"].setdefault("finalizers", [])
    if FINALIZER not in finalizers:
        finalizers.append(FINALIZER)


def _drop_balancer(service: Object) -> None:
    kept = [each for each in service["metadata"].get("finalizers") or [] if each != FINALIZER]
    service["metadata"]["finalizers"] = kept
    if not kept:
        del service["metadata"]["finalizers"]
    service["status"] = {"loadBalancer": {}}


def _bad_request(code: str, message: str) -> str:
    error = json.dumps({"error": {"code": code, "message": message, "details": []}}, indent=2)
    line = "-" * 80
    return f"RESPONSE 400: 400 Bad Request\nERROR CODE: {code}\n{line}\n{error}\n{line}\n"
