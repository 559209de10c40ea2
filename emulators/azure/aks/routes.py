"""Routes of managed clusters, their agent pools and operations."""

from functools import partial
from typing import Any

from emulators.azure.aks import durations, errors
from emulators.azure.aks.agent_pools import AgentPools
from emulators.azure.aks.credential_routes import CredentialRoutes
from emulators.azure.aks.maintenance_routes import CONFIGURATION_TYPE, MaintenanceRoutes
from emulators.azure.aks.models import ManagedClusters
from emulators.azure.aks.operation_answers import PROVIDER, OperationAnswers
from emulators.azure.aks.operations import AksOperations
from emulators.azure.aks.power_routes import PowerRoutes
from emulators.azure.aks.state import POOL_TYPE, ManagedCluster
from emulators.azure.aks.validation import CLUSTER_TYPE
from emulators.azure.aks.version_routes import VersionRoutes
from emulators.azure.aks.wire import cluster_wire, operation_wire, pool_wire
from emulators.azure.arm.answers import JSON, Answer
from emulators.azure.arm.operations import Operation
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.routing import GROUP, SUBSCRIPTION, ApiVersions, Handler, Route
from emulators.azure.identity import Tokens
from emulators.azure.latency import Duration

VERSIONS = ApiVersions(
    "2020-09-01",
    "2026-08-01",
    ("2024-09-01", "2025-03-01", "2025-08-01", "2026-05-01", "2026-08-01"),
)
OPERATION_VERSIONS = ApiVersions("2016-03-30", VERSIONS.newest, ("2016-03-30", "2025-03-01"))

CLUSTERS = f"{GROUP}/{PROVIDER}/managedClusters"
CLUSTER = f"{CLUSTERS}/{{cluster}}"
POOLS = f"{CLUSTER}/agentPools"
POOL = f"{POOLS}/{{pool}}"
CONFIGURATIONS = f"{CLUSTER}/maintenanceConfigurations"
CONFIGURATION = f"{CONFIGURATIONS}/{{configuration}}"
LOCATION = f"{SUBSCRIPTION}/{PROVIDER}/locations/{{location}}"


