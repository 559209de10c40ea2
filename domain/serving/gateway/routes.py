"""Where requests go, and what the state of the model makes of one that finds no replica.

The routes are a file of their own, which Envoy reads again whenever it changes: an environment
falls asleep and wakes without a restart of its gateways, which would cut their streams.
"""

from collections.abc import Mapping
from dataclasses import replace

from domain.serving.gateway.access_rules import (
    FRONT_DOOR_FILTER,
    FRONT_DOOR_ID_HEADER,
    INVOKER_FILTER,
    TOKEN_FILTER,
)
from domain.serving.gateway.answers import ANSWER_METADATA, build_state_answer
from domain.serving.gateway.audit import (
    AUDIT_FILTER,
    MODEL_KEY,
    MODEL_VERSION_KEY,
    VERSION_METADATA,
)
from domain.serving.gateway.envoy_json import EnvoyJson, literal, seconds, typed
from domain.serving.gateway.rate_limit import RATE_LIMIT_FILTER
from domain.serving.gateway.settings import GatewayState, NextVersion, RouteSettings
from domain.spec.access import AccessMode, AuditContent

ROUTE_CONFIG = "model"
MODEL_CLUSTER = "model"
HEALTH_CLUSTER = "model-health"
"""A cluster of its own: the counters of the other are those of use."""

NEXT_CLUSTER = "next"
NEXT_HEALTH_CLUSTER = "next-health"
"""As those of the model, for the version that an update brings."""

NEXT_HEALTH_PATH, MODEL_HEALTH_PATH = "/next-health", "/model-health"
"""Beside the counters of a gateway: by them the versions are probed through it."""

PROBE_METHODS = "GET|HEAD"

_RETRIES = 2


def build_routes(
    settings: RouteSettings, state: GatewayState, next_version: NextVersion | None = None
) -> EnvoyJson:
    """A response of Envoy's route discovery, as it reads one from a file. `settings`: of the
    version that serves."""
    routes = [_health_route(settings, state), _invocation_route(settings, state)]
    if next_version:
        routes.insert(1, _next_route(settings, state, next_version))
    host = {"name": "model", "domains": ["*"], "routes": routes}
    resource = typed(
        "config.route.v3.RouteConfiguration",
        name=ROUTE_CONFIG,
        virtual_hosts=[host],
        request_headers_to_remove=_removed_headers(settings),
    )
    return {"version_info": describe_routes(state, next_version), "resources": [resource]}


def describe_routes(state: GatewayState, next_version: NextVersion | None = None) -> str:
    """By which a gateway tells which routes it has."""
    return f"{state}/{next_version.weight}" if next_version else state.value


def _next_route(
    settings: RouteSettings, state: GatewayState, next_version: NextVersion
) -> EnvoyJson:
    """Before that of the version that serves. A share is a match of its own: only routes tell
    the record of an invocation which version they lead to."""
    settings = replace(
        settings, model_name=next_version.model_name, model_version=next_version.model_version
    )
    invocation = _invocation_route(settings, state)
    share = {"numerator": next_version.weight, "denominator": "HUNDRED"}
    invocation["match"]["runtime_fraction"] = {"default_value": share}
    invocation["route"]["cluster"] = NEXT_CLUSTER
    return {**invocation, "name": "next-invocation"}


def _removed_headers(settings: RouteSettings) -> list[str]:
    """What the model does not need to know."""
    token = ["authorization"] if settings.access.mode is AccessMode.ENTRA else []
    # What is recorded of a response has to be text.
    encoding = ["accept-encoding"] if settings.audit.content is AuditContent.FULL else []
    return [FRONT_DOOR_ID_HEADER, *token, *encoding]


def _health_route(settings: RouteSettings, state: GatewayState) -> EnvoyJson:
    """Probes carry no token; whether they carry the profile's id is not documented."""
    path = settings.model.health_path.partition("?")[0]
    method = {"name": ":method", "string_match": {"safe_regex": {"regex": PROBE_METHODS}}}
    skipped = (
        *(FRONT_DOOR_FILTER, TOKEN_FILTER, INVOKER_FILTER),
        *(RATE_LIMIT_FILTER, AUDIT_FILTER),
    )
    return {
        "name": "health",
        "match": {"path": path, "headers": [method]},
        "route": {"cluster": HEALTH_CLUSTER, "timeout": "10s"},
        **_added_headers(settings.model.health_headers),
        "metadata": _metadata(settings, state),
        "typed_per_filter_config": {name: _disabled() for name in skipped},
    }


def _invocation_route(settings: RouteSettings, state: GatewayState) -> EnvoyJson:
    return {
        "name": "invocation",
        "match": {"prefix": "/"},
        "route": {
            "cluster": MODEL_CLUSTER,
            # A generation may take any time: only silence ends it.
            "timeout": "0s",
            "idle_timeout": seconds(settings.limits.silence_seconds),
            # Nothing that the model may have begun to work on is sent twice.
            "retry_policy": {
                "retry_on": "connect-failure,refused-stream,reset-before-request",
                "num_retries": _RETRIES,
            },
        },
        "metadata": _metadata(settings, state),
    }


def build_version_probes(settings: RouteSettings) -> list[EnvoyJson]:
    """By which a version is probed through a gateway, before it is sent any request."""
    get = {"name": ":method", "string_match": {"exact": "GET"}}
    probed = ((NEXT_HEALTH_PATH, NEXT_HEALTH_CLUSTER), (MODEL_HEALTH_PATH, HEALTH_CLUSTER))
    return [
        {
            "match": {"path": path, "headers": [get]},
            "route": {
                "cluster": cluster,
                "prefix_rewrite": settings.model.health_path,
                "timeout": "10s",
            },
            **_added_headers(settings.model.health_headers),
        }
        for path, cluster in probed
    ]


def _added_headers(headers: Mapping[str, str]) -> EnvoyJson:
    action = "OVERWRITE_IF_EXISTS_OR_ADD"
    added = [
        {"header": {"key": name, "value": literal(value)}, "append_action": action}
        for name, value in headers.items()
    ]
    return {"request_headers_to_add": added} if added else {}


def _metadata(settings: RouteSettings, state: GatewayState) -> EnvoyJson:
    answer = build_state_answer(
        state,
        settings.environment,
        settings.status_url,
        wakes_on_request=settings.wakes_on_request,
    )
    version = {VERSION_METADATA: _version(settings)} if settings.next_host else {}
    return {"filter_metadata": {ANSWER_METADATA: answer, **version}}


def _version(settings: RouteSettings) -> EnvoyJson:
    known = {MODEL_KEY: settings.model_name, MODEL_VERSION_KEY: settings.model_version}
    return {key: text for key, text in known.items() if text}


def _disabled() -> EnvoyJson:
    return typed("config.route.v3.FilterConfig", disabled=True)
