"""Refusals of Microsoft.ManagedIdentity."""

from emulators.azure.arm.answers import ArmError
from emulators.azure.arm.errors import provider_error


def credential_not_found(credential_id: str) -> ArmError:
    return provider_error(404, "NotFound", f"Resource '{credential_id}' was not found.")


def concurrent_writes(identity_id: str) -> ArmError:
    return provider_error(
        409,
        "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
        "Too many Federated Identity Credentials are written concurrently for the managed "
        f"identity '{identity_id}'. Concurrent Federated Identity Credentials writes under the "
        "same managed identity are not supported.",
    )


def too_many_credentials(limit: int) -> ArmError:
    """That there is a limit is documented, its answer was never seen."""
    return provider_error(
        400,
        "BadRequest",
        f"A managed identity has at most {limit} federated identity credentials.",
    )


def missing_property(name: str) -> ArmError:
    """The wording is assumed."""
    return provider_error(400, "BadRequest", f"The property '{name}' is required.")