class AksRoutes:
    """Parses requests for AKS and formats what comes back."""

    def __init__(
        self,
        platform: Platform,
        clusters: ManagedClusters,
        operations: AksOperations,
        tokens: Tokens,
        ca_pem: bytes,
    ) -> None:
        self._platform = platform
        self._clusters = clusters
        self._pools = AgentPools(clusters)
        self._operations = operations
        self._answers = OperationAnswers(platform)
        self._power = PowerRoutes(platform, clusters, operations)
        self._versions = VersionRoutes(platform, clusters)
        self._maintenance = MaintenanceRoutes(platform, clusters)
        self._credentials = CredentialRoutes(platform, clusters, tokens, ca_pem)

    def routes(self) -> list[Route]:
        def cluster(method: str, pattern: str, handler: Handler) -> Route:
            return Route(method, pattern, handler, VERSIONS, CLUSTER_TYPE)

        def child(kind: str, method: str, pattern: str, handler: Handler) -> Route:
            return Route(method, pattern, handler, VERSIONS, kind, is_registered=False)

        pool = partial(child, POOL_TYPE)
        maintenance = partial(child, CONFIGURATION_TYPE)

        return [
            cluster("GET", f"{SUBSCRIPTION}/{PROVIDER}/managedClusters", self.list_all),
            cluster("GET", CLUSTERS, self.list_in_group),
            cluster("GET", CLUSTER, self.get),
            cluster("PUT", CLUSTER, self.put),
            cluster("PATCH", CLUSTER, self.patch),
            cluster("DELETE", CLUSTER, self.delete),
            cluster("POST", f"{CLUSTER}/listClusterUserCredential", self._credentials.user),
            cluster("POST", f"{CLUSTER}/listClusterAdminCredential", self._credentials.admin),
            cluster("POST", f"{CLUSTER}/stop", self._power.stop),
            cluster("POST", f"{CLUSTER}/start", self._power.start),
            cluster("POST", f"{CLUSTER}/abort", self._power.abort),
            cluster("GET", f"{CLUSTER}/upgradeProfiles/default", self._versions.upgrades),
            pool("POST", f"{POOL}/abort", self._power.abort_pool),
            pool("POST", f"{POOL}/upgradeNodeImageVersion", self._power.renew_image),
            pool("GET", f"{POOL}/upgradeProfiles/default", self._versions.pool_upgrades),
            pool("GET", POOLS, self.list_pools),
            pool("GET", POOL, self.get_pool),
            pool("PUT", POOL, self.put_pool),
            pool("DELETE", POOL, self.delete_pool),
            maintenance("GET", CONFIGURATIONS, self._maintenance.list),
            maintenance("GET", CONFIGURATION, self._maintenance.get),
            maintenance("PUT", CONFIGURATION, self._maintenance.put),
            maintenance("DELETE", CONFIGURATION, self._maintenance.delete),
            Route("GET", f"{LOCATION}/kubernetesVersions", self._versions.list, VERSIONS),
            Route("GET", f"{LOCATION}/operations/{{operation}}", self.poll, OPERATION_VERSIONS),
            Route(
                "GET",
                f"{LOCATION}/operationresults/{{operation}}",
                self.result,
                OPERATION_VERSIONS,
            ),
        ]

    async def list_all(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(durations.GET_CLUSTER)
        return _ok({"value": [self._wire(each, request) for each in self._clusters.all()]})

    async def list_in_group(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(durations.GET_CLUSTER)
        group = request.group.lower()
        found = [each for each in self._clusters.all() if each.resource.group == group]
        return _ok({"value": [self._wire(each, request) for each in found]})

    async def get(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(durations.GET_CLUSTER)
        return _ok(self._wire(self._clusters.get(request), request))

    async def put(self, request: ArmRequest) -> Answer:
        cluster = self._clusters.find(request)
        if cluster is None:
            cluster = self._clusters.create(request)
            self._operations.take(cluster, "Creating")
            body = self._wire(cluster, request)
            await self._accept("PUT managedClusters", cluster.resource.name, durations.PUT_CLUSTER)
            operation = self._operations.create(cluster, request)
            return self._answers.accepted(201, request, cluster, operation, body)
        kind = self._clusters.update(cluster, request)
        return await self._update(cluster, request, kind)

    async def patch(self, request: ArmRequest) -> Answer:
        cluster = self._clusters.get(request)
        self._clusters.merge_tags(cluster, request)
        return await self._update(cluster, request, "Updating")

    async def delete(self, request: ArmRequest) -> Answer:
        cluster = self._clusters.find(request)
        if cluster is None:
            return Answer(204)
        busy = cluster.busy
        if cluster.resource.state == "Deleting" and busy is not None and busy.operation:
            return self._answers.accepted(202, request, cluster, busy.operation, None)
        self._clusters.check_deletable(cluster, request)
        self._operations.take(cluster, "Deleting")
        name = cluster.resource.name
        await self._accept("DELETE managedClusters", name, durations.DELETE_CLUSTER)
        operation = self._operations.delete(cluster, request)
        return self._answers.accepted(202, request, cluster, operation, None)

    async def list_pools(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(durations.GET_CLUSTER)
        if "$skipToken" in request.query:
            return _ok({"value": []})
        cluster = self._clusters.get(request)
        value = [
            pool_wire(cluster, pool, request.api_version) for pool in self._clusters.pools(cluster)
        ]
        token = self._platform.identifiers.hexadecimal(16)
        next_link = (
            f"{request.base_url}{request.path}?%24skipToken={token}"
            f"&api-version={request.api_version}&skipToken={token}"
        )
        return _ok({"value": value, "nextLink": next_link})

    async def get_pool(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(durations.GET_CLUSTER)
        cluster = self._clusters.get(request)
        return _ok(pool_wire(cluster, self._pools.get(cluster, request), request.api_version))

    async def put_pool(self, request: ArmRequest) -> Answer:
        cluster = self._clusters.get(request)
        pool = self._pools.find(cluster, request)
        if pool is None:
            pool = self._pools.create(cluster, request)
            self._operations.take(cluster, "Creating", pool)
            body = pool_wire(cluster, pool, request.api_version)
            await self._accept("PUT agentPools", pool.name, durations.PUT_POOL)
            operation = self._operations.create_pool(cluster, pool, request)
            return self._answers.accepted(201, request, cluster, operation, body)
        kind, nodes = self._pools.change(cluster, pool, request)
        self._operations.take(cluster, kind, pool)
        body = pool_wire(cluster, pool, request.api_version)
        await self._accept("PUT agentPools", pool.name, durations.PUT_POOL)
        operation = self._operations.change_pool(cluster, pool, request, kind, nodes)
        return self._answers.accepted(200, request, cluster, operation, body)

    async def delete_pool(self, request: ArmRequest) -> Answer:
        cluster = self._clusters.get(request)
        pool = self._pools.find(cluster, request)
        if pool is None:
            return Answer(204)
        self._pools.check_deletable(cluster, pool, request)
        self._operations.take(cluster, "Deleting", pool)
        await self._accept("DELETE agentPools", pool.name, durations.DELETE_POOL)
        operation = self._operations.delete_pool(cluster, pool, request)
        return self._answers.accepted(202, request, cluster, operation, None)

    async def poll(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(durations.POLL)
        operation = self._operation(request)
        now = self._platform.clock.now()
        return _ok(operation_wire(operation, request.api_version, now))

    async def result(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(durations.POLL)
        operation = self._operation(request)
        if not operation.is_running:
            return Answer(204)
        return Answer(202, headers={"Location": f"{request.base_url}{request.target}"})

    async def _update(self, cluster: ManagedCluster, request: ArmRequest, kind: str) -> Answer:
        self._operations.take(cluster, kind)
        body = self._wire(cluster, request)
        name = cluster.resource.name
        await self._accept(f"{request.method} managedClusters", name, durations.PUT_CLUSTER)
        operation = self._operations.update(cluster, request, kind)
        return self._answers.accepted(200, request, cluster, operation, body)

    async def _accept(self, call: str, name: str, duration: Duration) -> None:
        await self._platform.latencies.wait(f"ARM {call} {name} accepted", duration)

    def _operation(self, request: ArmRequest) -> Operation:
        operation = self._platform.operations.get(request.params["operation"])
        if operation is None:
            raise errors.operation_not_found(request.params["operation"])
        return operation

    def _wire(self, cluster: ManagedCluster, request: ArmRequest) -> dict[str, Any]:
        return cluster_wire(cluster, self._clusters.pools(cluster), request.api_version)


def _ok(body: dict[str, Any]) -> Answer:
    return Answer(200, body, content_type=JSON)
