"""Routes of maintenance configurations: AKS answers them at once, also beside an operation."""

from typing import Any

from emulators.azure.aks import durations, errors, state_errors
from emulators.azure.aks.maintenance_windows import SHAPE, completed
from emulators.azure.aks.models import ManagedClusters
from emulators.azure.aks.shapes import check_shape
from emulators.azure.aks.state import ManagedCluster
from emulators.azure.aks.validation import CLUSTER_TYPE
from emulators.azure.arm.answers import JSON, Answer
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource

CONFIGURATION_TYPE = f"{CLUSTER_TYPE}/maintenanceConfigurations"


class MaintenanceRoutes:
    """Configurations are resources below their cluster, and go with it."""

    def __init__(self, platform: Platform, clusters: ManagedClusters) -> None:
        self._platform = platform
        self._clusters = clusters

    async def list(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(durations.GET_CLUSTER)
        cluster = self._clusters.get(request)
        found = self._platform.resources.children(cluster.resource.id, CONFIGURATION_TYPE)
        return _ok({"value": [_wire(each) for each in found]})

    async def get(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(durations.GET_CLUSTER)
        cluster = self._clusters.get(request)
        configuration = self._find(cluster, request)
        if configuration is None:
            raise errors.configuration_not_found(
                request.params["configuration"],
                cluster.resource.name,
                request.group,
                request.subscription,
            )
        return _ok(_wire(configuration))

    async def put(self, request: ArmRequest) -> Answer:
        """200 for a new one, too."""
        cluster = self._writable(request, "changing a maintenance configuration")
        present = self._find(cluster, request)
        check_shape(request.body, SHAPE)
        name = request.params["configuration"]
        today = self._platform.clock.now().date()
        properties = completed(name, request.body.get("properties"), today)
        configuration = present or self._add(cluster, name)
        configuration.body["properties"] = properties
        await self._accept("PUT", name)
        return _ok(_wire(configuration))

    async def delete(self, request: ArmRequest) -> Answer:
        cluster = self._writable(request, "deleting a maintenance configuration")
        configuration = self._find(cluster, request)
        if configuration is None:
            return Answer(204)
        self._platform.resources.remove(configuration)
        await self._accept("DELETE", configuration.name)
        return Answer(200)

    def _writable(self, request: ArmRequest, doing: str) -> ManagedCluster:
        """Whether a stopped cluster takes a configuration was not recorded: assumed not."""
        cluster = self._clusters.get(request)
        if cluster.resource.state == "Deleting":
            raise state_errors.being_deleted(cluster.resource.name)
        cluster.check_running(doing)
        return cluster

    def _find(self, cluster: ManagedCluster, request: ArmRequest) -> Resource | None:
        return self._platform.resources.get(_id(cluster, request.params["configuration"]))

    def _add(self, cluster: ManagedCluster, name: str) -> Resource:
        configuration = Resource(
            id=_id(cluster, name),
            type=CONFIGURATION_TYPE,
            name=name,
            created_at=self._platform.clock.now(),
            state="Succeeded",
            body={},
        )
        self._platform.resources.add(configuration)
        return configuration

    async def _accept(self, method: str, name: str) -> None:
        call = f"ARM {method} maintenanceConfigurations {name} answered"
        await self._platform.latencies.wait(call, durations.MAINTENANCE)


def _id(cluster: ManagedCluster, name: str) -> str:
    return f"{cluster.resource.id}/maintenanceConfigurations/{name}"


def _wire(configuration: Resource) -> dict[str, Any]:
    """Neither type nor state; the id is spelled as in the request, unlike those of pools."""
    return {
        "id": configuration.id,
        "name": configuration.name,
        "properties": configuration.properties,
    }


def _ok(body: dict[str, Any]) -> Answer:
    return Answer(200, body, content_type=JSON)
