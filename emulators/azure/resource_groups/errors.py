"""Refusals that only resource groups know."""

from collections.abc import Iterable

from emulators.azure.arm.answers import ArmError
from emulators.azure.arm.errors import gateway_error


def invalid_name(name: str, invalid_characters: str) -> ArmError:
    return gateway_error(
        400,
        "InvalidResourceGroup",
        f"The provided resource group name '{name}' has these invalid characters: "
        f"'{invalid_characters}'. The name can only be "
        "a letter, digit, '-', '.', '(', ')' or '_'.",
    )


def location_not_available(location: str, regions: Iterable[str]) -> ArmError:
    return gateway_error(
        400,
        "LocationNotAvailableForResourceGroup",
        f"The provided location '{location}' is not available for resource group. "
        f"List of available regions is '{','.join(regions)}'.",
    )


def location_changed(wanted: str, present: str) -> ArmError:
    return gateway_error(
        409,
        "InvalidResourceGroupLocation",
        f"Invalid resource group location '{wanted}'. "
        f"The Resource group already exists in location '{present}'.",
    )
