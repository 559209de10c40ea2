"""The product's client of container registries, and its activities, against simulated Azure."""

from datetime import timedelta
from typing import Any

import pytest

from activities.ensure_registry_access import ensure_registry_access
from activities.resolve_image import resolve_image
from clients.answers import NoAnswer
from clients.factory import ClientFactory
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.arm.role_assignments import RoleGrant
from domain.catalog.roles import ACR_PULL
from domain.durable.inputs import ImageInput, RegistryAccessInput
from domain.images.answers import Stage
from domain.outcomes import Outcome
from domain.spec.image_reference import parse_image
from emulators.azure.process import RunningSimulator
from emulators.tests.support.simulator import Control
from tests.contract.arm.test_resources import CELL, build

HOST = "acmeml.azurecr.io"
IMAGE = f"{HOST}/team/llm:1.4.2"
FIREWALL = "client with IP '1.2.3.4' is not allowed access."


async def a_registry(control: Control, simulator: RunningSimulator, *, app: bool = True) -> str:
    """Its ARM id; `app`: whether the app may pull."""
    pullers = [simulator.simulator.tokens.principal_id] if app else []
    body = {"name": "acmeml", "group": "shared", "pullers": pullers}
    return (await control.call("PUT", "/registries", body))["id"]


async def push(control: Control, **image: Any) -> str:
    """The digest."""
    body = {"host": HOST, "repository": "team/llm", "tag": "1.4.2", **image}
    return (await control.call("POST", "/images", body))["digest"]


async def resolve(clients: ClientFactory, image: str = IMAGE) -> Outcome:
    value = ImageInput(operation_id="fraud-llm.1", environment="fraud-llm", image=image)
    return await resolve_image(value.to_wire(), clients)


def warning_of(outcome: Outcome) -> str:
    assert outcome.is_success, outcome
    assert outcome.warnings
    return outcome.warnings[0].message


@pytest.mark.parametrize("platforms", [["linux/amd64"], ["linux/amd64", "linux/arm64"]])
async def test_a_tag_and_a_digest_lead_to_the_digest(
    clients: ClientFactory, control: Control, simulator: RunningSimulator, platforms: list[str]
) -> None:
    await a_registry(control, simulator)
    digest = await push(control, platforms=platforms)
    assert await resolve(clients) == Outcome.succeeded(digest=digest)
    by_digest = f"{HOST}/team/llm@{digest}"
    assert await resolve(clients, by_digest) == Outcome.succeeded(digest=digest)


async def test_a_tag_that_has_moved_leads_elsewhere(
    clients: ClientFactory, control: Control, simulator: RunningSimulator
) -> None:
    await a_registry(control, simulator)
    first = await push(control)
    second = await push(control, content="another build")
    assert first != second
    assert await resolve(clients) == Outcome.succeeded(digest=second)
    old = await resolve(clients, f"{HOST}/team/llm@{first}")
    assert old == Outcome.succeeded(digest=first)


async def test_an_image_of_one_platform_is_refused_by_its_configuration(
    clients: ClientFactory, control: Control, simulator: RunningSimulator
) -> None:
    await a_registry(control, simulator)
    await push(control, platforms=["linux/arm64"])
    failure = (await resolve(clients)).failure
    assert failure
    assert failure.reason == "ImagePlatformMissing"
    assert "is built for linux/arm64" in failure.message


async def test_a_configuration_that_is_refused_keeps_nothing_from_running(
    clients: ClientFactory, control: Control, simulator: RunningSimulator
) -> None:
    await a_registry(control, simulator)
    digest = await push(control, platforms=["linux/arm64"])
    await control.add_fault(match={"host": "eusmanaged17.blob.core.windows.net"}, status=403)
    assert await resolve(clients) == Outcome.succeeded(digest=digest)


