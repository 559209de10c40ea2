"""Refusals of Private Link, and why what it serves cannot be deleted."""

from emulators.azure.arm.answers import ArmError
from emulators.azure.arm.errors import provider_error
from emulators.azure.arm.operations import Error


def service_in_use(service_id: str, connections: int) -> ArmError:
    error = deletion_blocked(service_id, connections)
    return provider_error(400, error["code"], error["message"])


def deletion_blocked(service_id: str, connections: int) -> Error:
    """What ends the deletion of a cluster or group around the service, too."""
    noun = "connection" if connections == 1 else "connections"
    return {
        "code": "PrivateLinkServiceWithPrivateEndpointConnectionsCannotBeDeleted",
        "message": f"Private link service {service_id} cannot be deleted since it has "
        f"{connections} private endpoint {noun}. Please delete all private endpoint connections "
        "before deleting the private link service.",
    }


def unknown_status(status: object) -> ArmError:
    """The text is assumed."""
    return provider_error(
        400, "InvalidRequestFormat", f"The connection status '{status}' is not supported."
    )
