"""The rules of the services, each with what enforces it."""

from simulator.coverage import Entry, Known

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
        "aks.models:ManagedClusters.check_other_system_pool",
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
        "aks.models:ManagedClusters.checked_change",
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
        "maintenance configurations and role bindings beside a pool's PUT",
        "were accepted in parallel",
        RECORDED,
        None,
        "these resource types are not simulated",
    ),
    Entry(
        "pools that may be stopped",
        "User pools that are Running and Succeeded; a stopped pool has 0 nodes",
        DOCUMENTED,
        "aks.errors:cannot_stop_pool",
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
        "aks.models:ManagedClusters.check_quota",
        "that the quota is gone only later, in the poll, comes by a fault",
    ),
)

FRONT_DOOR_RULES = (
    Entry(
        "names",
        "endpoint 2 to 46, origin group and route 2 to 90 letters, digits and hyphens",
        REPORTED,
        "front_door.rules:check_name",
        "for origins the same shape is assumed; the answer is assumed",
    ),
    Entry(
        "WAF policy name",
        "1 to 128 letters and digits, beginning with a letter",
        DOCUMENTED,
        "waf.errors:validation_failed",
    ),
    Entry(
        "profile",
        "Standard or Premium, location `global`, response timeout from 16 s",
        DOCUMENTED,
        "front_door.rules:check_profile",
        "the answer to another location is assumed",
    ),
    Entry(
        "origin",
        "ports 1 to 65535, priority 1 to 5, weight 1 to 1000",
        DOCUMENTED,
        "front_door.rules:check_values",
    ),
    Entry(
        "origin host name",
        "required, and unique",
        DOCUMENTED,
        "front_door.rules:Rules.check_put",
        "unique within the origin group, and refused when missing: both assumed",
    ),
    Entry(
        "private link",
        "needs Premium and `enforceCertificateNameCheck`",
        REPORTED,
        "front_door.errors:private_link_needs_premium",
        "the answer is assumed; the private link itself is not simulated",
    ),
    Entry(
        "origin group",
        "probe interval 1 to 255 s, traffic restoration 0 to 50 min",
        DOCUMENTED,
        "front_door.rules:check_values",
    ),
    Entry(
        "route needs an origin",
        "enabled and provisioned, of the same profile",
        RECORDED,
        "front_door.errors:route_too_early",
    ),
    Entry(
        "last enabled origin",
        "is neither disabled nor deleted while a route uses its group",
        REPORTED,
        "front_door.errors:last_origin",
    ),
    Entry(
        "security policy needs its parts",
        "the WAF policy exists, the endpoints are of this profile and Succeeded",
        RECORDED,
        "front_door.errors:endpoint_not_ready",
    ),
    Entry(
        "security policy and WAF policy have one sku",
        "a WAF policy without a sku is a classic one and fits no profile",
        REPORTED,
        "front_door.errors:waf_sku_differs",
        "the answer is assumed",
    ),
    Entry(
        "managed rule sets need Premium",
        "custom rules do not",
        DOCUMENTED,
        "waf.errors:validation_failed",
        "the answer is assumed",
    ),
    Entry(
        "deleting a profile deletes its children",
        "in any state",
        DOCUMENTED,
        "front_door.models:FrontDoor.begin_delete",
    ),
    Entry(
        "deleting an endpoint or origin group in use",
        "is refused with 400",
        ASSUMED,
        "front_door.rules:Rules.check_delete",
    ),
    Entry(
        "deleting a WAF policy in use",
        "is refused with 400; `securityPolicyLinks` names who uses it",
        ASSUMED,
        "waf.errors:in_use",
    ),
    Entry(
        "propagation to the edge",
        "3 to 10 minutes after the operation; ARM never shows it",
        DOCUMENTED,
        "front_door.deployments:Deployments.begin",
        "today's figure was not found",
    ),
)

ARM_RULES = (
    Entry(
        "PUT creates or replaces",
        "201 for new, 200 or 202 for present, as the table of operations says",
        RECORDED,
        "arm.gateway:Gateway.handle",
    ),
    Entry(
        "parents",
        "below what does not exist nothing is read, written or deleted",
        RECORDED,
        "arm.gateway:Gateway.handle",
    ),
    Entry(
        "DELETE of what is missing",
        "204 under an existing group",
        DOCUMENTED,
        "front_door.routes:FrontDoorRoutes.delete",
        "no recording was found",
    ),
    Entry(
        "deleting a group deletes all of it",
        "clusters with their node resource groups included",
        RECORDED,
        "resource_groups.models:ResourceGroups.begin_delete",
    ),
    Entry(
        "signed operation addresses",
        "2.6 kB, to be followed verbatim; an altered one is refused",
        RECORDED,
        "arm.poll_urls:PollUrls",
        "that and how an altered one is refused is assumed",
    ),
    Entry(
        "headers of every answer",
        "request, correlation and routing ids, `x-msedge-ref`, no caching",
        RECORDED,
        "arm.headers:standard_headers",
    ),
    Entry(
        "read, write and delete buckets",
        "250, 200 and 200 per subscription and principal, 25, 10 and 10 more per second; "
        "fifteen times that per subscription; what is left is in every successful answer",
        DOCUMENTED,
        "throttling.limits:PER_PRINCIPAL",
        "the headers are recorded; all requests come from one region",
    ),
    Entry(
        "buckets of AKS",
        "PUT of a cluster or pool 20 and 1 a minute, GET of a cluster 60 and 1 a second, lists, "
        "operation status 200 and 2 a second, everything else 60 and 1 a second",
        DOCUMENTED,
        "throttling.limits:provider_limit",
    ),
    Entry(
        "reads of profiles",
        "50 in 5 minutes",
        REPORTED,
        "throttling.limits:provider_limit",
        "reported in 2023; recordings of that time show higher limits for other types",
    ),
    Entry(
        "`x-ms-ratelimit-remaining-subscription-resource-requests`",
        "of Microsoft.Cdn until 2024",
        RECORDED,
        None,
        "gone by 2026: Front Door shows ARM's own headers",
    ),
)
