"""Private Link services of clusters, and what Front Door asks of them."""

import uuid
from collections.abc import Callable
from typing import Any

from emulators.azure.arm.operations import Operation, Work
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.kubernetes.addresses import Frontend
from emulators.azure.latency import Duration
from emulators.azure.network import errors
from emulators.azure.network.kinds import (
    APPROVAL_TAKES_EFFECT,
    APPROVED,
    CONNECTION_CHANGE,
    CONNECTION_TYPE,
    PENDING,
    REQUEST_ARRIVES,
    SERVICE_DELETE,
    SERVICE_TYPE,
    STATUSES,
)

FRONT_DOOR_SUBSCRIPTION = "afd00000-0000-4000-8000-000000000001"
"""Of Microsoft: whoever owns both sides has approved nothing."""

FindNodeGroup = Callable[[Frontend], Resource | None]


class PrivateLinks:
    """All Private Link services of the subscription."""

    def __init__(self, platform: Platform, find_node_group: FindNodeGroup) -> None:
        self._platform = platform
        self._find_node_group = find_node_group
        self._frontends: dict[str, Frontend] = {}

    def begin(self, frontend: Frontend, name: str, visibility: str) -> None:
        """Lay down the service in the cluster's group of nodes; one that is there stays."""
        group = self._find_node_group(frontend)
        if group is None or self._platform.resources.get(_service_id(group, name)) is not None:
            return
        service = Resource(
            id=_service_id(group, name),
            type=SERVICE_TYPE,
            name=name,
            created_at=self._platform.clock.now(),
            state="Updating",
            body=self._new_body(group, frontend, name, visibility),
            etag=self._platform.identifiers.guid(),
        )
        service.on_removed = lambda: self._forget(service.key)
        self._frontends[service.key] = frontend
        self._platform.resources.add(service)

    def complete(self, frontend: Frontend) -> None:
        for service in self._services_of(frontend):
            service.state = "Succeeded"

    def remove(self, frontend: Frontend) -> None:
        """As the cloud controller does when the Service goes: with all connections."""
        for service in self._services_of(frontend):
            self._platform.resources.remove(service)

    def request(self, front_door_id: str, link: dict[str, Any]) -> None:
        """Let a profile's request for a connection arrive; one that has arrived stays."""

        def arrive() -> None:
            service = self._platform.resources.get(_target_of(link))
            if service is not None and self._find(front_door_id, link) is None:
                self._platform.resources.add(self._new_connection(service, front_door_id, link))

        name = f"Front Door request private link {_target_of(link).rpartition('/')[2]}"
        seconds = self._platform.latencies.sample(REQUEST_ARRIVES)
        self._platform.operations.later(name, seconds, arrive)

    def frontend_for(self, front_door_id: str, link: dict[str, Any]) -> Frontend | None:
        """What a profile reaches through its connection; None unless that is approved."""
        connection = self._find(front_door_id, link)
        is_open = connection is not None and connection.body["isOpen"]
        return self._frontends.get(_target_of(link).lower()) if is_open else None

    def is_missing(self, link: dict[str, Any]) -> bool:
        """Only this subscription's services are known."""
        target = _target_of(link).lower()
        is_ours = target.startswith(f"/subscriptions/{self._platform.subscription_id}/")
        is_service = f"/{SERVICE_TYPE.lower()}/" in target
        return is_ours and is_service and self._platform.resources.get(target) is None

    def put_connection(self, connection: Resource, request: ArmRequest) -> Operation:
        """The status changes at once; traffic follows minutes later."""
        wanted = request.properties.get("privateLinkServiceConnectionState") or {}
        if wanted.get("status") not in STATUSES:
            raise errors.unknown_status(wanted.get("status"))
        state = connection.properties["privateLinkServiceConnectionState"]
        state |= {key: wanted[key] for key in ("status", "description") if key in wanted}
        connection.state = "Updating"
        connection.body["isOpen"] = False

        def open_it() -> None:
            connection.body["isOpen"] = state["status"] == APPROVED

        def succeeded() -> None:
            connection.state = "Succeeded"
            seconds = self._platform.latencies.sample(APPROVAL_TAKES_EFFECT)
            name = f"Front Door open private link {connection.name}"
            self._platform.operations.later(name, seconds, open_it)

        return self._begin(connection, request, "approve connection", CONNECTION_CHANGE, succeeded)

    def delete(self, resource: Resource, request: ArmRequest) -> Operation:
        """Of a service without connections, or of a connection."""
        connections = self._platform.resources.children(resource.id, CONNECTION_TYPE)
        if resource.type == SERVICE_TYPE and connections:
            raise errors.service_in_use(resource.id, len(connections))
        resource.state = "Deleting"
        duration = SERVICE_DELETE if resource.type == SERVICE_TYPE else CONNECTION_CHANGE

        def succeeded() -> None:
            self._platform.resources.remove(resource)

        return self._begin(resource, request, f"delete {resource.name}", duration, succeeded)

    def _begin(
        self,
        resource: Resource,
        request: ArmRequest,
        what: str,
        duration: Duration,
        succeeded: Callable[[], None],
    ) -> Operation:
        def failed(error: dict[str, Any]) -> None:
            resource.state = "Failed"

        return self._platform.operations.begin(
            Work(
                name=f"Network {what}",
                request=f"{request.method} {request.path}",
                seconds=self._platform.latencies.sample(duration),
                on_succeeded=succeeded,
                on_failed=failed,
            )
        )

    def _services_of(self, frontend: Frontend) -> list[Resource]:
        keys = [key for key, each in self._frontends.items() if each == frontend]
        return [found for key in keys if (found := self._platform.resources.get(key))]

    def _find(self, front_door_id: str, link: dict[str, Any]) -> Resource | None:
        endpoint = _endpoint_id(front_door_id, link).lower()
        connections = self._platform.resources.children(_target_of(link), CONNECTION_TYPE)
        return next(
            (
                each
                for each in connections
                if each.properties["privateEndpoint"]["id"].lower() == endpoint
            ),
            None,
        )

    def _new_connection(
        self, service: Resource, front_door_id: str, link: dict[str, Any]
    ) -> Resource:
        endpoint = _endpoint_id(front_door_id, link)
        name = f"{endpoint.rpartition('/')[2]}.{self._platform.identifiers.guid()}"
        state = {
            "status": PENDING,
            "description": link.get("requestMessage") or "",
            "actionsRequired": "None",
        }
        return Resource(
            id=f"{service.id}/privateEndpointConnections/{name}",
            type=CONNECTION_TYPE,
            name=name,
            created_at=self._platform.clock.now(),
            state="Succeeded",
            body={
                "isOpen": False,
                "properties": {
                    "privateEndpoint": {"id": endpoint},
                    "privateLinkServiceConnectionState": state,
                    "linkIdentifier": str(int(self._platform.identifiers.hexadecimal(7), 16)),
                },
            },
            etag=self._platform.identifiers.guid(),
        )

    def _new_body(
        self, group: Resource, frontend: Frontend, name: str, visibility: str
    ) -> dict[str, Any]:
        region, guid = group.body["location"], self._platform.identifiers.guid
        provider = f"{group.id}/providers/Microsoft.Network"
        subnet = f"{provider}/virtualNetworks/aks-vnet/subnets/aks-subnet"
        balancer = f"{provider}/loadBalancers/kubernetes-internal"
        owner = f"{frontend.namespace}/{frontend.service}"
        return {
            "location": region,
            "tags": {
                "k8s-azure-cluster-name": "kubernetes",
                "k8s-azure-owner-service": owner,
            },
            "properties": {
                "resourceGuid": guid(),
                "fqdns": [],
                "alias": f"{name}.{guid()}.{region}.azure.privatelinkservice",
                **({"visibility": {"subscriptions": visibility.split()}} if visibility else {}),
                "enableProxyProtocol": False,
                "loadBalancerFrontendIpConfigurations": [
                    {"id": f"{balancer}/frontendIPConfigurations/{frontend.service}"}
                ],
                "ipConfigurations": [_ip_configuration(provider, name, subnet)],
                "networkInterfaces": [{"id": f"{provider}/networkInterfaces/{name}.nic.{guid()}"}],
            },
        }

    def _forget(self, key: str) -> None:
        self._frontends.pop(key, None)


