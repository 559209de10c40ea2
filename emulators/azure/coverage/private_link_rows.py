"""Private Link: its operations and rules, each with what makes it."""

from emulators.azure.coverage import Entry, Known

RECORDED, DOCUMENTED = Known.RECORDED, Known.DOCUMENTED
REPORTED, ASSUMED = Known.REPORTED, Known.ASSUMED

PRIVATE_LINK_OPERATIONS = (
    Entry(
        "private link service GET, list",
        "200 with ETag, connections among the properties, `visibility` only where it is set; 404",
        RECORDED,
        "network.routes:PrivateLinkRoutes.get",
        "services are made by clusters only: there is no PUT",
    ),
    Entry(
        "private link service DELETE",
        "202 with Azure-AsyncOperation, Location and Retry-After 10",
        RECORDED,
        "network.routes:PrivateLinkRoutes.delete",
        "the last answer of Location is assumed",
    ),
    Entry(
        "private link connection PUT",
        "200 `Updating` with Azure-AsyncOperation, the new status at once",
        RECORDED,
        "network.routes:PrivateLinkRoutes.put_connection",
        "from which status to which is not checked",
    ),
    Entry(
        "private link connection DELETE",
        "202 with Azure-AsyncOperation and Location",
        RECORDED,
        "network.routes:PrivateLinkRoutes.delete",
    ),
)

PRIVATE_LINK_RULES = (
    Entry(
        "private link of a Service",
        "annotations `azure-load-balancer-internal` and `azure-pls-create`, `-name`, "
        "`-visibility`; the Service shows its address once the service is complete; it goes with "
        "the Service, and its connections first",
        DOCUMENTED,
        "network.models:PrivateLinks",
        "other annotations are ignored, and so is a change from public to internal",
    ),
    Entry(
        "private link of a public Service",
        "event `SyncLoadBalancerFailed`",
        DOCUMENTED,
        "kubernetes.controllers.load_balancers:LoadBalancers",
        "of the texts of cloud-provider-azure this one; others by the fault `addressError`",
    ),
    Entry(
        "request of Front Door for a connection",
        "`Pending` on the service 15 to 60 s after a route leads to the origin, with the origin's "
        "message, from a subscription of Microsoft's; one for each profile, target and region",
        REPORTED,
        "network.models:PrivateLinks.request",
        "origin groups without a route ask for none: assumed",
    ),
    Entry(
        "status of a private link at Front Door",
        "null, also after the approval",
        RECORDED,
        "front_door.bodies:requested_properties",
        "recorded for a storage account",
    ),
    Entry(
        "traffic over a private link",
        "flows 1 to 5 minutes after the approval, and not without it",
        DOCUMENTED,
        "network.models:PrivateLinks.frontend_for",
        "documented as a few minutes, reported up to 30; that a rejection takes effect at once is "
        "assumed",
    ),
    Entry(
        "private endpoint that cannot be made",
        "the origin's operation fails with `PrivateEndpointProvisioning Failed.`",
        REPORTED,
        "front_door.errors:private_endpoint_failed",
        "reported for another target; that a missing service is found so is assumed",
    ),
    Entry(
        "private link with connections",
        "DELETE of the service 400; the cluster's deletion fails with the same code, and so does "
        "that of its resource group",
        DOCUMENTED,
        "network.blocking:find_blocker",
        "the nodes stay; reported is that everything else of the group goes before it fails",
    ),
    Entry(
        "connection of a profile that is deleted",
        "stays until it is deleted by itself",
        REPORTED,
        "network.models:PrivateLinks",
        "its status stays, too: assumed",
    ),
    Entry(
        "unknown status of a connection",
        "400",
        ASSUMED,
        "network.errors:unknown_status",
    ),
)