async def test_weights_are_looked_up_beside_the_image(
    clients: ClientFactory, control: Control, simulator: RunningSimulator
) -> None:
    await a_registry(control, simulator)
    image = await push(control)
    weights = await push(control, repository="weights", platforms=["linux/arm64"])

    async def look(digest: str, **more: str) -> Outcome:
        named = {"operation_id": "fraud-llm.1", "environment": "fraud-llm", **more}
        value = ImageInput(**named, weights=f"{HOST}/weights@{digest}")
        return await resolve_image(value.to_wire(), clients)

    assert await look(weights) == Outcome.succeeded()
    assert await look(weights, image=IMAGE) == Outcome.succeeded(digest=image)
    failure = (await look(f"sha256:{'0' * 64}", image=IMAGE)).failure
    assert failure
    assert failure.reason == "WeightsNotFound"
    assert failure.message.startswith("workload.model.source ")


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (f"{HOST}/team/llm:wrong-tag", 'manifest tagged by "wrong-tag" is not found'),
        (f"{HOST}/team/llm@sha256:{'0' * 64}", f"manifest sha256:{'0' * 64} is not found"),
        (f"{HOST}/other:1", 'repository "other" is not found'),
    ],
)
async def test_what_is_not_there_is_refused(
    clients: ClientFactory, control: Control, simulator: RunningSimulator, image: str, said: str
) -> None:
    await a_registry(control, simulator)
    await push(control)
    failure = (await resolve(clients, image)).failure
    assert failure
    assert failure.reason == "ImageNotFound"
    assert said in failure.message


async def test_an_image_of_another_platform_is_refused(
    clients: ClientFactory, control: Control, simulator: RunningSimulator
) -> None:
    await a_registry(control, simulator)
    await push(control, platforms=["linux/arm64", "windows/amd64"])
    failure = (await resolve(clients)).failure
    assert failure
    assert failure.reason == "ImagePlatformMissing"


async def test_an_app_without_a_role_is_told_so_at_the_exchange(
    clients: ClientFactory, control: Control, simulator: RunningSimulator
) -> None:
    await a_registry(control, simulator, app=False)
    await push(control)
    answer = await clients.registries.get_manifest(parse_image(IMAGE))
    assert (answer.stage, answer.status) == (Stage.EXCHANGE, 401)
    assert "give it AcrPull" in warning_of(await resolve(clients))


async def test_a_firewall_is_a_warning(
    clients: ClientFactory, control: Control, simulator: RunningSimulator
) -> None:
    await a_registry(control, simulator)
    await push(control)
    body = {"errors": [{"code": "DENIED", "message": FIREWALL}]}
    await control.add_fault(match={"host": HOST}, status=403, body=body)
    assert FIREWALL in warning_of(await resolve(clients))


async def test_a_registry_that_does_not_answer_is_a_warning(clients: ClientFactory) -> None:
    with pytest.raises(NoAnswer):
        await clients.registries.get_manifest(parse_image(IMAGE))
    assert "does not answer the app" in warning_of(await resolve(clients))


async def grant(clients: ClientFactory, registry: str) -> Outcome:
    value = RegistryAccessInput(
        operation_id="fraud-llm.1",
        environment="fraud-llm",
        region="westeurope",
        registry=registry,
    )
    return await ensure_registry_access(value.to_wire(), clients)


async def test_the_nodes_of_a_cell_get_the_role_once(
    clients: ClientFactory, control: Control, simulator: RunningSimulator
) -> None:
    registry = await a_registry(control, simulator)
    missing = (await grant(clients, registry)).failure
    assert missing
    assert missing.reason == "ClusterMissing"
    _, cluster_id = await build(clients, CELL)
    target = ResourceTarget(
        "roleAssignment",
        "fraud-llm",
        "westeurope",
        clients.settings.subscription_id,
        grant=RoleGrant(registry, ACR_PULL),
    )
    assignment_id = KINDS["roleAssignment"].build_id(target)
    for _ in range(2):
        assert await grant(clients, registry) == Outcome.succeeded().about(assignment_id)
    azure = simulator.simulator.azure
    found = azure.platform.resources.get(cluster_id)
    assert found
    kubelet = found.properties["identityProfile"]["kubeletidentity"]["objectId"]
    clock = azure.platform.clock
    assert not azure.role_assignments.has_role(kubelet, ACR_PULL, registry), "not at once"
    clock.advance_to(clock.now() + timedelta(minutes=2))
    assert azure.role_assignments.has_role(kubelet, ACR_PULL, registry)
