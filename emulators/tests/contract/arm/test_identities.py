"""User-assigned identities and their federated credentials, by SDKs and as raw answers."""

import asyncio
from typing import Any

from emulators.azure.identities.models import MAX_CREDENTIALS
from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm, Azure, RawAnswer

VERSION = "2024-11-30"
IDENTITY = (
    "resourceGroups/gp-fraud/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader"
)
CREDENTIAL = f"{IDENTITY}/federatedIdentityCredentials/inference"
BODY = {"location": "westeurope", "tags": {"team": "blue"}}


def credential_body(**changes: Any) -> dict[str, Any]:
    properties = {
        "issuer": "https://westeurope.oic.prod-aks.azure.com/tenant/cluster/",
        "subject": "system:serviceaccount:inference:fraud-llm",
        "audiences": ["api://AzureADTokenExchange"],
    }
    return {"properties": {**properties, **changes}}


async def call(arm: Arm, method: str, path: str, body: Any = None) -> RawAnswer:
    return await arm.call(method, path, body, api_version=VERSION)


async def test_a_new_identity_names_itself_as_its_location(
    arm: Arm, group: str, simulator: RunningSimulator
) -> None:
    created = await call(arm, "PUT", IDENTITY, BODY)
    again = await call(arm, "PUT", IDENTITY, BODY)
    shown = f"{arm.subscription}/{IDENTITY}".replace("resourceGroups", "resourcegroups")
    assert (created.status, created.headers["Location"]) == (201, shown)
    assert (again.status, "Location" in again.headers) == (200, False)
    assert created.body == again.body
    assert created.body["id"] == shown
    properties = created.body["properties"]
    assert set(properties) == {"tenantId", "principalId", "clientId"}
    principals = simulator.simulator.azure.platform.principals
    assert principals.created_at(properties["principalId"])


async def test_an_identity_is_deleted_without_a_word_and_takes_its_credentials(
    arm: Arm, group: str
) -> None:
    await call(arm, "PUT", IDENTITY, BODY)
    await call(arm, "PUT", CREDENTIAL, credential_body())
    gone = await call(arm, "DELETE", IDENTITY)
    assert (gone.status, gone.body) == (200, None)
    assert (await call(arm, "GET", IDENTITY)).error == (404, "ResourceNotFound")
    assert (await call(arm, "GET", CREDENTIAL)).error == (404, "ParentResourceNotFound")


async def test_a_credential_is_written_without_an_operation(arm: Arm, group: str) -> None:
    await call(arm, "PUT", IDENTITY, BODY)
    created = await call(arm, "PUT", CREDENTIAL, credential_body())
    changed = await call(arm, "PUT", CREDENTIAL, credential_body(subject="system:other"))
    assert (created.status, changed.status) == (201, 200)
    assert created.body["properties"] == credential_body()["properties"]
    read = await call(arm, "GET", CREDENTIAL)
    assert read.body["properties"]["subject"] == "system:other"
    listed = await call(arm, "GET", f"{IDENTITY}/federatedIdentityCredentials")
    assert listed.body == {"value": [read.body]}
    assert (await call(arm, "DELETE", CREDENTIAL)).status == 200
    missing = await call(arm, "GET", CREDENTIAL)
    assert missing.error == (404, "NotFound")
    assert "was not found" in missing.message


async def test_credentials_of_one_identity_are_written_one_at_a_time(arm: Arm, group: str) -> None:
    await call(arm, "PUT", IDENTITY, BODY)
    paths = [f"{IDENTITY}/federatedIdentityCredentials/{name}" for name in ("one", "two")]
    answers = await asyncio.gather(*(call(arm, "PUT", each, credential_body()) for each in paths))
    first, second = sorted(answers, key=lambda each: each.status)
    assert first.status == 201
    assert second.error == (
        409,
        "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
    )
    missing = paths[answers.index(second)]
    assert (await call(arm, "PUT", missing, credential_body())).status == 201


async def test_an_identity_has_at_most_twenty_credentials(arm: Arm, group: str) -> None:
    await call(arm, "PUT", IDENTITY, BODY)
    for number in range(MAX_CREDENTIALS):
        path = f"{IDENTITY}/federatedIdentityCredentials/c{number}"
        assert (await call(arm, "PUT", path, credential_body())).status == 201
    assert (await call(arm, "PUT", CREDENTIAL, credential_body())).error == (400, "BadRequest")


async def test_what_has_to_be_said_is_asked_for(arm: Arm, group: str) -> None:
    assert (await call(arm, "PUT", IDENTITY, {})).error == (400, "LocationRequired")
    assert (await call(arm, "PUT", CREDENTIAL, credential_body())).error == (
        404,
        "ParentResourceNotFound",
    )
    await call(arm, "PUT", IDENTITY, BODY)
    assert (await call(arm, "PUT", CREDENTIAL, credential_body(issuer=""))).error == (
        400,
        "BadRequest",
    )


async def test_sdks_operations_on_any_resource_serve_both(
    azure: Azure, arm: Arm, group: str
) -> None:
    resources = azure.groups.resources
    for path, body in ((IDENTITY, BODY), (CREDENTIAL, credential_body())):
        resource_id = f"{arm.subscription}/{path}"
        poller = await resources.begin_create_or_update_by_id(
            resource_id, body, api_version=VERSION, polling=False
        )
        await poller.result()
        found = await resources.get_by_id(resource_id, api_version=VERSION)
        assert found.name == path.rpartition("/")[2]
