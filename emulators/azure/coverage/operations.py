"""The operations of the services, each with its handler."""

from emulators.azure.coverage import Entry, Known

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
        "201 `Creating`, without etags, Azure-AsyncOperation only, granular statuses from "
        "2025-08-01 on",
        RECORDED,
        "aks.operations:AksOperations.create",
    ),
    Entry(
        "GPU pool in a cluster create",
        "boots beside the control plane, from the beginning of the create on",
        ASSUMED,
        "aks.operations:AksOperations.create",
        "no recording has one; others name `CreatingAgentPools` from 0.6 of the create on; "
        "`--gpu-boot-after` lets it begin so late, or after the rest",
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
        "credentials",
        "200 with `clusterAdmin` or `clusterUser`, at once; a write for throttling; without Entra "
        "a certificate, a key and a token, the same in every read",
        RECORDED,
        "aks.credential_routes:CredentialRoutes.user",
        "the API server takes the token and asks for no certificate",
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
        "cluster stop and start",
        "202, empty, with Azure-AsyncOperation and a Location that ends in 204; `powerState` "
        "changes at the end",
        RECORDED,
        "aks.power_routes:PowerRoutes.stop",
        "that pools show the power state of their cluster is assumed",
    ),
    Entry(
        "cluster and pool abort",
        "202 with the resource in the state it had; it ends `Canceled`, the abort `Succeeded`",
        RECORDED,
        "aks.power_routes:PowerRoutes.abort",
        "how far the aborted operation had come is assumed; `Canceling` is documented",
    ),
    Entry(
        "pool upgradeNodeImageVersion",
        "202 `UpgradingNodeImageVersion`",
        RECORDED,
        "aks.power_routes:PowerRoutes.renew_image",
        "there is only one image",
    ),
    Entry(
        "maintenance configuration PUT",
        "200 at once, also for a new one and beside an operation; `utcOffset` and `startDate` are "
        "filled in",
        RECORDED,
        "aks.maintenance_routes:MaintenanceRoutes.put",
        "nothing is upgraded by itself; that a stopped cluster refuses it is assumed",
    ),
    Entry(
        "maintenance configuration GET, list, DELETE",
        "200; DELETE without a body, 204 where there is none",
        RECORDED,
        "aks.maintenance_routes:MaintenanceRoutes.delete",
    ),
    Entry(
        "versions and upgrades",
        "of a region, of a cluster, of a pool",
        DOCUMENTED,
        "aks.version_routes:VersionRoutes.list",
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
        "202 with Location as well; bodies of profiles and endpoints still say `Succeeded`; one "
        "in ten changes of origins and routes, and creations of routes, takes up to 126 s",
        RECORDED,
        "front_door.routes:FrontDoorRoutes.patch",
    ),
    Entry(
        "PUT that changes an endpoint's tags only",
        "200 without an operation",
        RECORDED,
        "front_door.models:FrontDoor.replace",
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
        "what a request leaves out",
        "priority and weight stay null; an origin's PUT without `enforceCertificateNameCheck` "
        "turns it off; TLS of domains, caches, private links and latencies are completed",
        RECORDED,
        "front_door.bodies:requested_properties",
        "what the edge does with null: priority 1 and weight 1000",
    ),
    Entry(
        "isActive of endpoints and domains",
        "true for endpoints, false for domains that are not approved",
        RECORDED,
        "front_door.bodies:wire",
        "that an approved domain is active is assumed",
    ),
    Entry(
        "endpoint host name",
        "`{name}-{16 characters}.z01.azurefd.net`, known in the 201",
        RECORDED,
        "front_door.bodies:endpoint_host_name",
    ),
    Entry(
        "deploymentStatus",
        "never leaves `NotStarted`, but for custom domains",
        RECORDED,
        "front_door.bodies:wire",
    ),
    Entry(
        "security policy",
        "operations of api-version 2020-09-01, whatever was asked with",
        RECORDED,
        "front_door.kinds:SECURITY_POLICY",
    ),
    Entry(
        "custom domains",
        "201; Submitting, Pending, Approved; the only kind whose deploymentStatus says Succeeded",
        RECORDED,
        "front_door.custom_domains:begin_validation",
        "the owner's proof arrives by itself, how soon is assumed; the edge does not serve them",
    ),
    Entry("rule sets", "201, synchronous", RECORDED, None, "no client here needs them"),
    Entry(
        "WAF policy PUT and DELETE",
        "201, 200 and 204, all synchronous; without a sku it is a classic one",
        RECORDED,
        "waf.routes:WafRoutes.put",
    ),
)

CLIENT_OPERATIONS = (
    Entry(
        "Entra token",
        "client credentials with a secret, at `/oauth2/v2.0/token` and `/oauth2/token`",
        DOCUMENTED,
        "entra.routes:Entra",
        "which of two faults is reported first is assumed; published keys have no certificate",
    ),
    Entry(
        "tokens for APIs of the tenant",
        "of the version that the API's registration asks for, with the app roles of the client",
        DOCUMENTED,
        "entra.issuing:Issuing",
        "registrations come by `/_simulator/applications`, not by Microsoft Graph; a client "
        "without a role gets a token, too",
    ),
    Entry(
        "metadata of the cloud",
        "`/metadata/endpoints`, one cloud from 2022-09-01 on, a list before",
        DOCUMENTED,
        "cloud_metadata:handle",
    ),
    Entry(
        "subscriptions, tenants, locations",
        "one subscription in one tenant",
        DOCUMENTED,
        "subscriptions.routes:SubscriptionRoutes",
        "the offer is assumed",
    ),
    Entry(
        "providers",
        "list, show, register, unregister",
        DOCUMENTED,
        "providers.routes:ProviderRoutes",
        "how long registering takes is assumed",
    ),
    Entry(
        "activity log",
        "writes of the last 90 days with beginning, answer and end of the operation",
        DOCUMENTED,
        "activity_log.routes:ActivityLogRoutes.list",
        "late by 3 to 20 minutes as documented; how that spreads is assumed",
    ),
)
