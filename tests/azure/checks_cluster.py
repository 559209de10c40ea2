"""Checks of the cluster while it is created, and of its power."""

from typing import Any

from clients.answers import ArmAnswer
from domain.arm.agent_pool import build_autoscaled_pool, read_power_state
from domain.arm.error_classification import classify_response
from domain.arm.resource_kinds import KINDS
from domain.kubernetes.manifests import build_workload
from domain.outcomes import Status
from domain.serving.gateway.settings import ENVOY_IMAGE, GatewayState, Installation
from domain.serving.manifests import build_gateway
from tests.azure.azure import Azure, describe
from tests.azure.cluster import cluster_of, need_cluster
from tests.azure.kubernetes import connect
from tests.azure.seen import NotTried, Seen
from tests.azure.subject import Subject

AKS_VERSION = "2026-08-01"
"""Of the package that the product uses."""

NO_FRONT_DOOR = "00000000-0000-0000-0000-000000000000"
HEALING = 10 * 60.0
PAUSE = 30.0


async def check_cluster_body(azure: Azure) -> Seen:
    built = await cluster_of(azure)
    took = f"after {built.end.seconds / 60:.1f} min" if built.answer.is_success else ""
    what = f"PUT {built.answer.status}, {built.end.reason} {took}".strip()
    return Seen.of(built.end.is_success, what)


async def check_busy_cluster(azure: Azure) -> Seen:
    await cluster_of(azure)
    answer = azure.facts.get("busy")
    if answer is None:
        raise NotTried("the cluster's creation was refused")
    failure = classify_response(answer.status, answer.body, "PUT managedCluster")
    is_repeated = answer.status == 409 and failure.retryable
    return Seen.of(is_repeated, f"{describe(answer)}, which is {failure.reason} to Gridplane")


async def check_maintenance(azure: Azure) -> Seen:
    """The second time with the body that the product builds from what it finds."""
    await need_cluster(azure)
    seen: list[str] = []
    for kind in ("autoUpgradeSchedule", "nodeOSUpgradeSchedule"):
        first = await azure.put(kind, azure.subject.body_of(kind))
        found = (await azure.get(kind)).body
        again = await azure.put(kind, azure.subject.body_of(kind, found))
        is_current = KINDS[kind].is_current
        assert is_current
        seen += [
            describe(answer)
            for answer in (first, again)
            if answer.status not in {200, 201} or answer.operation_url
        ]
        if not is_current(found, azure.subject.body_of(kind)):
            seen.append(f"{kind} differs from what was sent: {found}")
    return Seen.of(not seen, "; ".join(seen) or "both windows are as they were sent, at once")


async def check_start_of_running(azure: Azure) -> Seen:
    await need_cluster(azure)
    answer = await azure.clients.aks.begin_start(azure.subject.id_of("managedCluster"))
    await azure.follow("managedCluster", answer, "POST managedCluster/start")
    return Seen.of(answer.status == 400, f"start of a running cluster: {describe(answer)}")


async def check_stopped_cluster(azure: Azure) -> Seen:
    await need_cluster(azure)
    stopped = await _post(azure, "stop")
    end = await azure.follow("managedCluster", stopped, "POST managedCluster/stop")
    if not end.is_success:
        return Seen.of(False, f"stop: {describe(stopped)}, {end.reason}")
    states = {
        kind: read_power_state((await azure.get(kind)).body["properties"])
        for kind in ("managedCluster", "agentPool")
    }
    pool = (await azure.get("agentPool")).body
    refused = await azure.put("agentPool", build_autoscaled_pool(pool, 0, 1))
    failure = classify_response(refused.status, refused.body, "PUT agentPool")
    again = await _post(azure, "stop")
    begun = await azure.clients.aks.begin_start(azure.subject.id_of("managedCluster"))
    started = await azure.follow("managedCluster", begun, "POST managedCluster/start")
    agrees = (
        set(states.values()) == {"stopped"}
        and (refused.status, failure.reason) == (400, "ClusterStopped")
        and again.status == 400
        and started.is_success
    )
    return Seen.of(
        agrees,
        f"stopped after {end.seconds:.0f} s, power states {states}; PUT of the pool: "
        f"{describe(refused)}, which is {failure.reason} to Gridplane; stop again: "
        f"{describe(again)}; started after {started.seconds:.0f} s: {started.reason}",
    )


async def check_healing(azure: Azure) -> Seen:
    """Only if an operation of this run has failed: none can be made to fail on purpose."""
    if not azure.failed:
        raise NotTried("no operation on the cluster or its pool failed in this run")
    resource_id, at = next(iter(azure.failed.items()))
    state = "Failed"
    while state == "Failed" and azure.seconds_since(at) < HEALING:
        await azure.clock.sleep(PAUSE)
        found = await azure.clients.resources.get(resource_id)
        state = found.body["properties"]["provisioningState"] if found.is_success else "gone"
    name = resource_id.rpartition("/")[2]
    what = f"{azure.seconds_since(at):.0f} s after its operation had failed, {name} was {state}"
    return Seen.of(state in {Status.FAILED.value, Status.SUCCEEDED.value}, what)


def gateway_of(subject: Subject, front_door_id: str) -> list[dict[str, Any]]:
    """Open to whoever comes through the Front Door: no tokens are needed to see it answer."""
    installation = Installation(ENVOY_IMAGE, None, "")
    return build_gateway(
        subject.spec,
        subject.region,
        subject.subscription_id,
        installation,
        front_door_id,
        GatewayState.ASLEEP,
    )


async def check_manifests(azure: Azure) -> Seen:
    """The product's objects as of a sleeping environment."""
    kubernetes = await connect(azure)
    workload = build_workload(azure.subject.spec, 0)
    manifests = [*workload, *gateway_of(azure.subject, NO_FRONT_DOOR)]
    refused = [
        f"{each['kind']} {each['metadata']['name']}: {describe(answer)}"
        for each in manifests
        if not (answer := await kubernetes.apply(each)).is_success
    ]
    azure.facts["manifests"] = manifests
    return Seen.of(not refused, "; ".join(refused) or f"{len(manifests)} objects applied")


async def _post(azure: Azure, action: str) -> ArmAnswer:
    path = f"{azure.subject.id_of('managedCluster')}/{action}"
    return await azure.clients.arm("POST", path, AKS_VERSION)
