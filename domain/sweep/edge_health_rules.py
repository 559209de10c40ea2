"""Ordered rules of health about the edge; each that applies is a finding."""

from collections.abc import Callable
from typing import Any

from domain.environment.health import MODEL_NOT_ANSWERING
from domain.sweep.found import Presence
from domain.sweep.health_facts import EdgeFacts
from domain.sweep.health_rule import LOOK_FAILED, REPAIR_IT, TAGS, WAIT, Effect, HealthRule
from domain.sweep.origin_looks import ORIGIN_MISSING, PRIVATE_LINK_NOT_CONNECTED


def _missing(kind: str) -> Callable[[EdgeFacts], bool]:
    return lambda e: e.is_missing(kind)


def _id_of(kind: str) -> Callable[[EdgeFacts], str]:
    return lambda e: e.parts[kind].resource_id


def _id_of_first(presence: Presence) -> Callable[[EdgeFacts], str]:
    return lambda e: (found.resource_id or found.ref.kind) if (found := e.first(presence)) else ""


def _has_lost(kind: str) -> Callable[[EdgeFacts], bool]:
    return lambda e: bool(e.lost(kind))


def _id_of_first_lost(kind: str) -> Callable[[EdgeFacts], str]:
    return lambda e: e.lost(kind)[0].resource_id


def _lost_regions(kind: str) -> Callable[[EdgeFacts], dict[str, Any]]:
    return lambda e: {"regions": [each.ref.region for each in e.lost(kind)]}


def _url(e: EdgeFacts) -> str:
    return f"https://{e.wanted.host_name}{e.wanted.health_path}"


def _was_not_probed(e: EdgeFacts) -> bool:
    return e.wanted.should_answer and (e.probe is None or not e.probe.reached)


EDGE_HEALTH_RULES: tuple[HealthRule[EdgeFacts], ...] = (
    HealthRule(
        LOOK_FAILED,
        Effect.UNREAD,
        lambda e: e.first(Presence.UNREAD) is not None,
        _id_of_first(Presence.UNREAD),
        lambda e: (
            {"look": found.ref.kind, "reason": found.reason}
            if (found := e.first(Presence.UNREAD))
            else {}
        ),
        "A part of the edge could not be read.",
        WAIT,
    ),
    HealthRule(
        "ResourceNotOwned",
        Effect.LAST,
        lambda e: e.first(Presence.FOREIGN) is not None,
        _id_of_first(Presence.FOREIGN),
        lambda e: {},
        "A part of the edge exists, but its tags do not mark it as this environment's.",
        TAGS,
    ),
    HealthRule(
        "EdgeProfileMissing",
        Effect.LOST,
        _missing("profile"),
        _id_of("profile"),
        lambda e: {},
        "The Front Door profile does not exist in Azure.",
        REPAIR_IT,
    ),
    HealthRule(
        "EdgeEndpointMissing",
        Effect.LOST,
        _missing("endpoint"),
        _id_of("endpoint"),
        lambda e: {},
        "The Front Door endpoint does not exist in Azure.",
        REPAIR_IT,
    ),
    HealthRule(
        "WafPolicyMissing",
        Effect.DIFFERENT,
        _missing("wafPolicy"),
        _id_of("wafPolicy"),
        lambda e: {},
        "The web application firewall policy does not exist in Azure.",
        REPAIR_IT,
    ),
    HealthRule(
        ORIGIN_MISSING,
        Effect.DIFFERENT,
        _has_lost("origin"),
        _id_of_first_lost("origin"),
        _lost_regions("origin"),
        "The origin of a region does not exist in Azure: the edge sends nothing there.",
        REPAIR_IT,
    ),
    HealthRule(
        PRIVATE_LINK_NOT_CONNECTED,
        Effect.DIFFERENT,
        _has_lost("privateLink"),
        _id_of_first_lost("privateLink"),
        _lost_regions("privateLink"),
        "The Private Link service of a region is gone, or has no approved connection: the edge "
        "reaches nothing there.",
        REPAIR_IT,
    ),
    HealthRule(
        LOOK_FAILED,
        Effect.UNREAD,
        _was_not_probed,
        _url,
        lambda e: {"look": "edge", "reason": e.probe.detail if e.probe else "NotProbed"},
        "No request to the model could be sent through its edge.",
        WAIT,
    ),
    HealthRule(
        MODEL_NOT_ANSWERING,
        Effect.DIFFERENT,
        lambda e: e.wanted.should_answer and e.probe is not None and not e.probe.is_success,
        _url,
        lambda e: {"answer": e.probe.detail if e.probe else ""},
        "The model does not answer through its edge: its pods, the Service, an origin, the route "
        "or the approval of a private link may be gone.",
        REPAIR_IT,
    ),
)
