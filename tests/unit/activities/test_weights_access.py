"""The role of a cell's identity on the account with its weights."""

from typing import Any

from activities.ensure_weights_access import ensure_weights_access
from domain.arm import naming
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.arm.role_assignments import RoleGrant
from domain.catalog.roles import STORAGE_BLOB_DATA_READER
from domain.durable.inputs import IdentityAccessInput
from domain.outcomes import Outcome
from domain.spec.weights import STORAGE_ACCOUNT_ID
from tests.support.fake_clients import SUBSCRIPTION, FakeClients, answer_of, error_of
from tests.support.fake_hub import a_hub
from tests.support.specs import a_spec

PRINCIPAL = "99999999-2222-4333-8444-555555555555"
IDENTITY = naming.identity_id(SUBSCRIPTION, "fraud-llm", "westeurope")
GRANT = RoleGrant(STORAGE_ACCOUNT_ID, STORAGE_BLOB_DATA_READER, PRINCIPAL)
ROLE = KINDS["roleAssignment"].build_id(
    ResourceTarget("roleAssignment", "fraud-llm", "westeurope", SUBSCRIPTION, grant=GRANT)
)
LIST = f"{STORAGE_ACCOUNT_ID}/providers/Microsoft.Authorization/roleAssignments of {PRINCIPAL}"
FORBIDDEN = error_of(403, "AuthorizationFailed", "The client does not have authorization")
CELL = IdentityAccessInput(
    operation_id="fraud-llm.1", environment="fraud-llm", region="westeurope"
)


def clients_with_identity() -> FakeClients:
    clients = FakeClients()
    properties = {"clientId": "client", "tenantId": "tenant", "principalId": PRINCIPAL}
    tags = naming.environment_tags(a_spec())
    clients.arm.add(IDENTITY, location="westeurope", tags=tags, properties=properties)
    return clients


async def grant(clients: FakeClients, **model: Any) -> Outcome:
    source = {"name": "m", "version": "1", "source": "az://acmemodels/weights/m/1"}
    spec = a_spec(workload={"image": "llm:1", "model": {**source, **model}})
    return await ensure_weights_access(CELL.to_wire(), clients.as_factory(), a_hub(spec))


async def test_the_identity_may_read_the_account_once_and_write_nothing():
    clients = clients_with_identity()
    for _ in range(2):
        outcome = await grant(clients, storageAccountId=STORAGE_ACCOUNT_ID)
        assert outcome == Outcome.succeeded().about(ROLE)
    properties = clients.arm.bodies[ROLE]["properties"]
    assert properties["principalId"] == PRINCIPAL
    assert properties["roleDefinitionId"].endswith(f"/{STORAGE_BLOB_DATA_READER}")
    assert clients.arm.sent("PUT") == [f"PUT {ROLE.rpartition('/')[2]}"]


async def test_without_the_accounts_resource_id_the_role_is_expected_to_be_there():
    clients = clients_with_identity()
    assert await grant(clients) == Outcome.succeeded()
    assert clients.arm.sent("GET", "PUT") == []


async def test_an_app_that_may_not_assign_roles_names_the_command_that_does():
    clients = clients_with_identity()
    clients.arm.answers["PUT", ROLE] = FORBIDDEN
    clients.arm.answers["GET", LIST] = answer_of(200, {"value": []})
    outcome = await grant(clients, storageAccountId=STORAGE_ACCOUNT_ID)
    assert outcome.failure
    assert outcome.failure.reason == "RoleNotAssigned"
    assert GRANT.command in outcome.failure.suggested_action
    assert '"Storage Blob Data Reader"' in GRANT.command
