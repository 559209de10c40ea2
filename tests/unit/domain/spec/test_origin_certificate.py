"""A certificate for public origins: where it is, what it is for, and what goes with it."""

from typing import Any

import pytest

from domain.problem import Problem
from domain.spec.model import EnvironmentSpec, OriginAccess
from domain.spec.policy import SpecPolicy
from domain.spec.role_access import RoleAccess
from domain.spec.validation import parse_spec
from tests.support.certificates import CERTIFICATE, CERTIFICATE_VAULT_ID, ZONE_ID, https_edge
from tests.support.payloads import SECRETS
from tests.support.specs import a_policy, a_spec, spec_body

PREMIUM = {"sku": "Premium_AzureFrontDoor"}


def parse(
    edge: dict[str, Any], policy: SpecPolicy | None = None
) -> EnvironmentSpec | list[Problem]:
    return parse_spec(spec_body(edge=edge), policy or a_policy())


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        (
            {"keyVaultCertificateId": CERTIFICATE["keyVaultCertificateId"] + "/" + "0" * 32},
            "InvalidValue",
            "keyVaultCertificateId",
        ),
        (
            {"keyVaultCertificateId": "https://fraud-team.vault.azure.net/secrets/llm"},
            "InvalidValue",
            "keyVaultCertificateId",
        ),
        ({"domainName": "LLM.example.com"}, "InvalidValue", "domainName"),
        ({"domainName": "localhost"}, "InvalidValue", "domainName"),
        ({"domainName": "*.example.com"}, "InvalidValue", "domainName"),
        (
            {"keyVaultId": CERTIFICATE_VAULT_ID.replace("fraud-team", "other")},
            "OtherVault",
            "keyVaultId",
        ),
        ({"keyVaultId": "fraud-team"}, "InvalidValue", "keyVaultId"),
        ({"dnsZoneId": ZONE_ID.replace("example.com", "le.com")}, "DomainNotInZone", "dnsZoneId"),
        ({"dnsZoneId": "example.com"}, "InvalidValue", "dnsZoneId"),
        ({"hostName": "llm.example.com"}, "UnknownField", "hostName"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(changes: dict[str, Any], code: str, field: str):
    parsed = parse({"originCertificate": {**CERTIFICATE, **changes}})
    assert isinstance(parsed, list)
    (problem,) = parsed
    assert (problem.code, problem.target) == (code, f"edge.originCertificate.{field}")


def test_a_certificate_makes_origins_public_unless_they_are_said_to_be_private():
    parsed = parse({**PREMIUM, "originCertificate": CERTIFICATE})
    assert isinstance(parsed, EnvironmentSpec)
    assert parsed.edge.origin is OriginAccess.PUBLIC

    refused = parse({**PREMIUM, "origin": "privateLink", "originCertificate": CERTIFICATE})
    assert isinstance(refused, list)
    assert [(each.code, each.target) for each in refused] == [
        ("CertificateNeedsPublicOrigin", "edge.originCertificate")
    ]


def test_it_is_allowed_where_plain_http_is_not():
    parsed = parse({"originCertificate": CERTIFICATE}, a_policy(allows_http_origins=False))
    assert isinstance(parsed, EnvironmentSpec)


@pytest.mark.parametrize(
    ("changes", "access"),
    [({}, RoleAccess.EXPECTED), ({"keyVaultId": CERTIFICATE_VAULT_ID}, RoleAccess.GRANTED)],
)
def test_the_role_is_granted_where_the_vault_is_named(changes: dict[str, Any], access: RoleAccess):
    spec = a_spec(edge={"originCertificate": {**CERTIFICATE, **changes}})
    assert spec.edge.certificate_access is access


def test_one_role_serves_secrets_and_certificate_of_one_vault():
    certificate = https_edge(keyVaultId=CERTIFICATE_VAULT_ID)
    (role,) = a_spec(**certificate).granted_roles
    assert role.scope == CERTIFICATE_VAULT_ID
    secrets = {"image": "llm:1", "secrets": SECRETS, "keyVaultId": CERTIFICATE_VAULT_ID}
    assert a_spec(workload=secrets, **certificate).granted_roles == (role,)
    assert a_spec(**https_edge()).granted_roles == ()


@pytest.mark.parametrize(
    ("domain", "record"),
    [
        ("llm.example.com", "westeurope.llm"),
        ("example.com", "westeurope"),
        ("a.b.example.com", "westeurope.a.b"),
    ],
)
def test_each_cell_has_a_name_of_its_own_and_a_record_in_the_zone(domain: str, record: str):
    named = {**CERTIFICATE, "domainName": domain, "dnsZoneId": ZONE_ID}
    certificate = a_spec(edge={"originCertificate": named}).edge.origin_certificate
    assert certificate
    assert certificate.host_of("westeurope") == f"westeurope.{domain}"
    assert certificate.records
    assert certificate.records.format(region="westeurope") == f"{ZONE_ID}/CNAME/{record}"


def test_without_a_zone_no_record_is_made():
    certificate = a_spec(edge={"originCertificate": CERTIFICATE}).edge.origin_certificate
    assert certificate
    assert certificate.records is None
