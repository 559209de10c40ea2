"""Checks of requests to the cluster and its gateways, with the environment asleep."""

from collections.abc import Callable
from datetime import timedelta

from clients.answers import ArmAnswer, NoAnswer
from domain.arm.naming import INFERENCE_NAMESPACE
from domain.serving.counter_pods import find_counter_pods
from domain.serving.counters import read_gateway
from domain.serving.gateway.answers import STATE_RETRY_AFTER_SECONDS
from tests.azure.azure import Azure, describe
from tests.azure.checks_cluster import gateway_of
from tests.azure.checks_edge import EDGE_KINDS, host_name
from tests.azure.checks_pool import with_manifests
from tests.azure.seen import NotTried, Seen

PAUSE = 15.0
ADDRESS_COMES = 15 * 60.0
EDGE_REACHES = 20 * 60.0
GATEWAY_COMES = 10 * 60.0
BURST = 5
QUIET = timedelta(minutes=4)
COUNTED = 15 * 60.0
LAST_REQUEST = "last request"


async def check_asleep_answer(azure: Azure) -> Seen:
    await _need_traffic(azure)
    answer = await _await_answer(azure, is_asleep)
    return Seen.of(answer is not None and is_asleep(answer), _describe(answer))


async def check_front_door_id(azure: Azure) -> Seen:
    """The gateway refuses any other id than the profile's, and requests without one."""
    await _need_traffic(azure)
    answer = await _await_answer(azure, is_of_gateway)
    is_admitted = answer is not None and is_asleep(answer)
    return Seen.of(is_admitted, _describe(answer))


async def _await_answer(azure: Azure, is_it: Callable[[ArmAnswer], bool]) -> ArmAnswer | None:
    """The first of this kind; the latest of another one if none comes."""
    began, answer = azure.clock.now(), None
    while azure.seconds_since(began) < EDGE_REACHES:
        answer = await _ask(azure) or answer
        if answer is not None and is_it(answer):
            return answer
        await azure.clock.sleep(PAUSE)
    return answer


def _describe(answer: ArmAnswer | None) -> str:
    return f"the client gets {describe(answer) if answer else 'no answer'}"


async def check_request_count(azure: Azure) -> Seen:
    """Some quiet minutes, in which only probes reach the origin, and then a burst."""
    await _need_traffic(azure)
    await _be_quiet(azure)
    burst_at = azure.clock.now()
    for _ in range(BURST):
        await _ask(azure)
    began, counted = azure.clock.now(), dict[str, float]()
    while azure.seconds_since(began) < COUNTED:
        await azure.clock.sleep(60)
        profile = azure.subject.id_of("profile")
        found = await azure.clients.metrics.request_counts([profile], burst_at - QUIET)
        samples = found[profile] or ()
        minute = burst_at.replace(second=0, microsecond=0)
        quiet = sum(each.count for each in samples if each.at < minute)
        counted = {"probes": quiet, "burst": sum(each.count for each in samples) - quiet}
        if counted["burst"] >= BURST:
            break
    return Seen.of(
        counted == {"probes": 0, "burst": BURST},
        f"{BURST} requests were counted as {counted.get('burst', 0):.0f}, probes of "
        f"{QUIET.total_seconds() / 60:.0f} min before as {counted.get('probes', 0):.0f}; "
        f"known after {azure.seconds_since(began):.0f} s",
    )


async def check_pod_counters(azure: Azure) -> Seen:
    """Through the API server, as a sweep does; the caller's role is wider than the app's."""
    kubernetes = await with_manifests(azure)
    pods = f"/api/v1/namespaces/{INFERENCE_NAMESPACE}/pods"
    began, seen = azure.clock.now(), "no pod"
    while azure.seconds_since(began) < GATEWAY_COMES:
        listed = await kubernetes.get(pods)
        found = listed.body["items"] if listed.is_success else []
        for pod in find_counter_pods(found, azure.subject.spec.name):
            answer = await kubernetes.get(f"{pods}/{pod.name}:{pod.port}/proxy/{pod.path}")
            seen = describe(answer)
            if answer.is_success and (counters := read_gateway(str(answer.body), pod.restarts)):
                return Seen.of(True, f"{pod.name} has counted {counters.to_wire()}")
        await azure.clock.sleep(PAUSE)
    return Seen.of(False, seen)


def is_of_gateway(answer: ArmAnswer) -> bool:
    return "x-ms-error-code" in {name.lower() for name in answer.headers}


def is_asleep(answer: ArmAnswer) -> bool:
    return (
        answer.status == 503
        and answer.headers.get("Retry-After") == str(STATE_RETRY_AFTER_SECONDS)
        and isinstance(answer.body, dict)
        and answer.body.get("error", {}).get("code") == "EnvironmentAsleep"
    )


async def _need_traffic(azure: Azure) -> None:
    """Edge, objects and a public address. An edge that was refused an origin gets it now."""
    kubernetes = await with_manifests(azure)
    await azure.need("profile")
    profile = (await azure.get("profile")).body["properties"]["frontDoorId"]
    for manifest in gateway_of(azure.subject, profile):
        await kubernetes.apply(manifest)
    name, began = azure.subject.spec.name, azure.clock.now()
    path = f"/api/v1/namespaces/{INFERENCE_NAMESPACE}/services/{name}"
    while not _has_address(await kubernetes.get(path)):
        if azure.seconds_since(began) > ADDRESS_COMES:
            raise NotTried(f"no public address within {ADDRESS_COMES / 60:.0f} min")
        await azure.clock.sleep(PAUSE)
    for kind in ("origin", "route"):
        if kind in azure.built and not azure.built[kind].end.is_success:
            del azure.built[kind]
    await azure.need(*EDGE_KINDS)


def _has_address(answer: ArmAnswer) -> bool:
    status = answer.body.get("status", {}) if answer.is_success else {}
    return bool(status.get("loadBalancer", {}).get("ingress"))


async def _be_quiet(azure: Azure) -> None:
    last = azure.facts.get(LAST_REQUEST)
    since = azure.seconds_since(last) if last else 0.0
    await azure.clock.sleep(max(0.0, QUIET.total_seconds() + 60 - since))


async def _ask(azure: Azure) -> ArmAnswer | None:
    azure.facts[LAST_REQUEST] = azure.clock.now()
    try:
        return await azure.clients.ask_edge(host_name(azure), "/v1/models")
    except NoAnswer:
        return None
