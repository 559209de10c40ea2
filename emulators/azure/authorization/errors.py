"""Refusals of Microsoft.Authorization, in its recorded words."""

from emulators.azure.arm.answers import ArmError
from emulators.azure.arm.errors import provider_error


def not_found(name: str) -> ArmError:
    return provider_error(
        404, "RoleAssignmentNotFound", f"The role assignment '{name}' is not found."
    )


def exists(name: str) -> ArmError:
    """The newer of two texts that are in use at once; `name` is the existing one's."""
    undashed = name.replace("-", "").lower()
    return provider_error(
        409,
        "RoleAssignmentExists",
        "The role assignment already exists. "
        f"The ID of the existing role assignment is {undashed}.",
    )


def update_not_permitted() -> ArmError:
    return provider_error(
        400,
        "RoleAssignmentUpdateNotPermitted",
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
    )


def invalid_principal(principal_id: str) -> ArmError:
    return provider_error(
        400,
        "InvalidPrincipalId",
        f"The Principal ID '{principal_id}' is not valid. Principal ID must be a GUID.",
    )


def principal_not_found(principal_id: str, tenant_id: str) -> ArmError:
    """Recorded with the id undashed, and with two spaces before `See`."""
    return provider_error(
        400,
        "PrincipalNotFound",
        f"Principal {principal_id.replace('-', '').lower()} does not exist in the directory "
        f"{tenant_id}. Check that you have the correct principal ID. If you are creating this "
        "principal and then immediately assigning a role, this error might be related to a "
        "replication delay. In this case, set the role assignment principalType property to a "
        "value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype",
    )


def unsupported_filter(text: str) -> ArmError:
    return provider_error(400, "InvalidFilter", f"The filter '{text}' is not supported.")
