"""Checks of Front Door, all on the one edge that they build together."""

import asyncio
from datetime import timedelta

from clients.answers import NoAnswer
from domain.arm.error_classification import classify_response
from domain.arm.naming import origin_host
from tests.azure.azure import Azure, describe
from tests.azure.seen import NotTried, Seen

EDGE_KINDS = (
    *("profile", "endpoint", "originGroup", "origin"),
    *("route", "wafPolicy", "securityPolicy"),
)
"""In the product's order; the group is there before any check."""

LONGEST_PROPAGATION = 10 * 60.0
TOLERANCE = 60.0
"""Of the measurement: the edge is asked every few seconds, and not from everywhere."""

PATIENCE = 20 * 60.0
PAUSE = 10.0


async def check_parts_at_once(azure: Azure) -> Seen:
    await azure.need("profile")
    kinds = ("endpoint", "originGroup")
    answers = await asyncio.gather(
        *(azure.put(kind, azure.subject.body_of(kind)) for kind in kinds)
    )
    seen: dict[str, str] = {}
    taken = True
    for kind, answer in zip(kinds, answers, strict=True):
        end = await azure.follow(kind, answer, f"PUT {kind}")
        seen[kind] = end.reason if answer.is_success else describe(answer)
        taken = taken and end.is_success
    return Seen.of(taken, "; ".join(f"{kind}: {each}" for kind, each in seen.items()))


async def check_origin_before_dns(azure: Azure) -> Seen:
    await azure.need("profile", "endpoint", "originGroup")
    subject = azure.subject
    origin = await azure.build("origin")
    host = origin_host(subject.spec.name, subject.region, subject.subscription_id)
    done = f"PUT of an origin with the host name {host}: HTTP {origin.answer.status}"
    return Seen.of(origin.end.is_success, f"{done}, {origin.end.reason}")


async def check_longest_names(azure: Azure) -> Seen:
    built = {kind: await azure.build(kind) for kind in EDGE_KINDS}
    refused = {kind: each.end.reason for kind, each in built.items() if not each.end.is_success}
    if "origin" in refused:
        raise NotTried(f"the origin was refused for another reason: {refused['origin']}")
    length = len(azure.subject.spec.name)
    what = (
        f"a name of {length} characters: {len(built) - len(refused)} of {len(built)} kinds built"
    )
    return Seen.of(not refused, "; ".join([what, *(f"{k}: {r}" for k, r in refused.items())]))


async def check_unchanged_put(azure: Azure) -> Seen:
    await azure.need(*EDGE_KINDS)
    begun: dict[str, str] = {}
    for kind in EDGE_KINDS:
        existing = await azure.get(kind)
        answer = await azure.put(kind, azure.subject.body_of(kind, existing.body))
        if answer.status != 200 or answer.operation_url:
            begun[kind] = describe(answer)
            await azure.follow(kind, answer, f"PUT {kind}")
    if begun:
        return Seen.of(False, "; ".join(f"{kind}: {each}" for kind, each in begun.items()))
    return Seen.of(True, f"{len(EDGE_KINDS)} kinds answered 200 and began no operation")


async def check_endpoint_name_in_tenant(azure: Azure) -> Seen:
    await azure.need("profile", "endpoint")
    subject = azure.subject
    other = f"{subject.id_of('profile')}-2"
    endpoint = subject.id_of("endpoint").rpartition("/")[2]
    resources = azure.clients.resources
    begun = await resources.begin_put(other, subject.body_of("profile"))
    end = await azure.follow("profile", begun, "PUT profile")
    if not end.is_success:
        raise NotTried(f"no second profile: {end.reason}")
    answer = await resources.begin_put(
        f"{other}/afdEndpoints/{endpoint}", subject.body_of("endpoint")
    )
    failure = classify_response(answer.status, answer.body, "PUT endpoint")
    await azure.follow("endpoint", answer, "PUT endpoint")
    deleted = await resources.begin_delete(other)
    await azure.follow("profile", deleted, "DELETE profile")
    is_taken = answer.status == 409 and failure.reason == "NameTaken"
    return Seen.of(is_taken, f"the same endpoint name in a second profile: {describe(answer)}")


async def check_propagation(azure: Azure) -> Seen:
    """What the edge answers besides 404 comes from the route, which leads nowhere yet."""
    await azure.need(*EDGE_KINDS)
    route = azure.built["route"]
    began = route.at + timedelta(seconds=route.end.seconds)
    answer = "no answer"
    while azure.seconds_since(began) < PATIENCE:
        answer = await _ask(azure)
        if answer not in {"no answer", "HTTP 404"}:
            seconds = azure.seconds_since(began)
            what = f"{seconds:.0f} s after the route the edge answers {answer}"
            return Seen.of(seconds <= LONGEST_PROPAGATION + TOLERANCE, what)
        await azure.clock.sleep(PAUSE)
    return Seen.of(False, f"{PATIENCE:.0f} s after the route the edge still answers {answer}")


async def check_metrics_beside_missing(azure: Azure) -> Seen:
    await azure.need("profile")
    profile = azure.subject.id_of("profile")
    missing = f"{profile}-missing"
    found = await azure.clients.metrics.request_counts(
        [profile, missing], azure.built["profile"].at
    )
    told = {
        name: "not known" if found[each] is None else "known"
        for name, each in (("the profile", profile), ("a missing one", missing))
    }
    agrees = found[profile] is not None and found[missing] is None
    return Seen.of(agrees, f"counts of both in one batch: {told}")


async def check_deletion_in_use(azure: Azure) -> Seen:
    return await _delete_in_use(azure, "originGroup", "endpoint")


async def check_waf_deletion_in_use(azure: Azure) -> Seen:
    return await _delete_in_use(azure, "wafPolicy")


async def _delete_in_use(azure: Azure, *kinds: str) -> Seen:
    await azure.need(*EDGE_KINDS)
    seen: dict[str, str] = {}
    is_refused = True
    for kind in kinds:
        answer = await azure.clients.resources.begin_delete(azure.subject.id_of(kind))
        seen[kind] = describe(answer)
        if answer.status != 400:
            is_refused = False
            await azure.follow(kind, answer, f"DELETE {kind}")
    return Seen.of(is_refused, "; ".join(f"{kind}: {each}" for kind, each in seen.items()))


async def _ask(azure: Azure) -> str:
    try:
        path = azure.subject.spec.workload.health_path
        answer = await azure.clients.ask_edge(host_name(azure), path)
    except NoAnswer:
        return "no answer"
    return f"HTTP {answer.status}"


def host_name(azure: Azure) -> str:
    """Known as soon as the endpoint's PUT is answered."""
    return azure.built["endpoint"].answer.body["properties"]["hostName"]
