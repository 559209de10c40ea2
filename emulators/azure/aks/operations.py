"""Operations on clusters and pools: how long they take and what they leave behind."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from emulators.azure.aks import cluster_bodies, durations, pool_bodies, progress
from emulators.azure.aks.models import ManagedClusters
from emulators.azure.aks.state import ManagedCluster, RunningOperation
from emulators.azure.arm.operations import Error, Operation, PlannedFailure, Stage, Work
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.network.blocking import find_blocker
from emulators.azure.resource_groups.models import ResourceGroups


class AksOperations:
    """Begins operations; while one runs, cluster and pools show its kind as their state."""

    def __init__(
        self,
        platform: Platform,
        groups: ResourceGroups,
        clusters: ManagedClusters,
        stray_error_share: float = progress.STRAY_ERROR_SHARE,
        gpu_boot_after: float = 0.0,
    ) -> None:
        """`gpu_boot_after`: the share of a creation after which its GPU pools begin to boot."""
        self._platform = platform
        self._groups = groups
        self._clusters = clusters
        self._stray_error_share = stray_error_share
        self._gpu_boot_after = gpu_boot_after

    def take(self, cluster: ManagedCluster, kind: str, pool: Resource | None = None) -> None:
        """Keep other writes off from the moment in which a request is accepted."""
        cluster.begin(RunningOperation(kind, pool=pool.name if pool else None))
        for resource in self._concerned(cluster, pool):
            resource.state = kind
            resource.etag = self._platform.identifiers.guid()

    def create(self, cluster: ManagedCluster, request: ArmRequest) -> Operation:
        """GPU pools come up beside the control plane: what ends last decides."""
        pools = self._clusters.pools(cluster)
        sample = self._platform.latencies.sample
        created = sample(durations.CLUSTER_CREATE)
        ends = [created]
        for pool in pools:
            gpus = self._clusters.machines.size_of(pool.properties).gpus
            if gpus and pool.properties["count"]:
                boot = sample(durations.gpu_boot(gpus))
                ends.append(self._gpu_boot_after * created + boot)

        def succeeded() -> None:
            self._serve(cluster, pools)

        def failed(error: Error) -> None:
            # What does not come up in practice is a user pool: the rest is there.
            self._serve(cluster, [each for each in pools if each.properties["mode"] == "System"])

        stages = progress.create_stages(sum(pool.properties["count"] for pool in pools))
        return self._begin(cluster, None, request, "create", max(ends), succeeded, failed, stages)

    def update(self, cluster: ManagedCluster, request: ArmRequest, kind: str) -> Operation:
        def succeeded() -> None:
            pools = self._clusters.pools(cluster)
            self._keep_counts(cluster, pools)
            if cluster.is_serving:
                self._boot(cluster, pools)
                self._complete_addons(cluster.resource)
            else:
                # Its creation was aborted: the update completes it.
                self._serve(cluster, pools)

        seconds = self._platform.latencies.sample(durations.cluster_change(kind))
        stages = progress.UPDATE_STAGES
        return self._begin(cluster, None, request, "update", seconds, succeeded, stages=stages)

    def delete(self, cluster: ManagedCluster, request: ArmRequest) -> Operation:
        def succeeded() -> None:
            self._platform.resources.remove(cluster.resource)

        seconds = self._platform.latencies.sample(durations.CLUSTER_DELETE)
        return self._begin(cluster, None, request, "delete", seconds, succeeded)

    def stop(self, cluster: ManagedCluster, request: ArmRequest) -> Operation:
        """At the end the API server is gone, and with the machines everything on them."""

        def succeeded() -> None:
            pools = self._clusters.pools(cluster)
            self._keep_counts(cluster, pools)
            cluster.resource.properties["powerState"] = {"code": "Stopped"}
            cluster.is_serving = False
            for pool in pools:
                node_pool = pool_bodies.node_pool(pool.name, pool.properties, self._clusters.sizes)
                cluster.kubernetes.set_node_pool(replace(node_pool, count=0, autoscaling=False))

        seconds = self._platform.latencies.sample(durations.CLUSTER_STOP)
        return self._begin(cluster, None, request, "stop", seconds, succeeded)

    def start(self, cluster: ManagedCluster, request: ArmRequest) -> Operation:
        """Each pool comes back with the nodes that it had."""

        def succeeded() -> None:
            cluster.resource.properties["powerState"] = {"code": "Running"}
            cluster.is_serving = True
            self._boot(cluster, self._clusters.pools(cluster))

        seconds = self._platform.latencies.sample(durations.CLUSTER_START)
        return self._begin(cluster, None, request, "start", seconds, succeeded)

    def abort(
        self, cluster: ManagedCluster, pool: Resource | None, request: ArmRequest
    ) -> Operation:
        """What was canceled stays as far as it had come; its operation has ended already."""
        duration = durations.CLUSTER_ABORT if pool is None else durations.POOL_ABORT
        seconds = self._platform.latencies.sample(duration)
        return self._begin(
            cluster, pool, request, "abort", seconds, lambda: None, final_state="Canceled"
        )

    def create_pool(
        self, cluster: ManagedCluster, pool: Resource, request: ArmRequest
    ) -> Operation:
        count = pool.properties["count"]
        gpus = self._clusters.machines.size_of(pool.properties).gpus
        seconds = self._platform.latencies.sample(durations.pool_create(count, gpus))
        return self._begin(
            cluster,
            pool,
            request,
            "create",
            seconds,
            lambda: self._boot(cluster, [pool]),
            stages=progress.pool_create_stages(count),
        )

    def change_pool(
        self, cluster: ManagedCluster, pool: Resource, request: ArmRequest, kind: str, nodes: int
    ) -> Operation:
        """`nodes` is how many the pool had when the request came."""
        gpus = self._clusters.machines.size_of(pool.properties).gpus
        duration = durations.pool_change(kind, nodes, pool.properties["count"], gpus)
        seconds = self._platform.latencies.sample(duration)
        verb = {"Scaling": "scale", "Stopping": "stop", "Starting": "start"}.get(kind, "update")

        def succeeded() -> None:
            if verb == "update":
                self._keep_counts(cluster, [pool])
            self._boot(cluster, [pool])

        return self._begin(cluster, pool, request, verb, seconds, succeeded)

    def renew_image(
        self, cluster: ManagedCluster, pool: Resource, request: ArmRequest
    ) -> Operation:
        seconds = self._platform.latencies.sample(durations.POOL_IMAGE)
        return self._begin(cluster, pool, request, "renew image of", seconds, lambda: None)

    def delete_pool(
        self, cluster: ManagedCluster, pool: Resource, request: ArmRequest
    ) -> Operation:
        seconds = self._platform.latencies.sample(durations.POOL_DELETE)
        return self._begin(
            cluster,
            pool,
            request,
            "delete",
            seconds,
            lambda: self._platform.resources.remove(pool),
        )

    def _begin(
        self,
        cluster: ManagedCluster,
        pool: Resource | None,
        request: ArmRequest,
        verb: str,
        seconds: float,
        succeeded: Callable[[], None],
        failed: Callable[[Error], None] = lambda error: None,
        stages: tuple[Stage, ...] = (),
        final_state: str = "Succeeded",
    ) -> Operation:
        subject = pool or cluster.resource
        kind, etag = subject.state, subject.etag
        name = f"{cluster.resource.name}/{pool.name}" if pool else cluster.resource.name

        def end(effect: Callable[[], None], state: str) -> None:
            # The resource group may have been deleted, or begun to go, in the meantime.
            if self._platform.resources.holds(subject) and subject.state == kind:
                for each in self._concerned(cluster, pool):
                    each.state = state
                effect()

        def heal() -> None:
            # A later request has taken the resource over, whatever became of it.
            if not self._platform.resources.holds(subject) or subject.etag != etag:
                return
            for each in self._concerned(cluster, pool):
                if each.state == "Failed":
                    each.state = final_state
            succeeded()

        operation = self._platform.operations.begin(
            Work(
                name=f"AKS {verb} {name}",
                request=f"{request.method} {request.path}",
                seconds=seconds,
                on_succeeded=lambda: end(succeeded, final_state),
                on_failed=lambda error: end(lambda: failed(error), "Failed"),
                on_healed=heal,
                on_canceled=lambda: end(lambda: None, "Canceled"),
                stages=stages,
                failure=self._find_failure(cluster, pool, verb),
                stray_error=progress.stray_error(
                    self._platform.identifiers, self._stray_error_share
                ),
            )
        )
        cluster.begin(RunningOperation(kind, operation, pool.name if pool else None))
        return operation

    def _find_failure(
        self, cluster: ManagedCluster, pool: Resource | None, verb: str
    ) -> PlannedFailure | None:
        if verb == "delete" and pool is None:
            return find_blocker(self._platform.resources, cluster.resource)
        if verb not in {"create", "update", "scale", "start"}:
            return None
        pools = self._clusters.pools(cluster) if pool is None else [pool]
        error = self._clusters.machines.find_allocation_failure(cluster, pools)
        if verb == "create" and pool is None:
            error = self._clusters.find_network_shortage(cluster.region) or error
        return PlannedFailure(error) if error else None

    def _concerned(self, cluster: ManagedCluster, pool: Resource | None) -> list[Resource]:
        """A cluster and its pools move together; a pool's own operation leaves the rest alone."""
        return [cluster.resource, *self._clusters.pools(cluster)] if pool is None else [pool]

    def _serve(self, cluster: ManagedCluster, pools: Iterable[Resource]) -> None:
        resource, identifiers = cluster.resource, self._platform.identifiers
        node_group = self._groups.id_of(resource.properties["nodeResourceGroup"])
        made = cluster_bodies.made_with_nodes(resource, node_group, identifiers)
        resource.properties.update(made)
        kubelet = made["identityProfile"]["kubeletidentity"]["objectId"]
        self._platform.principals.add(kubelet, self._platform.clock.now())
        cluster.is_serving = True
        self._boot(cluster, pools)
        self._complete_addons(resource)

    def _complete_addons(self, resource: Resource) -> None:
        node_group = self._groups.id_of(resource.properties["nodeResourceGroup"])
        cluster_bodies.complete_addons(resource, node_group, self._platform.identifiers)

    def _keep_counts(self, cluster: ManagedCluster, pools: Iterable[Resource]) -> None:
        """The autoscaler may have changed a count since the request was accepted."""
        for pool in pools:
            if pool.properties.get("enableAutoScaling"):
                pool.properties["count"] = cluster.node_count(pool)

    def _boot(self, cluster: ManagedCluster, pools: Iterable[Resource]) -> None:
        for pool in pools:
            cluster.kubernetes.set_node_pool(
                pool_bodies.node_pool(pool.name, pool.properties, self._clusters.sizes)
            )
            cluster.booted.add(pool.name)
