"""Routes that stop and start a cluster, abort what runs, and renew the image of a pool's nodes."""

from typing import Any

from emulators.azure.aks import durations, state_errors
from emulators.azure.aks.agent_pools import AgentPools
from emulators.azure.aks.models import ManagedClusters
from emulators.azure.aks.operation_answers import OperationAnswers
from emulators.azure.aks.operations import AksOperations
from emulators.azure.aks.state import ManagedCluster
from emulators.azure.aks.wire import cluster_wire, pool_wire
from emulators.azure.arm.answers import Answer
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource


class PowerRoutes:
    """All of them answer 202 with an operation, and with a Location that ends in 204."""

    def __init__(
        self, platform: Platform, clusters: ManagedClusters, operations: AksOperations
    ) -> None:
        self._platform = platform
        self._clusters = clusters
        self._pools = AgentPools(clusters)
        self._operations = operations
        self._answers = OperationAnswers(platform)

    async def stop(self, request: ArmRequest) -> Answer:
        cluster = self._clusters.get(request)
        cluster.check_free(request.api_version)
        cluster.check_running("stopping")
        self._operations.take(cluster, "Stopping")
        await self._accept("stop", cluster.resource.name)
        operation = self._operations.stop(cluster, request)
        return self._answers.accepted(202, request, cluster, operation, None)

    async def start(self, request: ArmRequest) -> Answer:
        cluster = self._clusters.get(request)
        cluster.check_free(request.api_version)
        if not cluster.is_stopped:
            raise state_errors.wrong_power_state(cluster.resource.state, "Running", "starting")
        self._clusters.machines.check_start(cluster)
        self._operations.take(cluster, "Starting")
        await self._accept("start", cluster.resource.name)
        operation = self._operations.start(cluster, request)
        return self._answers.accepted(202, request, cluster, operation, None)

    async def renew_image(self, request: ArmRequest) -> Answer:
        """The pool keeps its version: there is only one node image."""
        cluster = self._clusters.get(request)
        pool = self._pools.get(cluster, request)
        cluster.check_pool_free(pool.name, request.api_version)
        cluster.check_running("upgrading an agent pool")
        self._operations.take(cluster, "UpgradingNodeImageVersion", pool)
        body = pool_wire(cluster, pool, request.api_version)
        await self._accept("upgradeNodeImageVersion", pool.name)
        operation = self._operations.renew_image(cluster, pool, request)
        return self._answers.accepted(202, request, cluster, operation, body)

    async def abort(self, request: ArmRequest) -> Answer:
        cluster = self._clusters.get(request)
        body = cluster_wire(cluster, self._clusters.pools(cluster), request.api_version)
        return await self._abort(request, cluster, None, body)

    async def abort_pool(self, request: ArmRequest) -> Answer:
        cluster = self._clusters.get(request)
        pool = self._pools.get(cluster, request)
        body = pool_wire(cluster, pool, request.api_version)
        return await self._abort(request, cluster, pool, body)

    async def _abort(
        self,
        request: ArmRequest,
        cluster: ManagedCluster,
        pool: Resource | None,
        body: dict[str, Any],
    ) -> Answer:
        """Recorded: the answer shows what is aborted as it was before, `Creating` for example."""
        aborted = cluster.abortable(pool)
        self._platform.operations.cancel(aborted)
        if pool is not None:
            self._pools.undo_power_change(pool)
        self._operations.take(cluster, "Canceling", pool)
        await self._accept("abort", (pool or cluster.resource).name)
        operation = self._operations.abort(cluster, pool, request)
        return self._answers.accepted(202, request, cluster, operation, body)

    async def _accept(self, verb: str, name: str) -> None:
        await self._platform.latencies.wait(f"ARM POST {verb} {name} accepted", durations.POST)
