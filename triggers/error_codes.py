"""The codes of the API's errors, and what each of them means."""

from collections.abc import Mapping

from domain.api_errors import SEVERAL_PROBLEMS
from triggers.access import MISSING_APP_ROLE

ERROR_CODES: Mapping[str, str] = {
    SEVERAL_PROBLEMS: "The request has several problems; `details` lists each with its own code.",
    "UnknownQueryParameter": "The request does not know this query parameter.",
    "InvalidQueryParameter": "The query parameter has no such value.",
    "InvalidHeader": "The header has no such value.",
    "InvalidJson": "The body is not JSON.",
    "InvalidBody": "The body is not the object that is expected.",
    "MissingField": "A required field is missing.",
    "UnknownField": "There is no such field.",
    "InvalidName": "No environment can have this name.",
    "InvalidValue": "The field has a value of the wrong type, form or size.",
    "NameMismatch": "Body and URL name different environments.",
    "InvalidNodeRange": "`minNodes` is above `maxNodes`.",
    "NotEnoughNodes": "`maxNodes` is too low for the replicas.",
    "TooManyGpusPerReplica": "No node of this VM size has as many GPUs as a replica needs.",
    "NotAGpuVmSize": "The VM size has no NVIDIA GPU.",
    "RetiredVmSize": "Azure has retired the VM size; the message names its successors.",
    "UnsupportedVmSize": "The VM size is not offered here.",
    "DuplicateRegion": "A region is named twice.",
    "RegionNotAllowed": "Environments may not be built in this region.",
    "UnknownTimeZone": "There is no such time zone.",
    "InvalidOffHours": "Off hours begin and end in the same minute.",
    "DuplicateDay": "A day of the off hours is named twice.",
    MISSING_APP_ROLE: "The token lacks the app role that the request needs.",
    "EnvironmentNotFound": "There is no such environment.",
    "OperationNotFound": "There is no such operation, or it is older than the latest ten.",
    "SweepNotFound": "No such sweep has run yet.",
    "EnvironmentExists": "The name belongs to an environment with another specification.",
    "EnvironmentIsBeingDeleted": "The name is free once the deletion has ended.",
    "FieldCannotBeChanged": "Azure cannot change this in place.",
    "WrongPhase": "The environment's phase does not allow it; the message names the one needed.",
    "RepeatabilityRequestIdReused": "The id came with another request before.",
    "ConcurrentRequests": "Other requests for the environment were faster. Send it again.",
    "PreconditionFailed": "The environment's ETag is not the one in If-Match.",
    "TaskHubUnreachable": "The task hub does not answer: requests cannot be taken in.",
}
