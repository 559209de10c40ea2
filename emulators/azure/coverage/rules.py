"""The rules of Front Door and ARM, each with what enforces it."""

from emulators.azure.coverage import Entry, Known

RECORDED, DOCUMENTED = Known.RECORDED, Known.DOCUMENTED
REPORTED, ASSUMED = Known.REPORTED, Known.ASSUMED

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
        "origin host name that does not resolve yet",
        "is accepted; the edge answers 503 until it resolves",
        ASSUMED,
        "front_door.rules:Rules.check_put",
    ),
    Entry(
        "private link",
        "needs Premium, `enforceCertificateNameCheck` and one of the regions that offer it; a "
        "group has private origins or public ones",
        REPORTED,
        "front_door.rules:Rules.check_put",
        "the text that refuses Standard is assumed",
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
        "writes below one profile at once",
        "are accepted: endpoints, origin groups, origins, routes and policies side by side",
        DOCUMENTED,
        "front_door.models:FrontDoor.create",
        "Microsoft's templates create them without an order; no refusal was found",
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
        "names of tags ignore case",
        "two spellings of a name in one request are one tag; what is stored keeps its spelling",
        REPORTED,
        "arm.tags:with_each_tag_once",
        "no refusal of it was found; that the first spelling and the last value stay is assumed",
    ),
    Entry(
        "size of a request",
        "a body of 4 MB; 16 KB of headers with the request line, or a page is the answer",
        DOCUMENTED,
        "arm.sizes:MAX_HEAD_BYTES",
        "the limit of headers is that of Windows' HTTP server: that it is ARM's is assumed",
    ),
    Entry(
        "Azure Policy",
        "assignments that modify tags apply before those that deny, and both before the service",
        DOCUMENTED,
        "policy.models:Policies.evaluated",
        "assigned by `POST /_simulator/policies`; a PATCH without tags is not modified: assumed",
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
        "x-ms-operation-identifier",
        "in answers of resource providers; ARM itself reads what it keeps track of, without",
        RECORDED,
        "arm.headers:operation_identifier",
        "recorded from 2025 on",
    ),
    Entry(
        "x-ms-failure-cause",
        "`gateway` for ARM's own refusals, `service` for failures of providers, absent from their "
        "refusals",
        RECORDED,
        "arm.errors:made_by_provider",
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
