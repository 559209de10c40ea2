"""The gateway's certificate: the role to read it, the objects to mount it, and what is served."""

import json
from typing import Any

import pytest

from activities.apply_gateway import apply_gateway
from activities.ensure_certificate_access import ensure_certificate_access
from activities.get_observation import get_observation
from clients.answers import KubernetesRefused
from domain.arm import naming
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.arm.role_assignments import RoleGrant
from domain.catalog.roles import KEY_VAULT_SECRETS_USER
from domain.durable.inputs import GatewayInput, IdentityAccessInput, ObservationInput
from domain.kubernetes.observation import Observation
from domain.outcomes import Outcome
from domain.placement.offers import list_offers
from domain.serving.gateway.settings import GatewayState
from tests.support.certificates import CERTIFICATE_VAULT_ID, HOST, https_edge
from tests.support.fake_clients import SUBSCRIPTION, FakeClients
from tests.support.fake_hub import a_hub
from tests.support.specs import a_spec

PRINCIPAL = "99999999-2222-4333-8444-555555555555"
IDENTITY = naming.identity_id(SUBSCRIPTION, "fraud-llm", "westeurope")
GRANT = RoleGrant(CERTIFICATE_VAULT_ID, KEY_VAULT_SECRETS_USER, PRINCIPAL)
ROLE = KINDS["roleAssignment"].build_id(
    ResourceTarget("roleAssignment", "fraud-llm", "westeurope", SUBSCRIPTION, grant=GRANT)
)
CELL = IdentityAccessInput(
    operation_id="fraud-llm.1", environment="fraud-llm", region="westeurope"
)
GATEWAY = GatewayInput(
    operation_id="fraud-llm.1",
    environment="fraud-llm",
    offer=list_offers(a_spec(), "westeurope")[0],
    state=GatewayState.SERVING,
)
OBSERVED = ObservationInput(
    operation_id="fraud-llm.1",
    environment="fraud-llm",
    region="westeurope",
    certificate_domain="llm.example.com",
)
SERVED = {"subject_alt_names": [{"dns": HOST}], "expiration_time": "2027-11-22T12:00:00Z"}
TOLD = json.dumps({"certificates": [{"cert_chain": [SERVED]}]})


def clients_with_identity() -> FakeClients:
    clients = FakeClients()
    properties = {"clientId": "client", "tenantId": "tenant", "principalId": PRINCIPAL}
    tags = naming.environment_tags(a_spec())
    clients.arm.add(IDENTITY, location="westeurope", tags=tags, properties=properties)
    return clients


async def grant(clients: FakeClients, **certificate: Any) -> Outcome:
    hub = a_hub(a_spec(**https_edge(**certificate)))
    return await ensure_certificate_access(CELL.to_wire(), clients.as_factory(), hub)


async def test_the_identity_may_read_the_vault_once():
    clients = clients_with_identity()
    for _ in range(2):
        outcome = await grant(clients, keyVaultId=CERTIFICATE_VAULT_ID)
        assert outcome == Outcome.succeeded().about(ROLE)
    assert clients.arm.bodies[ROLE]["properties"]["principalId"] == PRINCIPAL
    assert clients.arm.sent("PUT") == [f"PUT {ROLE.rpartition('/')[2]}"]


async def test_without_the_vaults_resource_id_the_role_is_expected_to_be_there():
    clients = clients_with_identity()
    assert await grant(clients) == Outcome.succeeded()
    assert clients.arm.sent("GET", "PUT") == []


async def test_the_gateway_comes_with_what_mounts_its_certificate():
    clients = clients_with_identity()
    profile = naming.profile_id(SUBSCRIPTION, "fraud-llm")
    clients.arm.add(profile, properties={"frontDoorId": "0a1b2c3d"})
    hub = a_hub(a_spec(**https_edge()))
    assert (await apply_gateway(GATEWAY.to_wire(), clients.as_factory(), hub)).is_success
    kinds = [each["kind"] for each in clients.cluster.applied]
    assert kinds[:3] == ["ServiceAccount", "SecretProviderClass", "ConfigMap"]
    assert clients.cluster.applied[1]["spec"]["parameters"]["clientID"] == "client"


async def test_a_gateway_is_not_applied_before_the_identity_is_there():
    clients = FakeClients()
    profile = naming.profile_id(SUBSCRIPTION, "fraud-llm")
    clients.arm.add(profile, properties={"frontDoorId": "0a1b2c3d"})
    hub = a_hub(a_spec(**https_edge()))
    outcome = await apply_gateway(GATEWAY.to_wire(), clients.as_factory(), hub)
    assert outcome.failure
    assert clients.cluster.applied == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (TOLD, {"gateway-1": (HOST,)}),
        ('{"certificates": []}', {"gateway-1": None}),
        (KubernetesRefused(503, "ServiceUnavailable", ""), {}),
    ],
)
async def test_an_observation_tells_what_the_gateways_serve(
    answer: str | Exception, expected: dict[str, Any]
):
    clients = FakeClients()
    clients.cluster.pods = [
        {"metadata": {"name": "gateway-1"}, "status": {"phase": "Running"}},
        {"metadata": {"name": "gateway-2"}, "status": {"phase": "Pending"}},
    ]
    clients.cluster.pod_answers["gateway-1:8082/certs"] = answer
    outcome = await get_observation(OBSERVED.to_wire(), clients.as_factory())
    look = Observation.from_wire(outcome.result).certificates
    assert look
    assert look.host == HOST
    served = {pod: found and found.names for pod, found in look.gateways.items()}
    assert served == expected


async def test_gateways_that_need_none_are_not_asked():
    clients = FakeClients()
    value = OBSERVED.model_copy(update={"certificate_domain": None}).to_wire()
    outcome = await get_observation(value, clients.as_factory())
    assert Observation.from_wire(outcome.result).certificates is None
