"""Responses that several routes have in common, and their headers."""

from domain.api_errors import SEVERAL_PROBLEMS, ErrorAnswer
from domain.environment.operation_views import OperationReference, OperationView
from domain.requests.scopes import COST_CENTER_NOT_ALLOWED, GROUPS_UNKNOWN
from triggers.access import MISSING_APP_ROLE
from triggers.bodies import MAX_BODY_BYTES
from triggers.cross_origin import CROSS_ORIGIN_REQUEST
from triggers.declarations import AnswerHeader, DeclaredAnswer
from triggers.errors import POLICY_UNAVAILABLE
from triggers.spec_error_codes import SPEC_ERRORS

URL = {"type": "string", "format": "uri-reference"}
SECONDS = {"type": "integer", "minimum": 1, "examples": [5]}

LOCATION = AnswerHeader("Location", "Relative URL of the environment.", URL)
SWEEP_LOCATION = AnswerHeader("Location", "Relative URL of the sweep's result.", URL)
OPERATION_LOCATION = AnswerHeader(
    "Operation-Location",
    "Relative URL of the operation. Poll it until its status is final.",
    URL,
)
BLOCKING_OPERATION = AnswerHeader(
    "Operation-Location",
    "Relative URL of the operation that blocks the request; absent if none does.",
    URL,
    is_required=False,
)
RETRY_AFTER = AnswerHeader("Retry-After", "Seconds to wait before the next request.", SECONDS)
RETRY_WHILE_RUNNING = AnswerHeader(
    "Retry-After",
    "Seconds to wait before the next poll; absent once the operation has ended.",
    SECONDS,
    is_required=False,
)
REPEATABILITY_RESULT = AnswerHeader(
    "Repeatability-Result",
    "`accepted`, if the request has a Repeatability-Request-ID.",
    {"type": "string", "const": "accepted"},
    is_required=False,
)
ETAG = AnswerHeader(
    "ETag",
    "Entity tag of the environment's current state, for If-Match and If-None-Match.",
    {"type": "string", "examples": ['"1-17"']},
)

QUERY_CODES = (SEVERAL_PROBLEMS, "UnknownQueryParameter")
BODY_CODES = ("InvalidJson", "InvalidBody", "DuplicateKey", "InvalidCharacter")
SPEC_CODES = (*BODY_CODES, *SPEC_ERRORS)
START_CODES = (*QUERY_CODES, "InvalidHeader")


def decline(
    status: int, description: str, *codes: str, headers: tuple[AnswerHeader, ...] = ()
) -> DeclaredAnswer:
    """An error response whose `error.code` is one of `codes`."""
    return DeclaredAnswer(status, description, (ErrorAnswer,), headers, codes)


def invalid(*codes: str) -> DeclaredAnswer:
    return decline(400, "The request is invalid; nothing was started.", *codes)


def conflict(description: str, *codes: str) -> DeclaredAnswer:
    return decline(
        409,
        description,
        *codes,
        "RepeatabilityRequestIdReused",
        "ConcurrentRequests",
        headers=(BLOCKING_OPERATION, RETRY_AFTER),
    )


ACCEPTED = DeclaredAnswer(
    202,
    "The operation is durably started, by this request or by an earlier one that it repeats.",
    (OperationView, OperationReference),
    (LOCATION, OPERATION_LOCATION, RETRY_AFTER, REPEATABILITY_RESULT),
)
NOT_ADMITTED = (MISSING_APP_ROLE, GROUPS_UNKNOWN, CROSS_ORIGIN_REQUEST)
FORBIDDEN = decline(
    403,
    "The caller's token lacks the app role or does not say which groups the caller is in, or a "
    "page of another origin sent a change.",
    *NOT_ADMITTED,
)
FORBIDDEN_COST_CENTER = decline(
    403,
    "As for any request, or the specification names a cost center of others.",
    *NOT_ADMITTED,
    COST_CENTER_NOT_ALLOWED,
)
FORBIDDEN_APPROVER = decline(
    403,
    "As for any request, or the caller is an app, or the requester.",
    *NOT_ADMITTED,
    "ApproverNotAPerson",
    "ApproverIsRequester",
)
PLAN_IS_STALE = decline(412, "The digest is that of another plan.", "PlanIsStale")
UNKNOWN_ENVIRONMENT = decline(404, "The environment does not exist.", "EnvironmentNotFound")
BODY_TOO_LARGE = decline(413, f"The body has more than {MAX_BODY_BYTES} bytes.", "BodyTooLarge")
NOT_JSON = decline(415, "The body is not declared as JSON.", "UnsupportedMediaType")
TASK_HUB_UNREACHABLE = decline(
    503,
    "The task hub does not respond, or no policy file could be read since the app started. A "
    "request may have started its operation all the same: repeat it with the same "
    "Repeatability-Request-ID.",
    "TaskHubUnreachable",
    POLICY_UNAVAILABLE,
    headers=(RETRY_AFTER,),
)
PLAN_CODES = (
    "VmSizeNotOffered",
    "VmSizeRestricted",
    "ZoneNotOffered",
    "QuotaExceeded",
    "SpareNodesMissing",
    "ManagedClusterQuotaExceeded",
    "PublicIpQuotaExceeded",
    "NetworkQuotaExceeded",
    "FrontDoorQuotaExceeded",
    "ProviderNotRegistered",
    "FeatureNotRegistered",
    "ImageNotFound",
    "WeightsNotFound",
    "ImagePlatformMissing",
    "VmSizeNotAllowed",
    "PublicEndpointsNotAllowed",
    "OnFailureNotAllowed",
    "TooManyNodes",
    "LifetimeTooLong",
    "TagMissing",
    "BudgetExceeded",
)
"""Of checks that fail in a plan."""
UNKNOWN_PLAN = decline(404, "The plan does not exist, or has expired.", "PlanNotFound")
PRECONDITION_FAILED_OR_STALE = decline(
    412,
    "The environment has changed since the caller read it, or since the plan was made, or the "
    "plan's version of a model was deleted, or If-None-Match excludes it.",
    "PreconditionFailed",
    "PlanIsStale",
)
PRECONDITION_FAILED = decline(
    412,
    "The environment has changed since the caller read it, or If-None-Match excludes it.",
    "PreconditionFailed",
)
