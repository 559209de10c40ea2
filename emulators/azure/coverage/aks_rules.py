"""The rules of AKS, each with what enforces it."""

from emulators.azure.coverage import Entry, Known

RECORDED, DOCUMENTED = Known.RECORDED, Known.DOCUMENTED
REPORTED, ASSUMED = Known.REPORTED, Known.ASSUMED

AKS_RULES = (
    Entry(
        "cluster name",
        "1 to 63 letters, digits, `-` and `_`, beginning and ending with a letter or digit",
        DOCUMENTED,
        "aks.validation:check_cluster",
    ),
    Entry(
        "pool name",
        "1 to 12 small letters and digits, beginning with a letter; for Windows at most 6",
        DOCUMENTED,
        "aks.validation:check_pool",
    ),
    Entry(
        "location",
        "required, known, and never changed",
        DOCUMENTED,
        "aks.validation:checked_region",
    ),
    Entry(
        "a System pool at all times",
        "`mode` is explicit; a cluster begins with a System pool",
        DOCUMENTED,
        "aks.errors:no_system_pool",
    ),
    Entry(
        "the last System pool",
        "cannot be deleted, nor become a User pool",
        DOCUMENTED,
        "aks.pool_changes:PoolChanges.check_other_system_pool",
        "the answer was never recorded: 400 is assumed",
    ),
    Entry(
        "System pools run Linux",
        "`osType` other than Linux is refused",
        DOCUMENTED,
        "aks.validation:check_pool",
        "the answer is assumed",
    ),
    Entry(
        "node counts",
        "System 1 to 1000, User 0 to 1000; 1 where a cluster's request leaves it out",
        DOCUMENTED,
        "aks.errors:out_of_range",
    ),
    Entry(
        "no System pool at 0",
        "not even when there is another one",
        REPORTED,
        "aks.errors:out_of_range",
    ),
    Entry(
        "two nodes and 4 vCPUs for System pools",
        "guidance of newer documentation: one node with 2 vCPUs was accepted in 2026",
        RECORDED,
        None,
        "not enforced by Azure either",
    ),
    Entry(
        "Spot pools are User pools",
        "a System pool with priority Spot is refused",
        DOCUMENTED,
        "aks.validation:check_pool",
        "the answer is assumed",
    ),
    Entry(
        "immutable properties of a pool",
        "size, operating system, `maxPods`, disks, priority, zones, GPU profile",
        DOCUMENTED,
        "aks.validation:check_unchanged",
        "the answer is assumed",
    ),
    Entry(
        "autoscaler bounds",
        "minimum and maximum are needed; minimum 0 for User pools only",
        DOCUMENTED,
        "aks.validation:check_pool",
    ),
    Entry(
        "no manual scaling under the autoscaler",
        "any `count` is accepted, also one outside of the bounds, and has no effect",
        RECORDED,
        "aks.pool_changes:PoolChanges.checked",
    ),
    Entry(
        "no autoscaler for managed GPU pools",
        "`managementMode: Managed` with `enableAutoScaling` is refused",
        DOCUMENTED,
        "aks.validation:check_pool",
        "the answer is assumed",
    ),
    Entry(
        "one operation at a time",
        "a write on a busy cluster, or on one with a busy pool, is 409",
        RECORDED,
        "aks.state:ManagedCluster.check_free",
        "for two pools both 409 and acceptance were reported: here it is 409",
    ),
    Entry(
        "work beside the deletion of a pool",
        "changes of other pools and the deletion of the cluster are accepted",
        RECORDED,
        "aks.state:ManagedCluster.check_pool_free",
        "that new pools are accepted, and changes of the cluster are not, is assumed",
    ),
    Entry(
        "maintenance configurations and role bindings beside a pool's PUT",
        "are accepted in parallel",
        RECORDED,
        "aks.maintenance_routes:MaintenanceRoutes.put",
        "role bindings are not simulated",
    ),
    Entry(
        "bounds of maintenance windows",
        "4 to 24 hours, one schedule, times as `HH:MM`, dates from today on",
        DOCUMENTED,
        "aks.maintenance_windows:completed",
        "sentences are assumed",
    ),
    Entry(
        "what a pool's request leaves out, or sets to zero",
        "disk of 128 GB, ephemeral for GPU sizes; 250, 110 or 30 pods by the network; "
        "`securityProfile`, `upgradeSettings`, `enableAutoScaling: false`; empty labels, taints "
        "and tags, and a Regular priority, are left out; `osType` in any case",
        RECORDED,
        "aks.pool_bodies:pool_properties",
        "ephemeral disks were recorded of GPU sizes only; disks are 128 GB, whatever the cache",
    ),
    Entry(
        "what a cluster's request leaves out",
        "network by plugin and way out, storage drivers, autoscaler, add-ons, Entra groups; an "
        "update keeps what an empty object does not name",
        RECORDED,
        "aks.cluster_bodies:new_properties",
        "fields of preview api-versions are not simulated",
    ),
    Entry(
        "secrets",
        "passwords of Windows and secrets of principals are never shown",
        RECORDED,
        "aks.cluster_parts:completed_parts",
    ),
    Entry(
        "upgrade channels and tier",
        "`nodeOSUpgradeChannel` is `NodeImage` and the tier `Free` until they are set",
        RECORDED,
        "aks.cluster_settings:check_settings",
        "nothing is upgraded by itself; the answers to other values are assumed",
    ),
    Entry(
        "authorized addresses of an API server",
        "come back as they were sent; an empty list takes `apiServerAccessProfile` away",
        RECORDED,
        "aks.cluster_settings:access_profile",
        "checked, but not enforced by the simulated API server",
    ),
    Entry(
        "AKS goes on behind an operation that has failed",
        "cluster or pool change from Failed to Succeeded by themselves, or were never Failed",
        REPORTED,
        "aks.operations:AksOperations",
        "by a fault; since 2022 AKS is said to leave a failed creation as it is",
    ),
    Entry(
        "a stopped cluster",
        "only a start and a deletion are allowed; it has no nodes, and no API server answers",
        DOCUMENTED,
        "aks.state:ManagedCluster.check_running",
        "that a start of a running cluster is refused is assumed",
    ),
    Entry(
        "pools that may be stopped",
        "User pools that are Running and Succeeded; a stopped pool has 0 nodes",
        DOCUMENTED,
        "aks.state_errors:cannot_stop_pool",
        "the answer is assumed",
    ),
    Entry(
        "etags",
        "`If-Match` and `If-None-Match` are honoured; pools carry an `eTag`",
        RECORDED,
        "aks.state:check_etag",
        "sentences are assumed",
    ),
    Entry(
        "100 pools per cluster",
        "`maxAgentPools: 100`",
        RECORDED,
        "aks.agent_pools:AgentPools.create",
        "the answer is assumed",
    ),
    Entry(
        "deletion takes pools and node resource group along",
        "`MC_{group}_{name}_{location}` or the one that was named",
        RECORDED,
        "aks.models:ManagedClusters.create",
    ),
    Entry(
        "vCPU quota",
        "creating and scaling beyond it is refused at once, with the numbers",
        REPORTED,
        "aks.machines:ClusterMachines.check_quota",
        "that the quota is gone only later, in the poll, comes by a fault",
    ),
    Entry(
        "agent of Container Insights",
        "add-on `omsagent` with its settings; its identity after the operation",
        RECORDED,
        "aks.cluster_bodies:complete_addons",
        "that the workspace exists, and that the caller may read its keys, is not checked",
    ),
)
