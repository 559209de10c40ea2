"""Errors of Azure Front Door, most of them a generic 400 `BadRequest` told apart by its text."""

from domain.arm.error_rule import rule

FRONT_DOOR_RULES = (
    rule(
        "FrontDoorQuotaExceeded",
        r"number of profiles created exceeds quota",
        "Delete unused Front Door profiles, or request a quota increase from Azure support.",
        source="reported: issues of terraform-provider-azurerm",
    ),
    rule(
        "SubscriptionNotEligible",
        r"Free Trial and Student account is forbidden",
        "Use a pay-as-you-go or enterprise subscription.",
        source="reported: issues of terraform-provider-azurerm",
    ),
    rule(
        "OriginGroupNotReady",
        r"make sure that the originGroup is created successfully",
        "Nothing: the request is repeated once the origin exists.",
        retryable=True,
        source="recorded: azure-service-operator Test_Cdn_v20230501",
    ),
    # The DNS name of a cell's public IP exists only once the IP does.
    rule(
        "OriginHostNotResolved",
        r"host ?name.{0,120}(?:not|cannot) (?:be )?resolve|HostNameNotResolv",
        "Nothing: the request is repeated until the cell's public IP has its DNS name.",
        retryable=True,
        statuses=(400,),
        source="assumed: the wording was not observed",
    ),
    rule(
        "EndpointNotReady",
        r"is not associated with the AFDX profile or is in an? invalid provisioning state",
        "Nothing: the request is repeated once the endpoint exists.",
        retryable=True,
        source="recorded: azure-service-operator Test_CDN_Profile_AFD_CRUD",
    ),
    rule(
        "WafPolicyNotReady",
        r"Firewall Policy being attached to AFDX profile does not exist|"
        r"Waf policy not found in AFD Data store",
        "Nothing: the request is repeated until Front Door finds the WAF policy.",
        retryable=True,
        source="recorded: azure-service-operator; reported: tests of azure-cli",
    ),
)
