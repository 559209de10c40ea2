"""The operations of the services, each with its handler."""

from simulator.coverage import Entry, Known

RECORDED, DOCUMENTED, ASSUMED = Known.RECORDED, Known.DOCUMENTED, Known.ASSUMED

GROUP_OPERATIONS = (
    Entry(
        "group PUT",
        "201 new, 200 present, `Succeeded` at once",
        RECORDED,
        "resource_groups.routes:ResourceGroupRoutes.put",
    ),
    Entry("group HEAD", "204 or 404", RECORDED, "resource_groups.routes:ResourceGroupRoutes.head"),
    Entry(
        "group DELETE",
        "202 with Location and Retry-After 15; polls 202 the same, 200 without a body at the end",
        RECORDED,
        "resource_groups.routes:ResourceGroupRoutes.delete",
        "durations lie between the recorded bounds",
    ),
)

AKS_OPERATIONS = (
    Entry(
        "cluster create",
        "201 `Creating`, Azure-AsyncOperation only, granular statuses from 2025-08-01 on",
        RECORDED,
        "aks.operations:AksOperations.create",
    ),
    Entry(
        "cluster update, scale, upgrade",
        "200 `Updating`, `Scaling` or `Upgrading`; pools show the same state",
        RECORDED,
        "aks.operations:AksOperations.update",
    ),
    Entry("cluster GET", "200 or 404", RECORDED, "aks.routes:AksRoutes.get"),
    Entry(
        "cluster PATCH",
        "200 `Updating`, tags only",
        DOCUMENTED,
        "aks.routes:AksRoutes.patch",
    ),
    Entry(
        "cluster DELETE",
        "202 with Azure-AsyncOperation and Location, no Retry-After; then 404",
        RECORDED,
        "aks.operations:AksOperations.delete",
    ),
    Entry(
        "cluster stop and start",
        "202 without a body, Azure-AsyncOperation and Location, which ends in 204; then "
        "`powerState.code` Stopped or Running",
        RECORDED,
        "aks.power_routes:PowerRoutes.stop",
    ),
    Entry(
        "abort of a cluster's or a pool's operation",
        "202 with Location; what was aborted ends `Canceled`",
        RECORDED,
        "aks.power_routes:PowerRoutes.abort",
    ),
    Entry(
        "credentials",
        "200 with `clusterAdmin` or `clusterUser`, at once; a write for throttling",
        RECORDED,
        "aks.routes:AksRoutes.user_credential",
    ),
    Entry(
        "pool create",
        "201 `Creating`; GPU pools take as long as their machines boot",
        RECORDED,
        "aks.operations:AksOperations.create_pool",
    ),
    Entry(
        "pool update, scale, upgrade",
        "200 `Updating`, `Scaling` or `Upgrading`",
        RECORDED,
        "aks.operations:AksOperations.change_pool",
        "a scale to 0 was never recorded: it takes as long as a stop",
    ),
    Entry(
        "pool stop and start",
        "200 `Stopping` answers count 0, `Starting` the old count",
        RECORDED,
        "aks.operations:AksOperations.change_pool",
    ),
    Entry(
        "pool DELETE",
        "202 with Azure-AsyncOperation and Location; then 404",
        RECORDED,
        "aks.operations:AksOperations.delete_pool",
    ),
    Entry(
        "pool list",
        "200 and a second page that is empty",
        RECORDED,
        "aks.routes:AksRoutes.list_pools",
    ),
    Entry(
        "poll",
        "times with seven digits; an `error` may stand beside any status, in 1.7 % of operations",
        RECORDED,
        "aks.wire:operation_wire",
        "the sentences of stray errors are assumed",
    ),
)

FRONT_DOOR_OPERATIONS = (
    Entry(
        "create",
        "201 `Creating` with Azure-AsyncOperation and Retry-After 10; an origin group is "
        "`Succeeded` at once",
        RECORDED,
        "front_door.routes:FrontDoorRoutes.put",
    ),
    Entry(
        "change",
        "202 with Location as well; a profile's body still says `Succeeded`",
        RECORDED,
        "front_door.routes:FrontDoorRoutes.patch",
    ),
    Entry(
        "PUT that changes nothing",
        "200 without an operation",
        RECORDED,
        "front_door.models:FrontDoor.replace",
        "that the bodies were identical is inferred",
    ),
    Entry(
        "DELETE",
        "202 with Location `.../profileresults/{p}/...`",
        RECORDED,
        "front_door.routes:FrontDoorRoutes.delete",
    ),
    Entry(
        "poll",
        '`"error":{"code":"None","message":null}` in every body, no Retry-After',
        RECORDED,
        "front_door.routes:FrontDoorRoutes.poll",
    ),
    Entry(
        "endpoint host name",
        "`{name}-{16 characters}.z01.azurefd.net`, known in the 201",
        RECORDED,
        "front_door.bodies:endpoint_host_name",
    ),
    Entry(
        "deploymentStatus",
        "never leaves `NotStarted`",
        RECORDED,
        "front_door.bodies:wire",
    ),
    Entry(
        "security policy",
        "operations of api-version 2020-09-01, whatever was asked with",
        RECORDED,
        "front_door.kinds:SECURITY_POLICY",
    ),
    Entry("custom domains", "201, validated by DNS", RECORDED, None, "nobody here needs them"),
    Entry("rule sets", "201, synchronous", RECORDED, None, "nobody here needs them"),
    Entry(
        "WAF policy PUT and DELETE",
        "201, 200 and 204, all synchronous; without a sku it is a classic one",
        RECORDED,
        "waf.routes:WafRoutes.put",
    ),
)

SUBSCRIPTION_OPERATIONS = (
    Entry(
        "usages",
        "200 with limits and what runs, family names irregular as recorded; "
        "`x-ms-ratelimit-remaining-resource`",
        RECORDED,
        "compute.usages:usages",
        "the sizes that are simulated, not all 165 items; the header does not count down",
    ),
    Entry(
        "SKUs",
        "200 with `vCPUs` and `restrictions`, by region",
        RECORDED,
        "compute.skus:skus",
        "recorded in 2018; the capability `GPUs` is assumed, memory is left out",
    ),
    Entry(
        "activity log",
        "200 with an event per accepted and ended write",
        DOCUMENTED,
        "activity_log.routes:ActivityLogRoutes",
        "no 200 was ever recorded",
    ),
    Entry(
        "subscriptions, tenants, locations",
        "200",
        DOCUMENTED,
        "subscriptions.routes:SubscriptionRoutes",
        "names and the offer are assumed",
    ),
    Entry(
        "providers",
        "list, show, register, unregister",
        DOCUMENTED,
        "providers.routes:ProviderRoutes",
    ),
    Entry(
        "sign-in of a service principal",
        "discovery and token endpoint of Entra, enough for `az login --service-principal`",
        DOCUMENTED,
        "entra.routes:Entra",
    ),
)
