"""What is assumed of Azure Resource Manager and of Front Door; the cheapest checks first."""

from emulators.azure.coverage import Known
from tests.azure import checks_edge, checks_group
from tests.azure.assumption import Assumption, Check, Part

EDGE = (Part.EDGE,)

RESOURCE_MANAGER = (
    Assumption(
        name="tag-names",
        assumed="Names of tags ignore case: of two spellings in one request the first spelling "
        "stays with the last value",
        if_false="A tag that a policy has spelled otherwise would be sent twice and the request "
        "refused, or ownership would not be recognised",
        relied_on_by=("domain/arm/resource_tags.py",),
        known=Known.REPORTED,
        rows=("names of tags ignore case",),
        check=Check(checks_group.check_tag_names, 0.2),
    ),
    Assumption(
        name="delete-of-missing",
        assumed="DELETE of what is missing in an existing group is answered 204",
        if_false="Another answer than 204 or 404 would make a repeated deletion fail",
        relied_on_by=("activities/begin_delete_resource.py",),
        known=Known.DOCUMENTED,
        rows=("DELETE of what is missing",),
        check=Check(checks_group.check_delete_of_missing, 0.2),
    ),
)

FRONT_DOOR = (
    Assumption(
        name="parts-at-once",
        assumed="Front Door takes writes of an endpoint and of an origin group of one profile at "
        "the same time",
        if_false="One of both would be repeated until the other is there: the edge would be built "
        "as slowly as in series, with refusals on its steps",
        relied_on_by=("domain/environment/edge_order.py", "orchestrators/side_by_side.py"),
        known=Known.DOCUMENTED,
        rows=("writes below one profile at once",),
        check=Check(checks_edge.check_parts_at_once, 1, EDGE),
    ),
    Assumption(
        name="origin-before-dns",
        assumed="Front Door accepts an origin whose host name does not resolve yet",
        if_false="The origin would wait for the cell's public address, and the edge's propagation "
        "would follow the cluster's creation instead of running beside it",
        relied_on_by=("orchestrators/edge_steps.py", "domain/arm/front_door_error_rules.py"),
        known=Known.ASSUMED,
        rows=("origin host name that does not resolve yet",),
        check=Check(checks_edge.check_origin_before_dns, 1, EDGE),
    ),
    Assumption(
        name="longest-names",
        assumed="All names of an edge are valid, those of the longest environment name too",
        if_false="Environments with long names could not be built",
        relied_on_by=("domain/arm/naming.py", "domain/spec/model.py"),
        known=Known.REPORTED,
        rows=("names",),
        check=Check(checks_edge.check_longest_names, 0, EDGE),
    ),
    Assumption(
        name="unchanged-put",
        assumed="A PUT of what Front Door has answers 200 without an operation: such answers were "
        "recorded, that their bodies changed nothing is inferred",
        if_false="Every retry, update and repair would wait for the edge's propagation anew",
        relied_on_by=("domain/arm/resource_kinds.py", "domain/arm/merge_edge.py"),
        known=Known.RECORDED,
        rows=("PUT that changes nothing",),
        check=Check(checks_edge.check_unchanged_put, 0.5, EDGE),
    ),
    Assumption(
        name="endpoint-name-in-tenant",
        assumed="An endpoint's name that another profile of the tenant has is refused with 409 "
        "`Conflict`",
        if_false="The failure would not be `NameTaken`, and its suggested action would not help",
        relied_on_by=("domain/arm/front_door_error_rules.py", "domain/arm/naming.py"),
        known=Known.REPORTED,
        rows=("AFD endpoint host name taken",),
        check=Check(checks_edge.check_endpoint_name_in_tenant, 2, EDGE),
    ),
    Assumption(
        name="edge-propagation",
        assumed="A new route reaches the edge within 10 minutes",
        if_false="The time to Ready that the demo shows would be too short; environments wait an "
        "hour for their edge",
        relied_on_by=("domain/deadlines.py", "orchestrators/await_edge.py"),
        known=Known.DOCUMENTED,
        rows=("propagation to the edge",),
        check=Check(checks_edge.check_propagation, 5, EDGE),
    ),
    Assumption(
        name="metrics-beside-missing",
        assumed="A batch of metrics with a profile that does not exist is refused as a whole, and "
        "halves of it are not",
        if_false="One deleted profile would leave the use of all others unknown, and nothing "
        "would be scaled to zero",
        relied_on_by=("clients/metrics.py",),
        known=Known.ASSUMED,
        check=Check(checks_edge.check_metrics_beside_missing, 0.1, EDGE),
    ),
)

IN_USE = (
    Assumption(
        name="deletion-in-use",
        assumed="DELETE of an origin group or endpoint in use is refused with 400",
        if_false="The order of deletion could be simpler; a deletion in another order would not "
        "be noticed",
        relied_on_by=("domain/environment/steps.py", "orchestrators/delete_resources.py"),
        known=Known.ASSUMED,
        rows=("deleting an endpoint or origin group in use",),
        check=Check(checks_edge.check_deletion_in_use, 0.2, EDGE),
    ),
    Assumption(
        name="waf-deletion-in-use",
        assumed="DELETE of a WAF policy in use is refused with 400",
        if_false="As above; an endpoint could lose its protection without an error",
        relied_on_by=("domain/environment/steps.py", "orchestrators/delete_resources.py"),
        known=Known.ASSUMED,
        rows=("deleting a WAF policy in use",),
        check=Check(checks_edge.check_waf_deletion_in_use, 0.2, EDGE),
    ),
)
"""Last, because what is not refused is gone."""
