"""Merges the desired body of a Front Door or WAF resource with the existing resource.

A PUT removes whatever its body omits. Operators link custom domains, exclude WAF rules and add
rule sets on the resources of an edge, none of which a specification contains: these are restated.
A value that the specification determines is taken from it; `conflicts` decides afterwards which
of these values others have changed. Existing entries of lists keep their order: Front Door answers
an unchanged PUT without an operation, and a changed order is a change.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from domain.arm.front_door import MANAGED_RULE_SETS
from domain.arm.merge_existing import (
    as_mapping,
    as_sequence,
    merge_settings,
    merge_tags,
    restate_identity,
    without,
)

type _Body = dict[str, Any]
type _Settings = Mapping[str, Any]

_STATES = frozenset({"provisioningState", "deploymentStatus", "profileName"})

READ_ONLY_EDGE_PROPERTIES: Mapping[str, frozenset[str]] = {
    "profile": frozenset(
        {"extendedProperties", "frontDoorId", "provisioningState", "resourceState"}
    ),
    "endpoint": _STATES | {"hostName"},
    "originGroup": _STATES,
    "origin": _STATES - {"profileName"} | {"originGroupName"},
    "route": _STATES - {"profileName"} | {"endpointName"},
    "securityPolicy": _STATES,
    "wafPolicy": frozenset(
        {
            "frontendEndpointLinks",
            "provisioningState",
            "resourceState",
            "routingRuleLinks",
            "securityPolicyLinks",
        }
    ),
}

_OUR_RULE_SETS = frozenset(each["ruleSetType"].lower() for each in MANAGED_RULE_SETS)

READ_ONLY_REFERENCE_FIELDS = frozenset({"isActive", "status"})
"""Front Door adds `isActive` to each reference in a list, and `status` to a private link."""


def merge_edge(kind: str, body: _Body, existing: _Settings | None) -> _Body:
    """The body with those existing settings that it does not specify."""
    if not existing:
        return body
    properties = without(READ_ONLY_EDGE_PROPERTIES[kind], as_mapping(existing.get("properties")))
    kept = cast("_Settings", writable(properties))
    merge = _MERGES.get(kind, merge_settings)
    identity = restate_identity(as_mapping(existing.get("identity")))
    return {
        **merge_tags(body, existing),
        **({"identity": identity} if identity else {}),
        "properties": merge(kept, body["properties"]),
    }


def writable(value: object) -> object:
    """Without read-only fields of references, and without null, which a PUT means by omission."""
    if isinstance(value, Mapping):
        fields = cast("_Settings", value).items()
        return {
            name: writable(each)
            for name, each in fields
            if each is not None and name not in READ_ONLY_REFERENCE_FIELDS
        }
    if isinstance(value, list):
        return [writable(each) for each in cast("list[object]", value)]
    return value


def _merge_security_policy(existing: _Settings, wanted: _Settings) -> _Body:
    """Custom domains that operators protect with the policy stay, with their own paths."""
    merged = merge_settings(existing, wanted)
    found = as_mapping(existing.get("parameters")).get("associations")
    (ours,) = wanted["parameters"]["associations"]
    merged["parameters"]["associations"] = _merge_associations(_objects(found), ours)
    return merged


def _merge_associations(existing: Sequence[_Settings], ours: _Settings) -> list[_Body]:
    """Our endpoint is in the association with our paths only; that of others stay as they are."""
    our_ids = {_id_of(domain) for domain in ours["domains"]}
    merged: list[_Body] = []
    for each in existing:
        if each.get("patternsToMatch") == ours["patternsToMatch"]:
            domains = _unite(_objects(each.get("domains")), ours["domains"], _id_of)
        else:
            kept = _objects(each.get("domains"))
            domains = [dict(domain) for domain in kept if _id_of(domain) not in our_ids]
        merged += [{**each, "domains": domains}] if domains else []
    return merged if _holds(merged, our_ids) else [*merged, dict(ours)]


def _holds(associations: Sequence[_Settings], ids: set[str]) -> bool:
    return any(ids <= {_id_of(domain) for domain in each["domains"]} for each in associations)


def _merge_waf_policy(existing: _Settings, wanted: _Settings) -> _Body:
    """Rules of others stay; exclusions and overrides stay within the rule sets that are ours.

    Our rule sets go if the specification turns them off.
    """
    merged = merge_settings(existing, wanted)
    for section, entries, key in (
        ("customRules", "rules", "name"),
        ("managedRules", "managedRuleSets", "ruleSetType"),
    ):
        found = _objects(as_mapping(existing.get(section)).get(entries))
        ours = _objects(as_mapping(wanted.get(section)).get(entries))
        if section == "managedRules" and section in wanted:
            found = [each for each in found if ours or _text(each, key) not in _OUR_RULE_SETS]
        if found and section in wanted:
            merged[section][entries] = _unite(found, ours, lambda each, key=key: _text(each, key))
    return merged


def _unite(
    existing: Sequence[_Settings], ours: Sequence[_Settings], key: Callable[[_Settings], str]
) -> list[_Body]:
    """Existing entries in their order, ours merged over them, then those of ours that are new."""
    wanted = {key(each): each for each in ours}
    present = {key(each) for each in existing}
    merged = [merge_settings(each, wanted.get(key(each), {})) for each in existing]
    return [*merged, *(dict(each) for name, each in wanted.items() if name not in present)]


def _objects(value: object) -> list[_Settings]:
    return [as_mapping(each) for each in as_sequence(value)]


def _id_of(reference: _Settings) -> str:
    return _text(reference, "id")


def _text(entry: _Settings, name: str) -> str:
    """In lower case: Azure compares ids and names so, and spells ids differently in answers."""
    return str(entry.get(name, "")).lower()


_MERGES: Mapping[str, Callable[[_Settings, _Settings], _Body]] = {
    "securityPolicy": _merge_security_policy,
    "wafPolicy": _merge_waf_policy,
}
