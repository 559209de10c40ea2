"""A specification's certificate for its origins."""

from typing import Any

CERTIFICATE_VAULT_ID = (
    "/subscriptions/6c6c6c6c-0000-4000-8000-000000000002/resourceGroups/shared/providers/"
    "Microsoft.KeyVault/vaults/fraud-team"
)
ZONE_ID = (
    "/subscriptions/6c6c6c6c-0000-4000-8000-000000000002/resourceGroups/dns/providers/"
    "Microsoft.Network/dnsZones/example.com"
)
CERTIFICATE = {
    "keyVaultCertificateId": "https://fraud-team.vault.azure.net/certificates/llm",
    "domainName": "llm.example.com",
}
HOST = "westeurope.llm.example.com"


def https_edge(**changes: Any) -> dict[str, Any]:
    return {"edge": {"originCertificate": {**CERTIFICATE, **changes}}}
