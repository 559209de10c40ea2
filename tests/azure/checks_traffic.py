"""Checks of requests through the edge to the cluster, with the environment asleep."""

from datetime import timedelta
from typing import Any

from domain.kubernetes.responder import RESPONDER_RETRY_AFTER_SECONDS, responder_name

from clients.answers import ArmAnswer, NoAnswer
from domain.arm.naming import INFERENCE_NAMESPACE
from tests.azure.azure import Azure, describe
from tests.azure.checks_edge import EDGE_KINDS, host_name
from tests.azure.checks_pool import with_manifests
from tests.azure.seen import NotTried, Seen

PAUSE = 15.0
ADDRESS_COMES = 15 * 60.0
EDGE_REACHES = 20 * 60.0
SEEN_ID = "X-Seen-FDID"
"""Header with which the responder shows what it was sent."""

BURST = 5
QUIET = timedelta(minutes=4)
COUNTED = 15 * 60.0
LAST_REQUEST = "last request"


async def check_asleep_answer(azure: Azure) -> Seen:
    await _need_traffic(azure)
    began, seen = azure.clock.now(), "no answer"
    while azure.seconds_since(began) < EDGE_REACHES:
        answer = await _ask(azure)
        if answer is not None:
            seen = describe(answer)
            if is_of_responder(answer):
                seconds = azure.seconds_since(began)
                return Seen.of(
                    True, f"after {seconds:.0f} s the client gets the responder's {seen}"
                )
        await azure.clock.sleep(PAUSE)
    return Seen.of(False, f"for {EDGE_REACHES / 60:.0f} min the client gets {seen}")


async def check_front_door_id(azure: Azure) -> Seen:
    await _need_traffic(azure)
    profile = (await azure.get("profile")).body["properties"]["frontDoorId"]
    began, sent = azure.clock.now(), ""
    while not sent and azure.seconds_since(began) < EDGE_REACHES:
        answer = await _ask(azure)
        sent = answer.headers.get(SEEN_ID, "") if answer else ""
        await azure.clock.sleep(0 if sent else PAUSE)
    what = f"X-Azure-FDID at the origin: {sent or 'none'}; frontDoorId of the profile: {profile}"
    return Seen.of(sent.lower() == profile.lower(), what)


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


def is_of_responder(answer: ArmAnswer) -> bool:
    return (
        answer.status == 503
        and answer.headers.get("Retry-After") == str(RESPONDER_RETRY_AFTER_SECONDS)
        and isinstance(answer.body, dict)
        and answer.body.get("error", {}).get("code") == "EnvironmentAsleep"
    )


def showing_headers(manifest: dict[str, Any]) -> dict[str, Any]:
    """The responder's Deployment, which answers with the Front Door id that it was sent as well.

    Caddy replaces placeholders in the headers of a fixed answer.
    """
    pod = manifest["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    shown = ["--header", f"{SEEN_ID}: {{http.request.header.X-Azure-FDID}}"]
    containers = [{**container, "args": [*shown, *container["args"]]}]
    template = {**manifest["spec"]["template"], "spec": {**pod, "containers": containers}}
    return {**manifest, "spec": {**manifest["spec"], "template": template}}


async def _need_traffic(azure: Azure) -> None:
    """Edge, objects and a public address. An edge that was refused an origin gets it now."""
    kubernetes = await with_manifests(azure)
    responder = responder_name(azure.subject.spec.name)
    for manifest in azure.facts["manifests"]:
        if manifest["metadata"]["name"] == responder:
            await kubernetes.apply(showing_headers(manifest))
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
