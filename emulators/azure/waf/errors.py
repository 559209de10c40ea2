"""Refusals of WAF policies."""

from emulators.azure.arm.answers import ArmError
from emulators.azure.arm.errors import provider_error


def validation_failed(reason: str) -> ArmError:
    return provider_error(
        400,
        "BadRequest",
        f'WebApplicationFirewallPolicy validation failed. More information "{reason}".',
    )


def in_use(name: str) -> ArmError:
    """Azure refuses it; its wording was never recorded."""
    return validation_failed(f"Policy {name} is still linked to a security policy")
