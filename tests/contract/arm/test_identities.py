"""The product's own client of identities against simulated Azure."""

import asyncio

from activities.begin_resource import begin_resource
from clients.factory import ClientFactory
from domain.arm.error_classification import classify_response
from domain.arm.resource_kinds import KINDS
from domain.outcomes import Outcome
from tests.contract.arm.test_resources import GROUP, build, finish, target_of
from tests.support.fake_hub import a_hub
from tests.support.payloads import SECRETS, a_resource
from tests.support.specs import a_spec

CELL = [GROUP, ("managedCluster", "westeurope")]


async def begin(clients: ClientFactory, kind: str) -> Outcome:
    spec = a_spec(workload={"image": "llm:1", "secrets": SECRETS})
    return await begin_resource(a_resource(kind, "westeurope"), clients, a_hub(spec))


def id_of(clients: ClientFactory, kind: str) -> str:
    return KINDS[kind].build_id(target_of(clients, kind, "westeurope"))


async def test_an_identity_and_its_credential_are_made_at_once_and_again_and_again(
    clients: ClientFactory,
) -> None:
    await build(clients, CELL)
    for _ in range(2):
        for kind in ("identity", "federatedCredential"):
            resource_id = id_of(clients, kind)
            assert await begin(clients, kind) == Outcome.succeeded().about(resource_id)
    cluster = await clients.resources.get(id_of(clients, "managedCluster"))
    credential = await clients.resources.get(id_of(clients, "federatedCredential"))
    issuer = cluster.body["properties"]["oidcIssuerProfile"]["issuerURL"]
    assert credential.body["properties"]["issuer"] == issuer


async def test_they_go_with_their_cell(clients: ClientFactory) -> None:
    await build(clients, CELL)
    await begin(clients, "identity")
    await begin(clients, "federatedCredential")
    group_id = KINDS["resourceGroup"].build_id(target_of(clients, *GROUP))
    await finish(clients, group_id, await clients.resources.begin_delete(group_id))
    for kind in ("identity", "federatedCredential"):
        assert (await clients.resources.get(id_of(clients, kind))).status == 404


async def test_without_a_cluster_there_is_no_issuer(clients: ClientFactory) -> None:
    await build(clients, [GROUP])
    await begin(clients, "identity")
    outcome = await begin(clients, "federatedCredential")
    assert outcome.failure
    assert outcome.failure.reason == "ResourceMissing"


async def test_writes_at_once_are_refused_for_a_while(clients: ClientFactory) -> None:
    await build(clients, CELL)
    await begin(clients, "identity")
    credential_id = id_of(clients, "federatedCredential")
    body = {"properties": {"issuer": "https://x/", "subject": "y", "audiences": ["z"]}}
    answers = await asyncio.gather(
        *(clients.resources.begin_put(f"{credential_id}{n}", body) for n in range(2))
    )
    refused = max(answers, key=lambda each: each.status)
    failure = classify_response(refused.status, refused.body, "PUT federatedCredential")
    assert (refused.status, failure.reason, failure.retryable) == (
        409,
        "OperationInProgress",
        True,
    )


async def test_the_add_on_of_a_cell_with_secrets_stays_when_they_go(
    clients: ClientFactory,
) -> None:
    await build(clients, [GROUP])
    begun = await begin(clients, "managedCluster")
    assert begun.handle
    assert begun.handle.operation_url
    cluster_id = id_of(clients, "managedCluster")
    while (await clients.resources.get(cluster_id)).body["properties"][
        "provisioningState"
    ] != "Succeeded":
        await asyncio.sleep(0.1)
    found = await clients.resources.get(cluster_id)
    addon = found.body["properties"]["addonProfiles"]["azureKeyvaultSecretsProvider"]
    assert addon["config"] == {"enableSecretRotation": "true", "rotationPollInterval": "2m"}
    assert addon["identity"]
    without = await begin_resource(a_resource("managedCluster", "westeurope"), clients, a_hub())
    for outcome in (await begin(clients, "managedCluster"), without):
        assert outcome.is_success, "nothing to change"
