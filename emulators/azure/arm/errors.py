"""Errors in the shape of the ARM gateway: `{"error": {"code", "message"}}`."""

from collections.abc import Iterable, Mapping

from emulators.azure.arm.answers import Answer, ArmError
from emulators.azure.arm.shapes import Mismatch

FAILURE_CAUSE = "x-ms-failure-cause"
MADE_BY_GATEWAY = {FAILURE_CAUSE: "gateway"}


def made_by_provider(status: int) -> dict[str, str]:
    """A provider's failures name the service as their cause; its refusals name nothing."""
    return {FAILURE_CAUSE: "service"} if status >= 500 else {}


def gateway_error(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> ArmError:
    """An error that the gateway makes before, or instead of, a resource provider."""
    body = {"error": {"code": code, "message": message}}
    return ArmError(Answer(status, body, {**MADE_BY_GATEWAY, **(headers or {})}))


def provider_error(status: int, code: str, message: str) -> ArmError:
    """The same shape made by a resource provider: Microsoft.Cdn and Microsoft.Network use it."""
    body = {"error": {"code": code, "message": message}}
    return ArmError(Answer(status, body, made_by_provider(status)))


def missing_api_version() -> ArmError:
    return gateway_error(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
    )


def invalid_api_version(api_version: str, supported: Iterable[str]) -> ArmError:
    return gateway_error(
        400,
        "InvalidApiVersionParameter",
        f"The api-version '{api_version}' is invalid. "
        f"The supported versions are '{','.join(supported)}'.",
    )


def unsupported_api_version(
    resource_type: str, api_version: str, location: str, supported: Iterable[str]
) -> ArmError:
    return gateway_error(
        400,
        "NoRegisteredProviderFound",
        f"No registered resource provider found for location '{location}' and API version "
        f"'{api_version}' for type '{resource_type}'. "
        f"The supported api-versions are '{', '.join(supported)}'.",
    )


def missing_authorization(tenant_id: str) -> ArmError:
    return _unauthenticated(
        tenant_id,
        "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing.",
        "The authentication failed because of missing 'Authorization' header.",
    )


def invalid_token(tenant_id: str) -> ArmError:
    return _unauthenticated(
        tenant_id,
        "InvalidAuthenticationToken",
        "The access token is invalid.",
        "The access token is invalid.",
    )


def wrong_audience(tenant_id: str, audience: str) -> ArmError:
    message = (
        f"The access token has been obtained for wrong audience or resource '{audience}'. "
        "It should exactly match with one of the allowed audiences "
        "'https://management.core.windows.net/','https://management.core.windows.net',"
        "'https://management.azure.com/','https://management.azure.com'."
    )
    return _unauthenticated(tenant_id, "InvalidAuthenticationTokenAudience", message, message)


def _unauthenticated(tenant_id: str, code: str, message: str, description: str) -> ArmError:
    challenge = (
        f'Bearer authorization_uri="https://login.windows.net/{tenant_id}", '
        f'error="invalid_token", error_description="{description}"'
    )
    return gateway_error(401, code, message, {"WWW-Authenticate": challenge})


def malformed_subscription(subscription: str) -> ArmError:
    return gateway_error(
        400,
        "InvalidSubscriptionId",
        f"The provided subscription identifier '{subscription}' is malformed or invalid.",
    )


def subscription_not_found(subscription: str) -> ArmError:
    return gateway_error(
        404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found."
    )


def invalid_content(reason: str) -> ArmError:
    return gateway_error(
        400,
        "InvalidRequestContent",
        f"The request content was invalid and could not be deserialized: '{reason}'.",
    )


def content_too_large() -> ArmError:
    return gateway_error(
        413, "RequestContentTooLarge", "The request content size exceeds the maximum size of 4 MB."
    )


def wrong_type(found: Mismatch) -> ArmError:
    return invalid_content(
        f"Error converting value {found.value!r} to type '{found.wanted}'. Path '{found.path}'."
    )


def resource_group_not_found(group: str) -> ArmError:
    return gateway_error(
        404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found."
    )


def resource_group_being_deleted(group: str) -> ArmError:
    return gateway_error(
        409,
        "ResourceGroupBeingDeleted",
        f"The resource group '{group}' is in deprovisioning state "
        "and cannot perform this operation.",
    )


def resource_not_found(path: str) -> ArmError:
    """`path` is the resource's, spelled as the caller has done."""
    _, _, _, _, group, _, *parts = path.split("/")
    return gateway_error(
        404,
        "ResourceNotFound",
        f"The Resource '{'/'.join(parts)}' under resource group '{group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )


def parent_not_found(verb: str, resource_type: str, parent_id: str) -> ArmError:
    types = resource_type.partition("/")[2]
    return gateway_error(
        404,
        "ParentResourceNotFound",
        f"Failed to perform '{verb}' on resource(s) of type '{types}', "
        f"because the parent resource '{parent_id}' could not be found.",
    )


def location_required() -> ArmError:
    return gateway_error(
        400, "LocationRequired", "The location property is required for this definition."
    )


def location_not_available(location: str, resource_type: str, regions: Iterable[str]) -> ArmError:
    return gateway_error(
        400,
        "LocationNotAvailableForResourceType",
        f"The provided location '{location}' is not available for resource type "
        f"'{resource_type}'. List of available regions for the resource type is "
        f"'{','.join(regions)}'.",
    )


def location_changed(name: str, group: str, present: str, wanted: str) -> ArmError:
    return gateway_error(
        409,
        "InvalidResourceLocation",
        f"The resource '{name}' already exists in location '{present}' in resource group "
        f"'{group}'. A resource with the same name cannot be created in location '{wanted}'. "
        "Please select a new resource name.",
    )


def unknown_namespace(namespace: str) -> ArmError:
    return gateway_error(
        404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid."
    )


def unknown_type(namespace: str, api_version: str) -> ArmError:
    return gateway_error(
        404,
        "InvalidResourceType",
        f"The resource type could not be found in the namespace '{namespace}' "
        f"for api version '{api_version}'.",
    )


def method_not_allowed(method: str) -> ArmError:
    message = f"The requested resource does not support http method '{method}'."
    return ArmError(Answer(405, {"Message": message}, made_by_provider(405)))


def altered_operation_url() -> ArmError:
    """The exact text was never recorded: nobody recorded has changed a signed address."""
    return gateway_error(
        403,
        "AuthorizationFailed",
        "The signature of the operation status address does not match its content.",
    )


def unexpected_failure(tracking_id: str) -> ArmError:
    return gateway_error(
        500,
        "InternalServerError",
        f"Encountered internal server error. Diagnostic information: activity id '{tracking_id}'.",
    )
