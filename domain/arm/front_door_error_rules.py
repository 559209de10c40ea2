"""Errors of Azure Front Door, most of them a generic 400 `BadRequest` told apart by its text."""

from domain.arm.azure_error import Service
from domain.arm.error_rule import of_kinds, of_services, rule

_PUT = ("PUT",)

FRONT_DOOR_RULES = (
    rule(
        "FrontDoorQuotaExceeded",
        r"number of profiles created exceeds quota",
        "Delete unused Front Door profiles, or request a quota increase from Azure support.",
        scope=of_kinds("profile", methods=_PUT),
        source="reported: issues of terraform-provider-azurerm",
    ),
    rule(
        "FrontDoorQuotaExceeded",
        r"QuotaExceeded|exceed.{0,60}(?:quota|limit)|(?:quota|limit)\b.{0,60}exceeded|"
        r"maximum number of",
        "Delete unused Front Door resources or WAF policies of the kind that Azure names, or "
        "request a higher limit from Azure support.",
        scope=of_services(Service.FRONT_DOOR, methods=_PUT),
        source="documented: learn.microsoft.com/azure/azure-resource-manager/management/"
        "azure-subscription-service-limits#azure-front-door-standard-and-premium-service-limits",
    ),
    rule(
        "SubscriptionNotEligible",
        r"Free Trial and Student account is forbidden",
        "Use a pay-as-you-go or enterprise subscription.",
        scope=of_services(Service.FRONT_DOOR, methods=_PUT),
        source="reported: issues of terraform-provider-azurerm",
    ),
    rule(
        "OriginGroupNotReady",
        r"make sure that the originGroup is created successfully",
        "Nothing: the request is repeated once the origin exists.",
        retryable=True,
        scope=of_kinds("route", methods=_PUT),
        source="recorded: azure-service-operator Test_Cdn_v20230501",
    ),
    # The DNS name of a cell's public IP exists only once the IP does.
    rule(
        "OriginHostNotResolved",
        r"host ?name.{0,120}(?:not|cannot) (?:be )?resolve|HostNameNotResolv",
        "Nothing: the request is repeated until the cell's public IP has its DNS name.",
        retryable=True,
        statuses=(400,),
        scope=of_kinds("origin", methods=_PUT),
        source="assumed: the wording was not observed",
    ),
    rule(
        "OriginInUse",
        r"Cannot disable or delete the last origin",
        "Nothing: the request is repeated once the route is gone.",
        retryable=True,
        scope=of_kinds("origin", methods=("DELETE",)),
        source="documented: learn.microsoft.com/azure/frontdoor/origin",
    ),
    rule(
        "PrivateLinkRegionUnsupported",
        r"location of the Private Link .{0,60} is invalid or not supported",
        "Choose other regions, or edge.origin public.",
        scope=of_kinds("origin", methods=_PUT),
        source="reported: MicrosoftDocs/azure-docs#89239",
    ),
    rule(
        "PrivateEndpointNotCreated",
        r"PrivateEndpointProvisioning Failed",
        "Nothing: the request is repeated. If it persists, look at the Private Link service in "
        "the cell's node resource group.",
        retryable=True,
        scope=of_kinds("origin", methods=_PUT),
        source="reported: terraform-provider-azurerm#30866",
    ),
    rule(
        "OriginsCannotMix",
        r"Origin Group can only have origins with private links or origins without",
        "Delete the environment and create it again: its origins were changed outside Gridplane.",
        scope=of_kinds("origin", methods=_PUT),
        source="documented: learn.microsoft.com/azure/frontdoor/private-link",
    ),
    rule(
        "EndpointNotReady",
        r"is not associated with the AFDX profile or is in an? invalid provisioning state",
        "Nothing: the request is repeated once the endpoint exists.",
        retryable=True,
        scope=of_kinds("route", "securityPolicy", methods=_PUT),
        source="recorded: azure-service-operator Test_CDN_Profile_AFD_CRUD",
    ),
    rule(
        "WafPolicyNotReady",
        r"Firewall Policy being attached to AFDX profile does not exist|"
        r"Waf policy not found in AFD Data store",
        "Nothing: the request is repeated until Front Door finds the WAF policy.",
        retryable=True,
        scope=of_kinds("securityPolicy", methods=_PUT),
        source="recorded: azure-service-operator; reported: tests of azure-cli",
    ),
    rule(
        "NameTaken",
        r"resource name isn't available|name is not available|NameNotAvailable|AlreadyInUse|"
        r"already taken|AlreadyExists",
        "Choose another environment name.",
        scope=of_kinds("profile", "endpoint", "wafPolicy", methods=_PUT),
        source="reported: Front Door endpoints in issues of terraform-provider-azurerm",
    ),
)
