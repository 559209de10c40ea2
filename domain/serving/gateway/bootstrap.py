"""The configuration of a gateway as files, and the digest that tells when its pods must roll."""

import json
from hashlib import sha256

from domain.serving.gateway.certificates import build_certificates
from domain.serving.gateway.clusters import build_clusters
from domain.serving.gateway.envoy_json import EnvoyJson, extension, socket_address
from domain.serving.gateway.listeners import build_listeners
from domain.serving.gateway.routes import NEXT_CLUSTER, build_routes
from domain.serving.gateway.settings import (
    CERTIFICATES_FILE,
    CONFIG_FILE,
    ROUTES_FILE,
    GatewaySettings,
    GatewayState,
    NextVersion,
    RouteSettings,
)

MAX_CONNECTIONS = 10_000

KEPT_STATS = ("cluster.model.", "cluster.token-keys.", "http.public.", "server.", "caller.")
"""Prefixes of the counters that are kept: all of them are 170 KB per look."""

_HEAP = "envoy.resource_monitors.fixed_heap"
_SHRINK_AT, _REFUSE_AT = 0.9, 0.95


def render_files(settings: GatewaySettings, state: GatewayState) -> dict[str, str]:
    """The data of the ConfigMap, by file name. Mounted as a folder: Envoy never sees a change of
    a file that is mounted by itself (`subPath`)."""
    files = {
        CONFIG_FILE: render_config(settings),
        ROUTES_FILE: render_routes(settings, state),
    }
    if settings.certificate_folder:
        files[CERTIFICATES_FILE] = _render(build_certificates(settings.certificate_folder))
    return files


def render_routes(
    settings: RouteSettings, state: GatewayState, next_version: NextVersion | None = None
) -> str:
    """What Envoy reads again whenever it changes. `settings`: of the version that serves."""
    return _render(build_routes(settings, state, next_version))


def render_config(settings: GatewaySettings) -> str:
    """What Envoy reads at its start, and only then."""
    return _render(build_bootstrap(settings))


def config_digest(settings: GatewaySettings) -> str:
    """Annotates the pods, which roll when it changes; the state of the model does not change it,
    nor do routes."""
    return sha256(render_config(settings).encode()).hexdigest()[:16]


def build_bootstrap(settings: GatewaySettings) -> EnvoyJson:
    of_next = (f"cluster.{NEXT_CLUSTER}.",) if settings.next_host else ()
    kept = {"inclusion_list": {"patterns": [{"prefix": each} for each in (*KEPT_STATS, *of_next)]}}
    return {
        "node": {"id": settings.environment, "cluster": "gateway"},
        "admin": {"address": socket_address("127.0.0.1", settings.ports.admin)},
        "static_resources": {
            "listeners": build_listeners(settings),
            "clusters": build_clusters(settings),
        },
        "stats_config": {"stats_matcher": kept},
        "overload_manager": _overload(settings.limits.heap_bytes),
    }


def _overload(heap_bytes: int) -> EnvoyJson:
    monitors = [
        extension(
            _HEAP,
            "extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig",
            max_heap_size_bytes=heap_bytes,
        ),
        extension(
            "envoy.resource_monitors.global_downstream_max_connections",
            "extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
            max_active_downstream_connections=MAX_CONNECTIONS,
        ),
    ]
    actions = [
        _action("shrink_heap", _SHRINK_AT),
        _action("stop_accepting_requests", _REFUSE_AT),
    ]
    return {"refresh_interval": "0.25s", "resource_monitors": monitors, "actions": actions}


def _action(name: str, threshold: float) -> EnvoyJson:
    trigger = {"name": _HEAP, "threshold": {"value": threshold}}
    return {"name": f"envoy.overload_actions.{name}", "triggers": [trigger]}


def _render(document: EnvoyJson) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
