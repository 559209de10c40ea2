"""Custom domains of Front Door, by the SDK and on the wire."""

from typing import Any

import pytest

from emulators.tests.contract.arm.conftest import Arm, Azure
from emulators.tests.contract.arm.test_front_door import (
    PROFILE,
    PROFILE_BODY,
    VERSION,
    put,
    put_and_wait,
)

DOMAIN = f"{PROFILE}/customDomains/fraud"
BODY: Any = {
    "properties": {
        "hostName": "fraud.example.com",
        "tlsSettings": {"certificateType": "ManagedCertificate", "minimumTlsVersion": "TLS12"},
    }
}


@pytest.fixture(autouse=True)
async def profile(arm: Arm, group: str) -> None:
    await put_and_wait(arm, PROFILE, PROFILE_BODY)


async def test_a_domain_is_created_validated_and_deleted(azure: Azure, arm: Arm) -> None:
    domains = azure.cdn.afd_custom_domains
    where = ("gp-fraud", "gp-fraud", "fraud")
    submitted = await put(arm, DOMAIN, BODY)
    properties = submitted.body["properties"]
    assert submitted.status == 201
    assert (properties["domainValidationState"], properties["deploymentStatus"]) == (
        "Submitting",
        "NotStarted",
    )
    assert properties["validationProperties"] is None
    seen: list[str] = []
    shown = properties
    while shown["domainValidationState"] != "Approved":
        shown = (await arm.poll_path(DOMAIN, VERSION)).body["properties"]
        seen.append(shown["domainValidationState"])
    assert "Pending" in seen
    assert shown["validationProperties"]["validationToken"]
    assert (shown["provisioningState"], shown["deploymentStatus"]) == ("Succeeded", "Succeeded")
    assert [each.name async for each in domains.list_by_profile(*where[:2])] == ["fraud"]
    await (await domains.begin_delete(*where)).result()
    assert (await arm.call("GET", DOMAIN, api_version=VERSION)).error == (404, "NotFound")


async def test_the_same_domain_again_changes_nothing(arm: Arm) -> None:
    await put_and_wait(arm, DOMAIN, BODY)
    again = await put(arm, DOMAIN, BODY)
    assert (again.status, "Azure-AsyncOperation" in again.headers) == (200, False)
    tls = {"properties": {"tlsSettings": {"minimumTlsVersion": "TLS13"}}}
    changed = await arm.call("PATCH", DOMAIN, tls, api_version=VERSION)
    assert changed.status == 202
    assert "/customdomainresults/fraud?" in changed.headers["Location"]


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        pytest.param({"hostName": None}, "'AfdDomain.HostName' cannot be set to ''", id="no name"),
        pytest.param(
            {"tlsSettings": {"minimumTlsVersion": "SSL3"}},
            "'AfdDomain.TlsSettings.MinimumTlsVersion' cannot be set to 'SSL3'",
            id="unknown TLS version",
        ),
    ],
)
async def test_a_bad_domain_is_refused(arm: Arm, properties: Any, text: str) -> None:
    refusal = await put(arm, DOMAIN, {"properties": {**BODY["properties"], **properties}})
    assert refusal.error == (400, "BadRequest")
    assert text in refusal.message


async def test_a_domain_keeps_its_name(arm: Arm) -> None:
    await put_and_wait(arm, DOMAIN, BODY)
    body = {"properties": {**BODY["properties"], "hostName": "other.example.com"}}
    assert (await put(arm, DOMAIN, body)).error == (400, "BadRequest")
