"""Simulated Azure put together: one subscription with its services, from empty to full."""

from collections.abc import Callable, Iterable
from functools import partial

from emulators.azure.activity_log.models import ActivityLog
from emulators.azure.activity_log.recorder import Recorder
from emulators.azure.activity_log.routes import ActivityLogRoutes
from emulators.azure.aks.models import ManagedClusters
from emulators.azure.aks.operations import AksOperations
from emulators.azure.aks.routes import AksRoutes
from emulators.azure.aks.state import KubernetesCluster
from emulators.azure.aks.usage_routes import AksUsageRoutes
from emulators.azure.arm.gateway import Gateway
from emulators.azure.arm.operations import Operations, PlannedFailure
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.poll_urls import PollUrls
from emulators.azure.arm.resources import Resource, Resources
from emulators.azure.arm.routing import Route, Routes
from emulators.azure.authorization.models import RoleAssignments
from emulators.azure.authorization.routes import AuthorizationRoutes
from emulators.azure.clock import Clock
from emulators.azure.compute.routes import ComputeRoutes
from emulators.azure.container_registry.models import Registries
from emulators.azure.container_registry.private_hosts import Logins
from emulators.azure.container_registry.routes import RegistryRoutes
from emulators.azure.cost_management.machine_hours import MachineHours
from emulators.azure.cost_management.routes import CostManagementRoutes
from emulators.azure.dns.models import Zones
from emulators.azure.dns.routes import DnsRoutes
from emulators.azure.edge.routes import answer_inside, answer_pod
from emulators.azure.front_door.models import FrontDoor
from emulators.azure.front_door.routes import FrontDoorRoutes
from emulators.azure.identifiers import Identifiers
from emulators.azure.identities.models import Identities
from emulators.azure.identities.routes import IdentityRoutes
from emulators.azure.identity import Tokens
from emulators.azure.key_vault.access import SecretAccess
from emulators.azure.key_vault.csi_provider import CsiProvider
from emulators.azure.key_vault.models import Vaults
from emulators.azure.key_vault.routes import VaultRoutes
from emulators.azure.kubernetes.addresses import Frontend, PublicAddresses
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.latency import AS_MEASURED, Latencies, Timing
from emulators.azure.log_analytics.workspace import Workspace
from emulators.azure.monitor.request_counts import RequestCounts
from emulators.azure.network.models import PrivateLinks
from emulators.azure.network.routes import PrivateLinkRoutes
from emulators.azure.network.usage_routes import NetworkUsageRoutes
from emulators.azure.network.usages import NetworkUsages
from emulators.azure.policy.models import Policies
from emulators.azure.providers.catalog import Catalog, namespace_of
from emulators.azure.providers.features import HOST_ENCRYPTION, FeatureRoutes, Features
from emulators.azure.providers.registrations import Registrations
from emulators.azure.providers.routes import ProviderRoutes
from emulators.azure.resource_groups.models import ResourceGroups
from emulators.azure.resource_groups.routes import ResourceGroupRoutes
from emulators.azure.retail_prices.price_list import PriceList
from emulators.azure.storage.blob_driver import BlobDriver
from emulators.azure.storage.blobs import Blobs
from emulators.azure.storage.routes import StorageRoutes
from emulators.azure.subscriptions.routes import SubscriptionRoutes
from emulators.azure.throttling.throttling import Throttling
from emulators.azure.waf.models import WafPolicies
from emulators.azure.waf.routes import WafRoutes


