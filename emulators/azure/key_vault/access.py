"""Who may do what with the secrets of a vault: what role assignments say, once they apply."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulators.azure.arm.resources import Resource
from emulators.azure.authorization.models import RoleAssignments
from emulators.azure.key_vault import errors
from emulators.azure.key_vault.models import ISSUERS, READERS, WRITERS, SecretVersion, Vaults

_ACTION = "Microsoft.KeyVault/vaults/secrets"
_CERTIFICATES = "Microsoft.KeyVault/vaults/certificates"


@dataclass(frozen=True, slots=True)
class Caller:
    client_id: str
    object_id: str
    tenant_id: str

    @property
    def text(self) -> str:
        issuer = f"https://sts.windows.net/{self.tenant_id}/"
        return f"appid={self.client_id};oid={self.object_id};iss={issuer}"


class SecretAccess:
    """Reads and writes secrets in the name of a caller. Methods raise Refused."""

    def __init__(self, vaults: Vaults, assignments: RoleAssignments) -> None:
        self.vaults = vaults
        self._assignments = assignments

    def read(self, vault: Resource, name: str, version: str, caller: Caller) -> SecretVersion:
        self._check(vault, name, caller, READERS, f"{_ACTION}/getSecret/action")
        return self.vaults.read_secret(vault, name, version)

    def write(self, vault: Resource, name: str, value: str, caller: Caller) -> SecretVersion:
        self._check(vault, name, caller, WRITERS, f"{_ACTION}/setSecret/action")
        return self.vaults.set_secret(vault, name, value)

    def issue(
        self, vault: Resource, name: str, policy: Mapping[str, Any], caller: Caller
    ) -> SecretVersion:
        self._check(vault, name, caller, ISSUERS, f"{_CERTIFICATES}/create/action")
        return self.vaults.issue_certificate(vault, name, policy)

    def read_certificate(self, vault: Resource, name: str, caller: Caller) -> SecretVersion:
        self._check(vault, name, caller, ISSUERS, f"{_CERTIFICATES}/read")
        return self.vaults.read_certificate(vault, name)

    def delete(self, vault: Resource, name: str, caller: Caller) -> SecretVersion:
        self._check(vault, name, caller, WRITERS, f"{_ACTION}/delete")
        return self.vaults.delete_secret(vault, name)

    def _check(
        self, vault: Resource, name: str, caller: Caller, roles: tuple[str, ...], action: str
    ) -> None:
        secret_id = f"{vault.id}/secrets/{name}"
        if any(self._assignments.has_role(caller.object_id, each, secret_id) for each in roles):
            return
        raise errors.forbidden(
            caller.text, action, secret_id.lower(), vault.name, vault.body["location"]
        )
