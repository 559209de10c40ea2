"""What the Secrets Store CSI driver's Azure provider does for a pod: it signs in as the identity
that the pod's service account stands for, and reads the objects of a SecretProviderClass."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from emulators.azure.aks.state import ManagedCluster
from emulators.azure.identities.models import Identities, NotExchanged
from emulators.azure.key_vault.access import Caller, SecretAccess
from emulators.azure.key_vault.errors import Refused
from emulators.azure.key_vault.issuing import PFX, NoKey, to_pem
from emulators.azure.key_vault.models import SecretVersion
from emulators.azure.kubernetes.secret_volumes import NotMounted, SecretFiles

ADDON = "azureKeyvaultSecretsProvider"
AUDIENCE = "api://AzureADTokenExchange"
_RULE = "-" * 80


@dataclass(frozen=True, slots=True)
class CsiProvider:
    """Of all clusters."""

    identities: Identities
    access: SecretAccess
    clusters: Callable[[], list[ManagedCluster]]
    tenant_id: str

    def read(
        self, kubernetes: object, service_account: tuple[str, str], parameters: Mapping[str, str]
    ) -> SecretFiles | None:
        """The objects by their aliases; None where the cluster does not have the add-on.

        `service_account`: its namespace and name. Raises NotMounted with the provider's words.
        """
        cluster = next((e for e in self.clusters() if e.kubernetes is kubernetes), None)
        addons = cluster.resource.properties.get("addonProfiles") or {} if cluster else {}
        if cluster is None or not (addons.get(ADDON) or {}).get("enabled"):
            return None
        objects = [yaml.safe_load(e) for e in yaml.safe_load(parameters["objects"])["array"]]
        caller = self._sign_in(cluster, service_account, parameters, objects[0])
        return {
            each.get("objectAlias") or each["objectName"]: self._read(parameters, each, caller)
            for each in objects
        }

    def _sign_in(
        self,
        cluster: ManagedCluster,
        service_account: tuple[str, str],
        parameters: Mapping[str, str],
        first: Mapping[str, Any],
    ) -> Caller:
        client_id = parameters.get("clientID", "")
        profile = cluster.resource.properties.get("oidcIssuerProfile") or {}
        token = {
            "issuer": profile.get("issuerURL", ""),
            "subject": f"system:serviceaccount:{':'.join(service_account)}",
            "audience": AUDIENCE,
        }
        try:
            principal = self.identities.exchange(client_id, token)
        except NotExchanged as refusal:
            error = {"error": "invalid_client", "error_description": str(refusal)}
            url = f"https://login.microsoftonline.com/{self.tenant_id}/oauth2/v2.0/token"
            said = _exchange("POST", url, "401 Unauthorized", "", error)
            raise NotMounted(
                f"{_of_object(first)}ClientAssertionCredential authentication failed. \n{said}"
            ) from None
        return Caller(client_id, principal, self.tenant_id)

    def _read(
        self, parameters: Mapping[str, str], wanted: Mapping[str, Any], caller: Caller
    ) -> bytes:
        name, version = str(wanted["objectName"]), str(wanted.get("objectVersion") or "")
        vault_name = parameters["keyvaultName"]
        vault = self.access.vaults.by_name(vault_name)
        url = f"https://{vault_name}.vault.azure.net/secrets/{name}/{version}"
        if vault is None:
            host = f"{vault_name}.vault.azure.net"
            raise NotMounted(
                f'{_of_object(wanted)}Get "{url}?api-version=7.6": dial tcp: lookup {host}: '
                "no such host"
            )
        try:
            return _file_of(self.access.read(vault, name, version, caller))
        except NoKey:
            said = "pkcs12: expected exactly two items in the authenticated safe"
            raise NotMounted(f"{_of_object(wanted)}{said}") from None
        except Refused as refusal:
            status = {403: "403 Forbidden", 404: "404 Not Found"}[refusal.status]
            said = _exchange("GET", url, status, refusal.code, refusal.body)
            raise NotMounted(f"{_of_object(wanted)}{said}") from None


def _file_of(secret: SecretVersion) -> bytes:
    """Of a certificate the key and the chain as PEM, in whatever form the vault has them."""
    is_pfx = secret.cer and secret.content_type == PFX
    return to_pem(secret.value) if is_pfx else secret.value.encode()


def _of_object(wanted: Mapping[str, Any]) -> str:
    version = wanted.get("objectVersion") or ""
    return (
        f"failed to get objectType:secret, objectName:{wanted['objectName']}, "
        f"objectVersion:{version}: "
    )


def _exchange(method: str, url: str, status: str, code: str, body: Mapping[str, Any]) -> str:
    """A refused request as the Azure SDK for Go prints it."""
    number = status.partition(" ")[0]
    lines = [f"{method} {url}", _RULE, f"RESPONSE {number}: {status}"]
    lines += [f"ERROR CODE: {code}"] if code else []
    return "\n".join([*lines, _RULE, json.dumps(body, indent=2), _RULE])