class SimulatedAzure:
    """All state of one run. A reset throws it away and makes another."""

    def __init__(
        self,
        subscription_id: str,
        tokens: Tokens,
        clock: Clock,
        ca_pem: bytes,
        planned_failure: Callable[[str], PlannedFailure | None],
        prepare_cluster: Callable[[Cluster], None],
        throttling: Throttling,
        seed: int = 1,
        timing: Timing = AS_MEASURED,
    ) -> None:
        """`prepare_cluster` is called with each new cluster: faults inside of it hang in here."""
        latencies = Latencies(clock, seed, share=timing.share)
        self._prepare_cluster = prepare_cluster
        self._timing = timing
        identifiers = Identifiers(seed)
        self.platform = Platform(
            subscription_id=subscription_id,
            tenant_id=tokens.tenant_id,
            clock=clock,
            latencies=latencies,
            identifiers=identifiers,
            resources=Resources(),
            operations=Operations(clock, latencies, identifiers, planned_failure),
            poll_urls=PollUrls(),
        )
        self.addresses = PublicAddresses()
        self.request_counts = RequestCounts(clock)
        self.log_workspace = Workspace(clock, subscription_id)
        self.policies = Policies()
        self.role_assignments = RoleAssignments(self.platform)
        self.registrations = Registrations(self.platform.operations, latencies)
        self.features = Features(self.platform.operations, latencies)
        self.groups = ResourceGroups(self.platform)
        self.clusters = ManagedClusters(self.platform, self.groups, self._make_cluster)
        self.clusters.machines.allows_host_encryption = partial(
            self.features.is_registered, HOST_ENCRYPTION
        )
        self.clusters.check_provider = self.registrations.check
        self.network_usages = NetworkUsages(
            self.clusters.all, self.addresses.frontends, self.platform.limits
        )
        self.clusters.find_network_shortage = self.network_usages.find_cluster_shortage
        self.addresses.find_shortage = self.network_usages.find_address_shortage
        self.addresses.find_balancer_shortage = self.network_usages.find_balancer_shortage
        self.identities = Identities(self.platform, self.groups)
        self.vaults = Vaults(self.platform, self.groups)
        self.secret_access = SecretAccess(self.vaults, self.role_assignments)
        self.csi_provider = CsiProvider(
            self.identities, self.secret_access, self.clusters.all, tokens.tenant_id
        )
        self.blobs = Blobs()
        self.blob_driver = BlobDriver(
            self.identities,
            self.role_assignments,
            self.platform.resources,
            self.clusters.all,
            self.blobs,
        )
        self.registries = Registries(self.platform, self.groups, self.role_assignments)
        self.private_links = PrivateLinks(self.platform, self._find_node_group)
        self.prices = PriceList(self.clusters.sizes)
        self.machine_hours = MachineHours(clock, self.prices.find)
        self.zones = Zones(self.platform)
        self.addresses.find_alias = self.zones.resolve
        self.front_door = FrontDoor(
            self.platform, self.groups, self.private_links, self.vaults.authority.cert_pem
        )
        # Draws of its own: what is logged must not change what happens.
        self.activity_log = ActivityLog(clock, Latencies(clock, seed), Identifiers(-seed))
        group_routes = ResourceGroupRoutes(self.platform, self.groups)
        routes = [*group_routes.routes(), *self._service_routes(tokens, ca_pem)]
        self.gateway = Gateway(
            tokens,
            Routes([*routes, *self._provider_routes(routes)]),
            group_routes.check_group,
            self._check_provider,
            self.policies.evaluated,
            Recorder(self.platform, self.activity_log).answer,
            self.platform,
            throttling.admit,
        )

    def resume(self) -> None:
        """Go on from a saved state."""
        self.platform.operations.resume()
        for cluster in self.clusters.all():
            if isinstance(cluster.kubernetes, Cluster):
                group = partial(self._node_group_of, cluster.kubernetes)
                self.machine_hours.watch(cluster.kubernetes, group)
            cluster.kubernetes.resume()

    async def stop(self) -> None:
        """End all background work."""
        await self.platform.operations.stop()
        for cluster in self.clusters.all():
            cluster.kubernetes.stop()

    def _service_routes(self, tokens: Tokens, ca_pem: bytes) -> list[Route]:
        platform, clusters, front_door = self.platform, self.clusters, self.front_door
        aks_operations = AksOperations(
            platform, self.groups, clusters, gpu_boot_after=self._timing.gpu_boot_after
        )
        policies = WafPolicies(platform, self.groups)
        services = (
            AksRoutes(platform, clusters, aks_operations, tokens, ca_pem),
            FrontDoorRoutes(platform, front_door),
            WafRoutes(platform, policies, front_door.deployments.begin),
            ComputeRoutes(
                platform, clusters.sizes, clusters.machines.quota, clusters.machines.availability
            ),
            ActivityLogRoutes(platform, self.activity_log),
            SubscriptionRoutes(platform),
            IdentityRoutes(platform, self.identities),
            VaultRoutes(platform, self.vaults),
            StorageRoutes(platform, self.groups),
            AuthorizationRoutes(platform, tokens, self.role_assignments),
            RegistryRoutes(platform, self.registries),
            PrivateLinkRoutes(platform, self.private_links),
            DnsRoutes(platform, self.zones),
            NetworkUsageRoutes(platform, self.network_usages),
            AksUsageRoutes(platform, clusters),
            FeatureRoutes(platform, self.features),
            CostManagementRoutes(platform, self.machine_hours),
        )
        return [route for service in services for route in service.routes()]

    def _provider_routes(self, routes: Iterable[Route]) -> list[Route]:
        return ProviderRoutes(self.platform, Catalog(routes), self.registrations).routes()

    def _check_provider(self, route: Route) -> None:
        namespace = namespace_of(route.pattern)
        if namespace is not None:
            self.registrations.check(namespace)

    def _make_cluster(self, name: str, region: str, version: str) -> KubernetesCluster:
        platform = self.platform
        latencies = platform.latencies.of(name)
        cluster = Cluster(
            name,
            region,
            platform.clock,
            latencies,
            self.addresses,
            version,
            answer_inside,
            self._collect_log,
            answer_pod,
            self.private_links,
        )
        cluster.faults.find_shortage = partial(
            self.clusters.machines.capacity.find_shortage, region
        )
        cluster.faults.find_pull_refusal = partial(self._find_pull_refusal, cluster)
        cluster.secrets.read = self.csi_provider.read
        cluster.blobs.refuse = self.blob_driver.refuse
        cluster.blobs.read = self.blob_driver.read
        self.machine_hours.watch(cluster, partial(self._node_group_of, cluster))
        cluster.on_stopped = partial(self.machine_hours.end_cluster, name)
        self._prepare_cluster(cluster)
        return cluster

    def _node_group_of(self, cluster: Cluster) -> str:
        """Empty before the cluster is laid down."""
        owners = (each for each in self.clusters.all() if each.kubernetes is cluster)
        return next((each.resource.properties["nodeResourceGroup"] for each in owners), "")

    def _find_pull_refusal(self, cluster: Cluster, image: str, logins: Logins) -> str | None:
        """What registries say to the nodes of the cluster."""
        owner = next((each for each in self.clusters.all() if each.kubernetes is cluster), None)
        identities = owner.resource.properties.get("identityProfile") if owner else None
        kubelet = (identities or {}).get("kubeletidentity", {}).get("objectId")
        return self.registries.refuse_pull(image, kubelet, logins)

    def _find_node_group(self, frontend: Frontend) -> Resource | None:
        for each in self.clusters.all():
            if each.kubernetes is frontend.cluster:
                return self.groups.find(each.resource.properties["nodeResourceGroup"])
        return None

    def _collect_log(self, cluster: Cluster, pod: Object, container: str, text: str) -> None:
        """As the cluster's agent for logs does, if it has one."""
        managed = (each for each in self.clusters.all() if each.kubernetes is cluster)
        if any(self.log_workspace.is_fed_by(each.resource.properties) for each in managed):
            self.log_workspace.take(pod, container, text)