def _ip_configuration(provider: str, service: str, subnet: str) -> dict[str, Any]:
    name = f"aks-subnet-{service}-dynamic-0"
    return {
        "name": name,
        "id": f"{provider}/privateLinkServices/{service}/ipConfigurations/{name}",
        "type": f"{SERVICE_TYPE}/ipConfigurations",
        "properties": {
            "provisioningState": "Succeeded",
            "privateIPAllocationMethod": "Dynamic",
            "subnet": {"id": subnet},
            "primary": True,
            "privateIPAddressVersion": "IPv4",
        },
    }


def _service_id(group: Resource, name: str) -> str:
    return f"{group.id}/providers/{SERVICE_TYPE}/{name}"


def _target_of(link: dict[str, Any]) -> str:
    return str((link.get("privateLink") or {}).get("id") or "")


def _endpoint_id(front_door_id: str, link: dict[str, Any]) -> str:
    """One for each profile, target and region."""
    location = str(link.get("privateLinkLocation") or "").lower()
    identity = f"{front_door_id}/{_target_of(link).lower()}/{location}"
    return (
        f"/subscriptions/{FRONT_DOOR_SUBSCRIPTION}/resourceGroups/eafd-Prod-{location}"
        f"/providers/Microsoft.Network/privateEndpoints/{uuid.uuid5(uuid.NAMESPACE_URL, identity)}"
    )
