"""Refusals of Key Vault: of its management plane in ARM's form, of its data plane in its own."""

from dataclasses import dataclass
from typing import Any

from emulators.azure.arm.answers import ArmError
from emulators.azure.arm.errors import provider_error

RECOVERY_HELP = "https://go.microsoft.com/fwlink/?linkid=2125182"


def bad_vault(message: str) -> ArmError:
    """The wording is assumed."""
    return provider_error(400, "BadRequest", message)


def vault_name_taken(name: str) -> ArmError:
    """As it was reported, with its spelling."""
    return provider_error(
        409,
        "VaultAlreadyExists",
        f"The vault name '{name}' is already in use. Vault names are globaly unique so it is "
        "possible that the name is already taken.",
    )


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """A refusal of the data plane."""

    status: int
    code: str
    message: str
    inner_code: str = ""

    @property
    def body(self) -> dict[str, Any]:
        inner = {"innererror": {"code": self.inner_code}} if self.inner_code else {}
        return {"error": {"code": self.code, "message": self.message, **inner}}


def unauthenticated() -> Refused:
    return Refused(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.")


def secret_not_found(name: str) -> Refused:
    return Refused(
        404,
        "SecretNotFound",
        f"A secret with (name/id) {name} was not found in this key vault. If you recently deleted "
        "this secret you may be able to recover it using the correct recovery command. For help "
        f"resolving this issue, please see {RECOVERY_HELP}",
    )


def certificate_not_found(name: str) -> Refused:
    return Refused(
        404,
        "CertificateNotFound",
        f"A certificate with (name/id) {name} was not found in this key vault. If you recently "
        "deleted this certificate you may be able to recover it using the correct recovery "
        f"command. For help resolving this issue, please see {RECOVERY_HELP}",
    )


def secret_disabled() -> Refused:
    return Refused(
        403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled"
    )


def forbidden(caller: str, action: str, resource: str, vault: str, location: str) -> Refused:
    """`caller`: what its token says of it, as Key Vault repeats it. The blank before `Vault` is
    Key Vault's."""
    return Refused(
        403,
        "Forbidden",
        "Caller is not authorized to perform action on resource.\r\n"
        "If role assignments, deny assignments or role definitions were changed recently, please "
        "observe propagation time.\r\n"
        f"Caller: {caller}\r\n"
        f"Action: '{action}'\r\n"
        f"Resource: '{resource}'\r\n"
        "Assignment: (not found)\r\n"
        "DenyAssignmentId: null\r\n"
        "DecisionReason: 'DeniedWithNoValidRBAC' \r\n"
        f"Vault: {vault};location={location}\r\n",
        "ForbiddenByRbac",
    )
