"""The error codes of the API and their meanings."""

from collections.abc import Mapping

from domain.api_errors import SEVERAL_PROBLEMS
from domain.requests.scopes import COST_CENTER_NOT_ALLOWED, GROUPS_UNKNOWN
from triggers.access import MISSING_APP_ROLE
from triggers.cross_origin import CROSS_ORIGIN_REQUEST
from triggers.errors import POLICY_UNAVAILABLE
from triggers.spec_error_codes import SPEC_ERRORS

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
    **SPEC_ERRORS,
    "NameMismatch": "The environment's names in the body and the URL differ.",
    "SpareNodesMissing": "`maxNodes` is too low for two versions side by side.",
    "FieldNeedsReplace": "The field cannot differ between two versions side by side.",
    "ImageWithoutDigest": "Versions of models have images by their digests.",
    "ModelNotFound": "The registry has no such model.",
    "ModelInUse": "Environments refer to the model.",
    "TooManyModelVersions": "The model has as many versions as the registry keeps.",
    MISSING_APP_ROLE: "The token lacks the app role that the request needs.",
    GROUPS_UNKNOWN: "The token names no groups because there are too many; cost centers go by "
    "groups.",
    COST_CENTER_NOT_ALLOWED: "None of your groups has the cost center.",
    CROSS_ORIGIN_REQUEST: "A page of another origin sent the change, without an access token.",
    "EnvironmentNotFound": "The environment does not exist.",
    "OperationNotFound": "The operation does not exist.",
    "PodNotFound": "No pod of the model has this name, or none is there at present.",
    "LogNotAvailable": "The container has not started yet, or has no previous run.",
    "ClusterUnreachable": "The Kubernetes API of the region's cluster does not answer, or AKS "
    "does not say where it is.",
    "ClusterNotFound": "The environment has no cluster yet, or none any more.",
    "SweepNotFound": "No such sweep has run yet.",
    "EnvironmentExists": "An environment with this name and another specification exists.",
    "EnvironmentIsBeingDeleted": "The name is available again once the deletion has ended.",
    "FieldCannotBeChanged": "Azure cannot change the field in place.",
    "WrongPhase": "The environment's phase does not allow it; the message names the required one.",
    "VersionNotFound": "The environment keeps no such version that was built successfully.",
    "VersionNotAllowed": "The workload of that version would be refused today.",
    "NoOperationRunning": "No operation of the environment is running that could be canceled.",
    "RepeatabilityRequestIdReused": "A different request has used this id before.",
    "ConcurrentRequests": "Concurrent requests for the environment won. Send the request again.",
    "PreconditionFailed": "The environment's ETag fails If-Match or If-None-Match.",
    "ApproverNotAPerson": "Only a signed-in user can approve or reject.",
    "ApproverIsRequester": "Someone other than the requester has to approve or reject.",
    "NothingAwaitsApproval": "No operation of the environment waits for approval.",
    "SpecificationNotAllowed": "What was requested would be no valid request any more.",
    "PriceAboveRequested": "The price has risen since the operation was requested.",
    "RequesterUnknown": "It needs approval by someone other than the requester, who is not known.",
    "PlanNotFound": "The plan does not exist, or has expired.",
    "PlanIsStale": "The environment has changed since the plan was made, or the "
    "plan's version of a model was deleted.",
    "VmSizeNotOffered": "Azure does not offer the VM size in the region.",
    "VmSizeRestricted": "Azure does not offer the VM size to this subscription there.",
    "ZoneNotOffered": "Azure does not offer the VM size in the zone.",
    "QuotaExceeded": "The subscription's quota has too few vCPUs left in the region.",
    "ManagedClusterQuotaExceeded": "The region has no room for another AKS cluster.",
    "PublicIpQuotaExceeded": "The region has too few public IP addresses left.",
    "NetworkQuotaExceeded": "The region has too few load balancers left.",
    "FrontDoorQuotaExceeded": "The subscription has no room for another Front Door profile.",
    "ProviderNotRegistered": "A resource provider is not registered in the subscription.",
    "FeatureNotRegistered": "A feature is not registered in the subscription.",
    "ImageNotFound": "The registry has no such image.",
    "WeightsNotFound": "The registry has no such image of weights.",
    "ImagePlatformMissing": "The image is not built for the platform of GPU nodes.",
    "VmSizeNotAllowed": "The policy file does not allow the VM size.",
    "PublicEndpointsNotAllowed": "The policy file does not allow cells with public addresses.",
    "TooManyNodes": "The environment, or its cost center, may have fewer GPU nodes.",
    "OnFailureNotAllowed": "The policy file does not allow this `onFailure`.",
    "LifetimeTooLong": "The policy file requires an earlier `expiresAt`.",
    "TagMissing": "The policy file requires a tag that the specification lacks.",
    "BudgetExceeded": "The cost center's budget of the month does not hold it.",
    POLICY_UNAVAILABLE: "No version of the policy file could be read since the app started, so "
    "nothing is allowed.",
    "LogWorkspaceNotConfigured": "The app has no setting LOG_WORKSPACE_ID, so it cannot read "
    "invocations.",
    "LogWorkspaceUnavailable": "Log Analytics does not answer, or not completely, or has had too "
    "many requests.",
    "LogWorkspaceRefused": "Log Analytics refuses the app's query; the message has its reason.",
    "TaskHubUnreachable": "The task hub does not respond, so no requests are accepted.",
}
