"""Where requests go, and what the state of the model makes of one that finds no replica.

The routes are a file of their own, which Envoy reads again whenever it changes: an environment
falls asleep and wakes without a restart of its gateways, which would cut their streams.
"""

from collections.abc import Mapping

from domain.serving.gateway.access_rules import (
    FRONT_DOOR_FILTER,
    FRONT_DOOR_ID_HEADER,
    INVOKER_FILTER,
    TOKEN_FILTER,
)
from domain.serving.gateway.answers import ANSWER_METADATA, build_state_answer
from domain.serving.gateway.audit import AUDIT_FILTER
from domain.serving.gateway.envoy_json import EnvoyJson, literal, seconds, typed
from domain.serving.gateway.rate_limit import RATE_LIMIT_FILTER
from domain.serving.gateway.settings import GatewayState, RouteSettings
from domain.spec.access import AccessMode, AuditContent

ROUTE_CONFIG = "model"
MODEL_CLUSTER = "model"
HEALTH_CLUSTER = "model-health"
"""A cluster of its own: the counters of the other are those of use."""

PROBE_METHODS = "GET|HEAD"

_RETRIES = 2


def build_routes(settings: RouteSettings, state: GatewayState) -> EnvoyJson:
    """A response of Envoy's route discovery, as it reads one from a file."""
    routes = [_health_route(settings, state), _invocation_route(settings, state)]
    host = {"name": "model", "domains": ["*"], "routes": routes}
    resource = typed(
        "config.route.v3.RouteConfiguration",
        name=ROUTE_CONFIG,
        virtual_hosts=[host],
        request_headers_to_remove=_removed_headers(settings),
    )
    return {"version_info": state.value, "resources": [resource]}


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
    return {"filter_metadata": {ANSWER_METADATA: answer}}


def _disabled() -> EnvoyJson:
    return typed("config.route.v3.FilterConfig", disabled=True)
