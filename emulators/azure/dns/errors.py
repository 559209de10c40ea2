"""Refusals of Azure DNS, which writes its errors without the envelope of ARM."""

from emulators.azure.arm.answers import ArmError
from emulators.azure.arm.errors import provider_error


def bad_request(message: str) -> ArmError:
    """The wording is assumed."""
    return provider_error(400, "BadRequest", message)


def record_not_found(name: str, group: str, subscription_id: str) -> ArmError:
    """The wording is assumed."""
    return provider_error(
        404,
        "NotFound",
        f"The resource record '{name}' does not exist in resource group '{group}' of subscription "
        f"'{subscription_id}'.",
    )


def record_exists(name: str) -> ArmError:
    """The wording is assumed."""
    return provider_error(412, "PreconditionFailed", f"The record set {name} exists already.")
