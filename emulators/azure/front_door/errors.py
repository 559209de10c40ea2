"""Refusals of Microsoft.Cdn and of the WAF policies beside it."""

from collections.abc import Iterable
from typing import Any

from emulators.azure.arm.answers import ArmError
from emulators.azure.arm.errors import provider_error


def bad_request(message: str) -> ArmError:
    return provider_error(400, "BadRequest", message)


def not_found() -> ArmError:
    return provider_error(404, "NotFound", "The requested resource was not found.")


def not_acceptable(name: str, value: object, acceptable: Iterable[object]) -> ArmError:
    """`name` is the property with its type in front, such as `AfdOrigin.Priority`."""
    listed = ", ".join(str(each) for each in acceptable)
    return bad_request(
        f"Property '{name}' cannot be set to '{value}'. Acceptable values are: {listed}"
    )


def invalid_name(resource_type: str, name: str) -> ArmError:
    return bad_request(f"The name '{name}' of the {resource_type} resource is invalid.")


def route_too_early() -> ArmError:
    return bad_request(
        "Please make sure that the originGroup is created successfully and at least one enabled "
        "origin is created under the origin group."
    )


def last_origin() -> ArmError:
    return bad_request(
        "Cannot disable or delete the last origin when the origin group is still associated with "
        "a route or a rule. Please disassociate the origin group and try again."
    )


def group_in_use() -> ArmError:
    return bad_request("The origin group is still associated with a route or a rule.")


def endpoint_not_ready(name: str) -> ArmError:
    return bad_request(
        f"Endpoint '{name}' is not associated with the AFDX profile or is in a invalid "
        "provisioning state."
    )


def endpoint_in_security_policy(policy: str) -> ArmError:
    return bad_request(f"Resource is associated with security policy '{policy}'.")


def no_waf_policy() -> ArmError:
    return bad_request(
        "Web Application Firewall Policy being attached to AFDX profile does not exist."
    )


def waf_sku_differs(waf_sku: str, profile_sku: str) -> ArmError:
    """Azure refuses the combination; its wording was never recorded."""
    return bad_request(
        f"The sku '{waf_sku}' of the Web Application Firewall Policy does not match the sku "
        f"'{profile_sku}' of the AFDX profile."
    )


def profile_not_ready(name: str) -> ArmError:
    return bad_request(f"Profile '{name}' is in a invalid provisioning state.")


def too_many_profiles() -> ArmError:
    return bad_request(
        "The number of profiles created exceeds quota. Please contact support to increase quota."
    )


def private_link_needs_premium() -> ArmError:
    """Azure refuses it; its wording was never recorded."""
    return bad_request("Private link is supported only with the sku Premium_AzureFrontDoor.")


def private_link_needs_name_check() -> ArmError:
    return bad_request("EnforceCertificateNameCheck must be enabled for Private Link")


def private_link_location(location: str) -> ArmError:
    return bad_request(
        f'The location of the Private Link "{location}" is invalid or not supported'
    )


def origins_mixed() -> ArmError:
    return bad_request(
        "Origin Group can only have origins with private links or origins without private links. "
        "They cannot have a mix of both"
    )


def private_endpoint_failed(target_id: str) -> dict[str, Any]:
    """What ends the operation of an origin; the code and text within are assumed."""
    return {
        "code": "BadRequest",
        "message": "PrivateEndpointProvisioning Failed. ErrorCode: NotFound. ErrorMessage: "
        f"Resource {target_id} was not found.",
    }


def host_name_fixed() -> ArmError:
    """The specification lists no change of the name of a custom domain; the text is assumed."""
    return bad_request("Property 'AfdDomain.HostName' cannot be changed.")


def being_deleted(name: str) -> ArmError:
    """A write on what is being deleted; Azure's answer was never recorded."""
    return provider_error(409, "Conflict", f"The resource '{name}' is being deleted.")


def host_name_taken() -> ArmError:
    """Where the label of an endpoint's host name may be used again, another one may have it."""
    return provider_error(409, "Conflict", "That resource name isn't available.")
