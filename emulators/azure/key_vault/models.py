"""Key vaults of the subscription, and the versions of the secrets in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from emulators.azure.arm.errors import location_required, wrong_type
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.shapes import TAGS, Shape, mismatch
from emulators.azure.key_vault import errors
from emulators.azure.key_vault.issuing import PFX, SELF, Authority, Order
from emulators.azure.resource_groups.models import ResourceGroups

VAULT_TYPE = "Microsoft.KeyVault/vaults"
HOST_SUFFIX = ".vault.azure.net"
REGISTERING = timedelta(seconds=30)
"""A new vault is in state RegisteringDns for 29 to 31 s: recorded."""

SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
CERTIFICATES_OFFICER = "a4417e6f-fecd-4de8-b567-7b0420556985"
SECRETS_OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
ADMINISTRATOR = "00482a5a-887f-4fb3-b363-3b7fe8e74483"
READERS = (SECRETS_USER, SECRETS_OFFICER, ADMINISTRATOR)
WRITERS = (SECRETS_OFFICER, ADMINISTRATOR)
ISSUERS = (CERTIFICATES_OFFICER, ADMINISTRATOR)
"""Built-in roles by the names of their definitions."""

_NAME = re.compile(r"[A-Za-z](?:-?[A-Za-z0-9])*")
_SHAPE: Shape = {
    "location": str,
    "tags": TAGS,
    "properties": {
        "tenantId": str,
        "sku": {"family": str, "name": str},
        "enableRbacAuthorization": bool,
        "enablePurgeProtection": bool,
        "softDeleteRetentionInDays": int,
    },
}


@dataclass(frozen=True, slots=True)
class SecretVersion:
    name: str
    version: str
    value: str = field(repr=False)
    created_at: datetime
    is_enabled: bool = True
    content_type: str = ""
    cer: bytes = b""
    """Of a secret that belongs to a certificate: that one, in DER."""


class Vaults:
    """All vaults. Role assignments alone decide who reads them, never access policies."""

    def __init__(self, platform: Platform, groups: ResourceGroups) -> None:
        self._platform = platform
        self._groups = groups
        self.authority = Authority.new()
        self._secrets: dict[str, list[SecretVersion]] = {}

    def find(self, request: ArmRequest) -> Resource | None:
        return self._platform.resources.get(self._id(request))

    def by_name(self, name: str) -> Resource | None:
        """Names are unique in the whole cloud."""
        found = self._platform.resources.of_type(VAULT_TYPE)
        return next((each for each in found if each.name.lower() == name.lower()), None)

    def all(self) -> list[Resource]:
        return self._platform.resources.of_type(VAULT_TYPE)

    def put(self, request: ArmRequest) -> Resource:
        body = _checked(request.body)
        present = self.find(request)
        if present is not None:
            present.body = {**present.body, **body}
            return present
        name = request.params["vault"]
        if not _NAME.fullmatch(name) or not 3 <= len(name) <= 24:
            raise errors.bad_vault(f"The vault name '{name}' is invalid.")
        if self.by_name(name):
            raise errors.vault_name_taken(name)
        vault = Resource(
            id=self._id(request),
            type=VAULT_TYPE,
            name=name,
            created_at=self._platform.clock.now(),
            state="Succeeded",
            body=body,
        )
        vault.on_removed = lambda: self._forget(vault)
        self._platform.resources.add(vault)
        return vault

    def remove(self, vault: Resource) -> None:
        self._platform.resources.remove(vault)

    def state_of(self, vault: Resource) -> str:
        age = self._platform.clock.now() - vault.created_at
        return "RegisteringDns" if age < REGISTERING else "Succeeded"

    def set_secret(self, vault: Resource, name: str, value: str) -> SecretVersion:
        version = SecretVersion(
            name, self._platform.identifiers.hexadecimal(32), value, self._platform.clock.now()
        )
        self._secrets.setdefault(_key(vault, name), []).append(version)
        return version

    def issue_certificate(
        self, vault: Resource, name: str, policy: Mapping[str, Any]
    ) -> SecretVersion:
        """Its key and chain are a secret of the same name and version."""
        order = _order(policy, self._platform.clock.now())
        issued = self.authority.issue(order)
        version = SecretVersion(
            name,
            self._platform.identifiers.hexadecimal(32),
            issued.secret,
            self._platform.clock.now(),
            content_type=order.content_type,
            cer=issued.cer,
        )
        self._secrets.setdefault(_key(vault, name), []).append(version)
        return version

    def read_certificate(self, vault: Resource, name: str) -> SecretVersion:
        """Raises Refused."""
        versions = self._secrets.get(_key(vault, name), [])
        if not versions or not versions[-1].cer:
            raise errors.certificate_not_found(name)
        return versions[-1]

    def delete_secret(self, vault: Resource, name: str) -> SecretVersion:
        """Raises Refused. It is not kept for a recovery."""
        latest = self.read_secret(vault, name)
        del self._secrets[_key(vault, name)]
        return latest

    def read_secret(self, vault: Resource, name: str, version: str = "") -> SecretVersion:
        """The latest version unless one is named. Raises Refused."""
        versions = self._secrets.get(_key(vault, name), [])
        found = [each for each in versions if version in ("", each.version)]
        if not found:
            raise errors.secret_not_found(name)
        if not found[-1].is_enabled:
            raise errors.secret_disabled()
        return found[-1]

    def _forget(self, vault: Resource) -> None:
        prefix = _key(vault, "")
        self._secrets = {k: each for k, each in self._secrets.items() if not k.startswith(prefix)}

    def _id(self, request: ArmRequest) -> str:
        group = self._groups.id_of(request.group)
        return f"{group}/providers/{VAULT_TYPE}/{request.params['vault']}"


def _key(vault: Resource, name: str) -> str:
    return f"{vault.name.lower()}/{name.lower()}"


def _order(policy: Mapping[str, Any], now: datetime) -> Order:
    """With the defaults of Key Vault."""
    x509, key, secret, issuer = (
        policy.get(part) or {} for part in ("x509_props", "key_props", "secret_props", "issuer")
    )
    names = (x509.get("sans") or {}).get("dns_names") or [
        str(x509.get("subject", "")).removeprefix("CN=")
    ]
    return Order(
        names=tuple(names),
        issuer=issuer.get("name") or SELF,
        content_type=secret.get("contentType") or PFX,
        is_exportable=key.get("exportable") is not False,
        not_after=now + timedelta(days=30 * int(x509.get("validity_months") or 12)),
    )


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    found = mismatch(body, _SHAPE)
    if found is not None:
        raise wrong_type(found)
    if not body.get("location"):
        raise location_required()
    given = {
        name: value for name, value in (body.get("properties") or {}).items() if value is not None
    }
    for name in ("tenantId", "sku"):
        if not given.get(name):
            raise errors.bad_vault(f"The parameter {name} is required.")
    return {
        "location": body["location"],
        "tags": body.get("tags") or {},
        "properties": {
            "accessPolicies": [],
            "enabledForDeployment": False,
            "enableSoftDelete": True,
            "softDeleteRetentionInDays": 90,
            "publicNetworkAccess": "Enabled",
            **given,
        },
    }
