"""What lets a cell read its secrets: identity, credential, and role on the vault."""

from typing import Any

import pytest

from activities.begin_resource import begin_resource
from activities.ensure_vault_access import ensure_vault_access
from domain.arm import naming
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.arm.role_assignments import RoleGrant
from domain.catalog.roles import KEY_VAULT_SECRETS_USER
from domain.durable.inputs import IdentityAccessInput
from domain.outcomes import Outcome
from tests.support.fake_clients import SUBSCRIPTION, FakeClients, answer_of, error_of
from tests.support.fake_hub import FakeHub, a_hub
from tests.support.payloads import CLUSTER_WITH_ISSUER, ISSUER, SECRETS, VAULT_ID, a_resource
from tests.support.specs import a_spec

PRINCIPAL = "99999999-2222-4333-8444-555555555555"
IDENTITY = naming.identity_id(SUBSCRIPTION, "fraud-llm", "westeurope")
CREDENTIAL = naming.federated_credential_id(SUBSCRIPTION, "fraud-llm", "westeurope")
CLUSTER = naming.cluster_id(SUBSCRIPTION, "fraud-llm", "westeurope")
GRANT = RoleGrant(VAULT_ID, KEY_VAULT_SECRETS_USER, PRINCIPAL)
ROLE = KINDS["roleAssignment"].build_id(
    ResourceTarget("roleAssignment", "fraud-llm", "westeurope", SUBSCRIPTION, grant=GRANT)
)
LIST = f"{VAULT_ID}/providers/Microsoft.Authorization/roleAssignments of {PRINCIPAL}"
FORBIDDEN = error_of(403, "AuthorizationFailed", "The client does not have authorization")
CELL = IdentityAccessInput(
    operation_id="fraud-llm.1", environment="fraud-llm", region="westeurope"
)


def hub(**workload: Any) -> FakeHub:
    spec = a_spec(workload={"image": "llm:1", "secrets": SECRETS, **workload})
    return a_hub(spec)


def clients_with_identity() -> FakeClients:
    clients = FakeClients()
    tags = naming.environment_tags(a_spec())
    properties = {"clientId": "client", "tenantId": "tenant", "principalId": PRINCIPAL}
    clients.arm.add(IDENTITY, location="westeurope", tags=tags, properties=properties)
    return clients


async def begin(clients: FakeClients, kind: str) -> Outcome:
    return await begin_resource(a_resource(kind, "westeurope"), clients.as_factory(), hub())


async def grant(clients: FakeClients, **workload: Any) -> Outcome:
    named = {"keyVaultId": VAULT_ID, **workload}
    return await ensure_vault_access(CELL.to_wire(), clients.as_factory(), hub(**named))


async def test_an_identity_is_made_at_once_although_azure_names_a_location():
    clients = FakeClients()
    path = IDENTITY.replace("resourceGroups", "resourcegroups")
    clients.arm.answers["PUT", IDENTITY] = answer_of(201, {"properties": {}}, Location=path)
    assert await begin(clients, "identity") == Outcome.succeeded().about(IDENTITY)


async def test_an_identity_stands_in_the_region_of_its_cell_and_is_marked():
    clients = FakeClients()
    assert (await begin(clients, "identity")).is_success
    assert clients.arm.bodies[IDENTITY] == {
        "location": "westeurope",
        "tags": naming.environment_tags(a_spec()),
    }


async def test_an_identity_of_others_is_left_alone():
    clients = FakeClients()
    clients.arm.add(IDENTITY, location="westeurope", tags={"team": "blue"}, properties={})
    outcome = await begin(clients, "identity")
    assert outcome.failure
    assert outcome.failure.reason == "ResourceNotOwned"


async def test_the_credential_names_the_issuer_of_the_cluster_and_the_service_account():
    clients = clients_with_identity()
    clients.arm.add(CLUSTER, properties=CLUSTER_WITH_ISSUER["properties"])
    for _ in range(2):
        assert await begin(clients, "federatedCredential") == Outcome.succeeded().about(CREDENTIAL)
    assert clients.arm.bodies[CREDENTIAL] == {
        "properties": {
            "issuer": ISSUER,
            "subject": "system:serviceaccount:inference:fraud-llm",
            "audiences": ["api://AzureADTokenExchange"],
        }
    }
    assert clients.arm.sent("PUT") == ["PUT inference"], "written once"


async def test_the_credential_follows_a_cluster_that_was_built_again():
    clients = clients_with_identity()
    clients.arm.add(CLUSTER, properties=CLUSTER_WITH_ISSUER["properties"])
    await begin(clients, "federatedCredential")
    again = {"enabled": True, "issuerURL": "https://westeurope.oic.prod-aks.azure.com/t/new/"}
    clients.arm.add(CLUSTER, properties={"oidcIssuerProfile": again})
    assert (await begin(clients, "federatedCredential")).is_success
    assert clients.arm.resources[CREDENTIAL]["properties"]["issuer"] == again["issuerURL"]


@pytest.mark.parametrize(
    ("answer", "reason"), [(None, "ResourceMissing"), (FORBIDDEN, "Forbidden")]
)
async def test_without_its_cluster_there_is_no_credential(answer: Any, reason: str):
    clients = clients_with_identity()
    if answer:
        clients.arm.answers["GET", CLUSTER] = answer
    outcome = await begin(clients, "federatedCredential")
    assert outcome.failure
    assert (outcome.failure.reason, outcome.resource_id) == (reason, CREDENTIAL)


async def test_the_identity_gets_the_role_on_the_vault_once():
    clients = clients_with_identity()
    for _ in range(2):
        assert await grant(clients) == Outcome.succeeded().about(ROLE)
    properties = clients.arm.bodies[ROLE]["properties"]
    assert properties["principalId"] == PRINCIPAL
    assert properties["roleDefinitionId"].endswith(f"/{KEY_VAULT_SECRETS_USER}")
    assert clients.arm.sent("PUT") == [f"PUT {ROLE.rpartition('/')[2]}"]


async def test_without_the_vaults_resource_id_the_role_is_expected_to_be_there():
    clients = clients_with_identity()
    assert await grant(clients, keyVaultId=None) == Outcome.succeeded()
    assert clients.arm.sent("GET", "PUT") == []


async def test_an_app_that_may_not_assign_roles_names_the_command_that_does():
    clients = clients_with_identity()
    clients.arm.answers["PUT", ROLE] = FORBIDDEN
    clients.arm.answers["GET", LIST] = answer_of(200, {"value": []})
    outcome = await grant(clients)
    assert outcome.failure
    assert outcome.failure.reason == "RoleNotAssigned"
    assert GRANT.command in outcome.failure.suggested_action


async def test_without_its_identity_no_role_is_granted():
    outcome = await grant(FakeClients())
    assert outcome.failure
    assert (outcome.failure.reason, outcome.resource_id) == ("ResourceMissing", IDENTITY)
