"""The error codes of the API and their meanings."""

from collections.abc import Mapping

from domain.api_errors import SEVERAL_PROBLEMS
from triggers.access import MISSING_APP_ROLE
from triggers.cross_origin import CROSS_ORIGIN_REQUEST

ERROR_CODES: Mapping[str, str] = {
    SEVERAL_PROBLEMS: "The request has several problems; `details` lists each with its own code.",
    "UnknownQueryParameter": "The query parameter is not supported here.",
    "InvalidQueryParameter": "The query parameter's value is invalid.",
    "InvalidHeader": "The header's value is invalid.",
    "InvalidJson": "The body is not valid JSON.",
    "InvalidBody": "The body is not the expected JSON object.",
    "UnsupportedMediaType": "The body's Content-Type is not JSON.",
    "BodyTooLarge": "The body is larger than any valid request.",
    "DuplicateKey": "A key of a JSON object is written twice.",
    "InvalidCharacter": "A string contains NUL or a lone surrogate.",
    "MissingField": "A required field is missing.",
    "UnknownField": "The field does not exist.",
    "InvalidName": "The name is not a valid environment name.",
    "ReservedName": "Azure reserves a word in the name.",
    "InvalidValue": "The field's value has the wrong type or format, or is out of range.",
    "NameMismatch": "The environment's names in the body and the URL differ.",
    "InvalidNodeRange": "`minNodes` is above `maxNodes`.",
    "NotEnoughNodes": "`maxNodes` is too low for the replicas.",
    "TooManyGpusPerReplica": "A replica needs more GPUs than a node of this VM size has.",
    "NotAGpuVmSize": "The VM size has no NVIDIA GPU.",
    "RetiredVmSize": "Azure has retired the VM size; the message names its successors.",
    "UnsupportedVmSize": "Gridplane does not support the VM size.",
    "DuplicateRegion": "A region is listed twice.",
    "RegionNotAllowed": "Environments may not be built in this region.",
    "UnknownPreset": "There is no preset of this name.",
    "HuggingFaceTokenRequired": "The preset's weights are open to accepted callers only, and no "
    "token is given.",
    "ModelDoesNotFit": "The preset does not fit on the GPUs; the message names sizes that do.",
    "UnknownTimeZone": "The time zone does not exist.",
    "InvalidOffHours": "Off hours begin and end at the same minute.",
    "DuplicateDay": "A day of the off hours is listed twice.",
    MISSING_APP_ROLE: "The token lacks the app role that the request needs.",
    CROSS_ORIGIN_REQUEST: "A page of another origin sent the change, without an access token.",
    "EnvironmentNotFound": "The environment does not exist.",
    "OperationNotFound": "The operation does not exist.",
    "SweepNotFound": "No such sweep has run yet.",
    "EnvironmentExists": "An environment with this name and another specification exists.",
    "EnvironmentIsBeingDeleted": "The name is available again once the deletion has ended.",
    "FieldCannotBeChanged": "Azure cannot change the field in place.",
    "WrongPhase": "The environment's phase does not allow it; the message names the required one.",
    "NoOperationRunning": "No operation of the environment is running that could be canceled.",
    "RepeatabilityRequestIdReused": "A different request has used this id before.",
    "ConcurrentRequests": "Concurrent requests for the environment won. Send the request again.",
    "PreconditionFailed": "The environment's ETag fails If-Match or If-None-Match.",
    "PlanNotFound": "The plan does not exist, or has expired.",
    "PlanIsStale": "The environment has changed since the plan was made.",
    "VmSizeNotOffered": "Azure does not offer the VM size in the region.",
    "VmSizeRestricted": "Azure does not offer the VM size to this subscription there.",
    "ZoneNotOffered": "Azure does not offer the VM size in the zone.",
    "QuotaExceeded": "The subscription's quota has too few vCPUs left in the region.",
    "LogWorkspaceNotConfigured": "The app has no setting LOG_WORKSPACE_ID, so it cannot read "
    "invocations.",
    "LogWorkspaceUnavailable": "Log Analytics does not answer, or not completely, or has had too "
    "many requests.",
    "LogWorkspaceRefused": "Log Analytics refuses the app's query; the message has its reason.",
    "TaskHubUnreachable": "The task hub does not respond, so no requests are accepted.",
}
