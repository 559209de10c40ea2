"""Role assignments: their operations, rules and errors."""

from emulators.azure.coverage import Entry, Known

RECORDED, DOCUMENTED = Known.RECORDED, Known.DOCUMENTED
REPORTED = Known.REPORTED

ROUTES = "authorization.routes:AuthorizationRoutes"

AUTHORIZATION_OPERATIONS = (
    Entry(
        "role assignment PUT",
        "201, also for a change; `createdBy` null in the answer; no operation to poll",
        RECORDED,
        f"{ROUTES}.put",
        "at a subscription, a group or a resource; definitions of roles are not simulated",
    ),
    Entry("role assignment GET", "200 with `createdBy`, or 404", RECORDED, f"{ROUTES}.get"),
    Entry(
        "role assignment list",
        "200 on one page with the inherited ones; `atScope()` or `principalId eq '...'`",
        RECORDED,
        f"{ROUTES}.list",
    ),
    Entry(
        "role assignment DELETE",
        "200 with the whole assignment, 204 if there is none",
        RECORDED,
        f"{ROUTES}.delete",
    ),
)

AUTHORIZATION_RULES = (
    Entry(
        "role assignment, when it takes effect",
        "60 to 120 s after the answer",
        REPORTED,
        "authorization.models:EFFECT",
    ),
    Entry(
        "role assignment, replication of its principal",
        "a new principal is found after 18 s, at once where `principalType` is given",
        RECORDED,
        "authorization.models:RoleAssignments",
    ),
    Entry(
        "role assignment, sent again as it is",
        "201; 409 `RoleAssignmentExists` was reported as well",
        DOCUMENTED,
        "authorization.models:RoleAssignments.put",
    ),
)

AUTHORIZATION_ERRORS = (
    Entry(
        "role assignment missing",
        "404 `RoleAssignmentNotFound`",
        RECORDED,
        "authorization.errors:not_found",
    ),
    Entry(
        "role assignment exists under another name",
        "409 `RoleAssignmentExists` with the id of the existing one",
        REPORTED,
        "authorization.errors:exists",
        "an older text without the id is in use as well",
    ),
    Entry(
        "role assignment, another principal or role",
        "400 `RoleAssignmentUpdateNotPermitted`",
        REPORTED,
        "authorization.errors:update_not_permitted",
    ),
    Entry(
        "role assignment, no GUID",
        "400 `InvalidPrincipalId`",
        RECORDED,
        "authorization.errors:invalid_principal",
    ),
    Entry(
        "role assignment, principal not replicated",
        "400 `PrincipalNotFound`, the id undashed",
        RECORDED,
        "authorization.errors:principal_not_found",
    ),
)
