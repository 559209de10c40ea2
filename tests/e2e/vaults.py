"""A team's key vault in simulated Azure, and its owner who writes secrets into it."""

import time
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
from cryptography.x509 import load_der_x509_certificate

from emulators.stack.api import SimulatedAzure
from emulators.stack.kubeconfig import ARM_RESOURCE, fetch_token
from emulators.stack.stack import Stack
from tests.e2e.looks import Look

GROUP = "team-vaults"
VAULT_VERSION = "2024-11-01"
ROLES_VERSION = "2022-04-01"
CERTIFICATES_OFFICER = "a4417e6f-fecd-4de8-b567-7b0420556985"
SECRETS_OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
VAULT_AUDIENCE = "https://vault.azure.net"
EFFECTIVE_SECONDS = 30.0
"""Of real time, until a role applies that takes up to two minutes of simulated time."""


@dataclass(frozen=True, slots=True)
class Vault:
    azure: SimulatedAzure
    stack: Stack
    name: str

    @property
    def id(self) -> str:
        group = f"{self._subscription}/resourceGroups/{GROUP}"
        return f"{group}/providers/Microsoft.KeyVault/vaults/{self.name}"

    def create(self) -> "Vault":
        """Returns when its owner may write secrets."""
        look = Look(self.azure, self.stack)
        group = f"{self._subscription}/resourceGroups/{GROUP}"
        look.send_to_arm("PUT", group, "2021-04-01", {"location": "westeurope"})
        properties = {
            "tenantId": self.stack.simulator["tenantId"],
            "sku": {"family": "A", "name": "standard"},
            "enableRbacAuthorization": True,
        }
        body = {"location": "westeurope", "properties": properties}
        look.send_to_arm("PUT", self.id, VAULT_VERSION, body)
        for role in (CERTIFICATES_OFFICER, SECRETS_OFFICER):
            self._grant(look, role)
        end = time.monotonic() + EFFECTIVE_SECONDS
        while self._is_refused():
            assert time.monotonic() < end
            time.sleep(0.2)
        return self

    def _is_refused(self) -> bool:
        written = self._send("PUT", "secrets/owner-is-here", {"value": "yes"})
        read = self._send("GET", "certificates/none")
        return 403 in {written.status_code, read.status_code}

    def secret_id(self, secret: str) -> str:
        return f"https://{self.name}.vault.azure.net/secrets/{secret}"

    def write(self, secret: str, value: str) -> None:
        self._send("PUT", f"secrets/{secret}", {"value": value}).raise_for_status()

    def certificate_id(self, name: str) -> str:
        return f"https://{self.name}.vault.azure.net/certificates/{name}"

    def issue(
        self, name: str, *hosts: str, issuer: str = "DigiCert", exportable: bool = True
    ) -> int:
        """A new version of the certificate; its serial number."""
        policy = {
            "issuer": {"name": issuer},
            "x509_props": {"subject": f"CN={hosts[0]}", "sans": {"dns_names": list(hosts)}},
            "key_props": {"exportable": exportable},
        }
        created = self._send("POST", f"certificates/{name}/create", {"policy": policy})
        created.raise_for_status()
        issued = self._send("GET", f"certificates/{name}").raise_for_status().json()
        return load_der_x509_certificate(b64decode(issued["cer"])).serial_number

    def readers(self, environment: str) -> list[dict[str, Any]]:
        """The role assignments at the vault that are marked for an environment."""
        path = f"{self.id}/providers/Microsoft.Authorization/roleAssignments"
        token = fetch_token(self.azure, self.stack.describe(), ARM_RESOURCE)
        answer = self.azure.get(
            path,
            params={"api-version": ROLES_VERSION},
            headers={"Authorization": f"Bearer {token}"},
        )
        found = answer.raise_for_status().json()["value"]
        return [e for e in found if f" {environment}" in str(e["properties"]["description"])]

    @property
    def _subscription(self) -> str:
        return f"/subscriptions/{self.stack.simulator['subscriptionId']}"

    def _grant(self, look: Look, role: str) -> None:
        """To the identity whose tokens a stack's tools use."""
        definitions = f"{self._subscription}/providers/Microsoft.Authorization/roleDefinitions"
        body = {
            "properties": {
                "roleDefinitionId": f"{definitions}/{role}",
                "principalId": self.stack.simulator["managedIdentity"]["principalId"],
                "principalType": "ServicePrincipal",
            }
        }
        name = uuid5(NAMESPACE_URL, f"{self.id}/{role}")
        assignment = f"{self.id}/providers/Microsoft.Authorization/roleAssignments/{name}"
        look.send_to_arm("PUT", assignment, ROLES_VERSION, body)

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        host = f"{self.name}.vault.azure.net"
        token = fetch_token(self.azure, self.stack.describe(), VAULT_AUDIENCE)
        return self.azure.request(
            method,
            f"/{path}",
            params={"api-version": "7.6"},
            json=body,
            headers={"Host": host, "Authorization": f"Bearer {token}"},
            extensions={"sni_hostname": host},
        )


def files_with(folder: Path, value: str) -> list[Path]:
    """Of logs, databases and whatever else the processes write."""
    wanted = value.encode()
    return [each for each in folder.rglob("*") if each.is_file() and wanted in each.read_bytes()]
