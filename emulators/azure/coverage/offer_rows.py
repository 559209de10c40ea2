"""What Azure offers, at which price: the lists of Compute and the Retail Prices API."""

from emulators.azure.coverage import Entry, Known

RECORDED, DOCUMENTED = Known.RECORDED, Known.DOCUMENTED
REPORTED, ASSUMED = Known.REPORTED, Known.ASSUMED

PRICES = "retail_prices.routes:handle"
FILTERS = "retail_prices.filters:parse_filter"

OFFER_OPERATIONS = (
    Entry(
        "usages of Compute",
        "200 without a nextLink; items, their order and limits, and family names as irregular as "
        "recorded",
        RECORDED,
        "compute.routes:ComputeRoutes.usages",
        "limits of families are the simulator's own, and none of them 0; some shown names beside "
        "those of vCPUs are assumed",
    ),
    Entry(
        "usages of Network",
        "ids, `isAdjustable`, limits as recorded; addresses, load balancers and networks are "
        "those of clusters and their Services",
        RECORDED,
        "network.usage_routes:NetworkUsageRoutes.list",
        "11 of 45 items; most shown names are assumed, and none is negative",
    ),
    Entry(
        "usages of AKS",
        "clusters of the region and how many there may be, in the form of Compute's usages",
        ASSUMED,
        "aks.usage_routes:AksUsageRoutes.list",
        "the operation stands in lists of RBAC actions, its answer was found nowhere",
    ),
    Entry(
        "usage of Microsoft.Cdn",
        "POST `checkResourceUsage`; profiles of Front Door, 500 allowed",
        REPORTED,
        "front_door.routes:FrontDoorRoutes.usage",
        "other types of resources are left out",
    ),
    Entry(
        "features GET, register, unregister",
        "the state of `Microsoft.Compute/EncryptionAtHost`, registered at the start",
        DOCUMENTED,
        "providers.features:FeatureRoutes",
        "no other feature; the text of the 404 is assumed, and that registering takes as long as "
        "for a provider",
    ),
    Entry(
        "SKUs",
        "filtered by `location`, with availability sets among the machines; all capabilities of "
        "two sizes",
        RECORDED,
        "compute.routes:ComputeRoutes.skus",
        "other sizes have those capabilities that follow from what is known of them; zones are "
        "known of two sizes in one region, elsewhere 1, 2 and 3 are assumed, and so is the text "
        "that refuses another filter",
    ),
    Entry(
        "restrictions of SKUs",
        "of a region or of zones, `NotAvailableForSubscription`, set by `/_simulator/sizes`",
        RECORDED,
        "compute.availability:Availability",
    ),
    Entry(
        "costs of Cost Management",
        "POST `query`: days by resource group, in lower case, columns named by what is summed, "
        "amounts with 8 decimals; 8 hours late",
        REPORTED,
        "cost_management.routes:CostManagementRoutes.query",
        "machines alone cost something; other groupings, filters, pages and the limits of "
        "requests are left out",
    ),
    Entry(
        "retail prices GET",
        "without a token; 1,000 rows a page, `NextPageLink`, `$skip`, `currencyCode`",
        DOCUMENTED,
        PRICES,
        "prices are those of June 2026, of Linux machines; shares of spot, low priority and "
        "Windows are one size's, rates of currencies the simulator's own",
    ),
)

OFFER_RULES = (
    Entry(
        "new pool of a restricted size",
        "is refused as one of a size that does not exist",
        REPORTED,
        "aks.machines:ClusterMachines.check_offered",
    ),
    Entry(
        "room for addresses and load balancers",
        "a cluster's creation fails with `PublicIPCountLimitReached`, a Service stays without an "
        "address and says so in an event; `PUT /_simulator/quota` changes the limits of Network",
        REPORTED,
        "network.usages:NetworkUsages",
        "that it is the creation which fails is documented; the words for load balancers follow "
        "those for addresses",
    ),
    Entry(
        "encryption at host without the feature",
        "400 `SubscriptionNotEnabledEncryptionAtHost` for a cluster or pool that asks for it",
        DOCUMENTED,
        "aks.errors:feature_not_registered",
        "the status is assumed",
    ),
    Entry(
        "rows of the price list",
        "Linux, Windows, Spot, Low Priority, development and test, reservations; names without a "
        "size, and what costs beside machines",
        REPORTED,
        "retail_prices.price_list:PriceList",
        "of services beside machines only the meters that an environment uses",
    ),
    Entry(
        "case of filter values",
        "counts from 2023-01-01-preview on, and in `contains` always",
        DOCUMENTED,
        FILTERS,
    ),
    Entry(
        "filters of the price list",
        "`eq`, `ne`, `contains`, `and`, `or`; `not`, `in`, other functions, an unknown "
        "`priceType` and more than 20 comparisons are 400, a URL beyond 2,048 characters 404",
        REPORTED,
        FILTERS,
        "the envelope around the text of a 400 is assumed",
    ),
    Entry(
        "`meterRegion=primary`",
        "drops Linux machines and the fee of AKS",
        REPORTED,
        PRICES,
    ),
    Entry(
        "throttled price list",
        "429",
        REPORTED,
        None,
        "given by a fault of requests: its body and when it comes are not known",
    ),
)
