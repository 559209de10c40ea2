"""The certificate by which the gateways of an environment serve HTTPS to Front Door."""

from typing import Any

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from domain.catalog.roles import KEY_VAULT_SECRETS_USER
from domain.spec.role_access import GrantedRole, RoleAccess
from domain.spec.secrets import KEY_VAULT_NAME, KeyVaultId
from domain.wire import WireModel

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN_NAME_PATTERN = rf"^{_LABEL}(\.{_LABEL})+$"
LONGEST_DOMAIN_NAME = 200
"""A region is put in front, and a host name has at most 253 characters."""

CERTIFICATE_ID_PATTERN = (
    rf"^https://{KEY_VAULT_NAME}\.vault\.azure\.net/certificates/[0-9A-Za-z-]{{1,127}}$"
)
"""Without a version: with one, the certificate would stay until it expires."""

DNS_ZONE_ID_PATTERN = (
    r"^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/\s]{1,90}"
    rf"/providers/Microsoft\.Network/dns[zZ]ones/{_LABEL}(\.{_LABEL})+$"
)
DNS_ZONE_ID_FIX = (
    "Use the resource id of the zone, in lower case from its name on: /subscriptions/<id>/"
    "resourceGroups/<group>/providers/Microsoft.Network/dnsZones/<name>."
)

CERTIFICATE_FIX = (
    "Use https://<vault>.vault.azure.net/certificates/<name>, without a version at its end: a "
    "version would stay in use until it expires."
)
DOMAIN_NAME_FIX = "Use a domain name in lower case such as llm.example.com."


class OriginCertificate(WireModel):
    """A certificate in Azure Key Vault, and the names that it is for."""

    key_vault_certificate_id: str = Field(
        pattern=CERTIFICATE_ID_PATTERN,
        description="Id of the certificate, without a version. A new version reaches the gateways "
        "within minutes, without a restart. Its private key has to be exportable, and Front Door "
        "accepts certificates of public authorities only.",
        examples=["https://fraud-team.vault.azure.net/certificates/llm"],
    )
    domain_name: str = Field(
        pattern=DOMAIN_NAME_PATTERN,
        max_length=LONGEST_DOMAIN_NAME,
        description="Domain of the host names of the cells, which are `<region>.<domainName>`: "
        "the certificate has to be for `*.<domainName>`, or for each of them. Cannot be changed "
        "once the environment is built.",
        examples=["llm.example.com"],
    )
    key_vault_id: KeyVaultId | None = Field(
        default=None,
        description="Resource id of the vault, on which the identity of each cell is granted Key "
        "Vault Secrets User. If omitted, the grant is expected to exist.",
        examples=[
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/fraud"
            "/providers/Microsoft.KeyVault/vaults/fraud-team"
        ],
    )

    dns_zone_id: str | None = Field(
        default=None,
        pattern=DNS_ZONE_ID_PATTERN,
        max_length=512,
        description="Resource id of the public DNS zone that the domain is in, to which a CNAME "
        "record is added for each cell, and removed with it. If omitted, the records are expected "
        "to exist. Cannot be changed once the environment is built.",
        examples=[
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/dns"
            "/providers/Microsoft.Network/dnsZones/example.com"
        ],
    )

    @field_validator("key_vault_id")
    @classmethod
    def _is_that_of_the_certificate(cls, found: str | None, info: ValidationInfo) -> str | None:
        certificate: str | None = info.data.get("key_vault_certificate_id")
        if found is None or certificate is None:
            return found
        vault = _vault(certificate)
        if found.rpartition("/")[2].lower() != vault:
            raise PydanticCustomError(
                "OtherVault",
                "The certificate is in the vault {vault}: use its resource id, or leave "
                "keyVaultId out.",
                {"vault": vault},
            )
        return found

    @field_validator("dns_zone_id")
    @classmethod
    def _has_the_domain(cls, zone_id: str | None, info: ValidationInfo) -> str | None:
        domain: str | None = info.data.get("domain_name")
        if zone_id is None or domain is None:
            return zone_id
        zone = zone_id.rpartition("/")[2]
        if not f".{domain}".endswith(f".{zone}"):
            raise PydanticCustomError(
                "DomainNotInZone",
                "domainName is not in the zone {zone}: correct one of the two, or leave dnsZoneId "
                "out.",
                {"zone": zone},
            )
        return zone_id

    @property
    def vault(self) -> str:
        """Its name, in lower case as a host name."""
        return _vault(self.key_vault_certificate_id)

    @property
    def name(self) -> str:
        return self.key_vault_certificate_id.rpartition("/")[2]

    @property
    def access(self) -> RoleAccess:
        return RoleAccess.GRANTED if self.key_vault_id else RoleAccess.EXPECTED

    @property
    def granted_roles(self) -> tuple[GrantedRole, ...]:
        """Those that cells are given, for as long as the vault is named."""
        if self.key_vault_id is None:
            return ()
        return (GrantedRole(scope=self.key_vault_id, role=KEY_VAULT_SECRETS_USER),)

    @property
    def records(self) -> str | None:
        """ARM ids of the records that are made, with `{region}` in place of the cell's."""
        if self.dns_zone_id is None:
            return None
        zone = self.dns_zone_id.rpartition("/")[2]
        return f"{self.dns_zone_id}/CNAME/{self.host_of('{region}').removesuffix(f'.{zone}')}"

    def host_of(self, region: str) -> str:
        """Of the cell in a region."""
        return host_of(region, self.domain_name)


def host_of(region: str, domain_name: str) -> str:
    """By which Front Door knows the cell in a region."""
    return f"{region}.{domain_name}"


def check_origin_certificate(
    certificate: OriginCertificate | None, others: dict[str, Any], private: object
) -> OriginCertificate | None:
    """Raises PydanticCustomError beside the origin `private`, which has no public name."""
    if certificate is not None and others.get("origin") is private:
        raise PydanticCustomError(
            "CertificateNeedsPublicOrigin",
            "Over Private Link no name is resolved, and requests stay within Azure's network: use "
            "the origin public, or leave originCertificate out.",
        )
    return certificate


def _vault(certificate_id: str) -> str:
    return certificate_id.split("/")[2].partition(".")[0].lower()
