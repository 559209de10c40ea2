"""Who is admitted: requests of our Front Door, tokens of our tenant, callers who are named."""

from domain.serving.gateway.envoy_json import EnvoyJson, extension, seconds
from domain.serving.gateway.settings import TokenIssuer
from domain.spec.access import Invokers

FRONT_DOOR_FILTER = "gridplane.front_door"
TOKEN_FILTER = "envoy.filters.http.jwt_authn"
INVOKER_FILTER = "gridplane.invoker"

FRONT_DOOR_ID_HEADER = "x-azure-fdid"
CLAIMS = "claims"
KEYS_CLUSTER = "token-keys"

OUR_FRONT_DOOR = "our-front-door"
OTHER_FRONT_DOOR = "other-front-door"
"""Refusals carry the name, and their answer is chosen by it."""

_RBAC = "extensions.filters.http.rbac.v3.RBAC"
KEYS_TIMEOUT_SECONDS = 5
KEYS_LIFETIME_SECONDS = 3600
"""Entra adds a key days before it signs with it."""


def build_front_door_filter(front_door_id: str) -> EnvoyJson:
    """Denies what did not come through our profile; the service tag admits every profile.

    As a matcher, which sees a repeated header as one value: to the rules of this filter, a request
    with another profile's id and with ours has ours.
    """
    header = extension(
        "header", "type.matcher.v3.HttpRequestHeaderMatchInput", header_name=FRONT_DOOR_ID_HEADER
    )
    ours = {"input": header, "value_match": {"exact": front_door_id, "ignore_case": True}}
    admitted = {
        "predicate": {"single_predicate": ours},
        "on_match": _action(OUR_FRONT_DOOR, "ALLOW"),
    }
    matcher = {
        "matcher_list": {"matchers": [admitted]},
        "on_no_match": _action(OTHER_FRONT_DOOR, "DENY"),
    }
    return extension(FRONT_DOOR_FILTER, _RBAC, matcher=matcher)


def _action(name: str, action: str) -> EnvoyJson:
    return {"action": extension(name, "config.rbac.v3.Action", name=name, action=action)}


def build_token_filter(issuer: TokenIssuer) -> EnvoyJson:
    """Validates the bearer token and takes it off the request."""
    provider = {
        "issuer": issuer.issuer,
        "audiences": [issuer.audience],
        # The header alone: the default also takes a token from the query, which logs keep.
        "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}],
        "forward": False,
        "require_expiration": True,
        "payload_in_metadata": CLAIMS,
        "remote_jwks": {
            "http_uri": {
                "uri": issuer.jwks_uri,
                "cluster": KEYS_CLUSTER,
                "timeout": seconds(KEYS_TIMEOUT_SECONDS),
            },
            "cache_duration": seconds(KEYS_LIFETIME_SECONDS),
            # Fetched before the first request and renewed beside the others.
            "async_fetch": {},
        },
    }
    return extension(
        TOKEN_FILTER,
        "extensions.filters.http.jwt_authn.v3.JwtAuthentication",
        providers={"entra": provider},
        rules=[{"match": {"prefix": "/"}, "requires": {"provider_name": "entra"}}],
    )


def build_invoker_filter(invokers: Invokers) -> EnvoyJson:
    """Admits callers with one of the roles, groups or object ids."""
    principals = [
        *(_claim("roles", _contains(role)) for role in invokers.app_roles),
        *(_claim("groups", _contains(group)) for group in invokers.groups),
        *(_claim("oid", _equals(each)) for each in invokers.object_ids),
    ]
    policy = {"permissions": [{"any": True}], "principals": principals}
    return extension(
        INVOKER_FILTER, _RBAC, rules={"action": "ALLOW", "policies": {"invokers": policy}}
    )


def _claim(name: str, value: EnvoyJson) -> EnvoyJson:
    matcher = {"filter": TOKEN_FILTER, "path": [{"key": CLAIMS}, {"key": name}], "value": value}
    return {"sourced_metadata": {"metadata_matcher": matcher}}


def _equals(text: str) -> EnvoyJson:
    return {"string_match": {"exact": text}}


def _contains(text: str) -> EnvoyJson:
    return {"list_match": {"one_of": _equals(text)}}
