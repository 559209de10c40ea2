"""Where the gateway listens: for callers, for the kubelet's probes, for its counters."""

from collections.abc import Sequence

from domain.serving.gateway.access_rules import (
    build_front_door_filter,
    build_invoker_filter,
    build_token_filter,
)
from domain.serving.gateway.answers import build_answers
from domain.serving.gateway.audit import build_access_log, build_audit_filter
from domain.serving.gateway.certificates import CERTIFICATES_PATH, build_transport_socket
from domain.serving.gateway.clusters import ADMIN_CLUSTER
from domain.serving.gateway.envoy_json import EnvoyJson, extension, seconds, socket_address
from domain.serving.gateway.rate_limit import build_rate_limit_filter
from domain.serving.gateway.routes import ROUTE_CONFIG, build_version_probes
from domain.serving.gateway.settings import ROUTES_FILE, GatewaySettings

PROBE_PATH = "/ready"
STATS_PATHS = ("/stats/prometheus", "/ready")

CONNECTION_BUFFER_BYTES = 32 * 1024
"""Of a body at most this much waits in the gateway for the other side."""

HEADERS_SECONDS = 10
PUBLIC_LISTENER = "public"
KEPT_CONNECTION_SECONDS = 300
"""Longer than Front Door keeps an idle connection to an origin (90 s)."""

_MANAGER = "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"


def build_listeners(settings: GatewaySettings) -> list[EnvoyJson]:
    return [_public(settings), _probe(settings), _stats(settings)]


def _public(settings: GatewaySettings) -> EnvoyJson:
    folder = settings.config_folder
    routes = {
        "route_config_name": ROUTE_CONFIG,
        "config_source": {
            "resource_api_version": "V3",
            # Kubernetes replaces a ConfigMap's files by a rename in their folder.
            "path_config_source": {
                "path": f"{folder}/{ROUTES_FILE}",
                "watched_directory": {"path": folder},
            },
        },
    }
    manager = {
        "rds": routes,
        "access_log": [build_access_log(settings)],
        "http_filters": build_filters(settings),
        "local_reply_config": build_answers(settings),
        **_edge_options(settings),
    }
    listener = _listener(PUBLIC_LISTENER, settings.listen_address, settings.ports.public, manager)
    if settings.certificate_folder:
        socket = build_transport_socket(settings.config_folder)
        listener["filter_chains"][0]["transport_socket"] = socket
    return {**listener, "per_connection_buffer_limit_bytes": CONNECTION_BUFFER_BYTES}


def build_filters(settings: GatewaySettings) -> list[EnvoyJson]:
    """In the order in which they see a request."""
    access = settings.access
    filters = [build_front_door_filter(settings.front_door_id)]
    if settings.issuer:
        filters += [build_token_filter(settings.issuer), build_invoker_filter(access.invokers)]
    if access.rate_limit:
        filters.append(build_rate_limit_filter(access.rate_limit, access.mode, settings.replicas))
    return [
        *filters,
        build_audit_filter(settings.audit.content),
        _body_limit(settings.limits.body_bytes),
        _router(),
    ]


def _body_limit(most_bytes: int) -> EnvoyJson:
    """Behind the audit, which thereby sees a body whose caller hangs up before its end."""
    return extension(
        "envoy.filters.http.buffer",
        "extensions.filters.http.buffer.v3.Buffer",
        max_request_bytes=most_bytes,
    )


def _router() -> EnvoyJson:
    return extension(
        "envoy.filters.http.router",
        "extensions.filters.http.router.v3.Router",
        suppress_envoy_headers=True,
    )


def _edge_options(settings: GatewaySettings) -> EnvoyJson:
    """What Envoy's documentation advises where clients are not trusted."""
    return {
        # Headers that control Envoy (x-envoy-...) are then taken off every request.
        "use_remote_address": True,
        "normalize_path": True,
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "always_set_request_id_in_response": True,
        "common_http_protocol_options": {"idle_timeout": seconds(KEPT_CONNECTION_SECONDS)},
        "request_headers_timeout": seconds(HEADERS_SECONDS),
        "request_timeout": seconds(settings.limits.upload_seconds),
        "stream_idle_timeout": seconds(settings.limits.silence_seconds),
    }


def _probe(settings: GatewaySettings) -> EnvoyJson:
    """Answers for the gateway, not for the model: one that sleeps has its gateways ready."""
    address = settings.listen_address
    return _admin_window("probe", address, settings.ports.probe, (PROBE_PATH,))


def _stats(settings: GatewaySettings) -> EnvoyJson:
    certificates = (CERTIFICATES_PATH,) if settings.certificate_folder else ()
    paths = (*STATS_PATHS, *certificates)
    more = build_version_probes(settings) if settings.next_host else []
    return _admin_window("stats", settings.listen_address, settings.ports.stats, paths, more)


def _admin_window(
    name: str,
    address: str,
    port: int,
    paths: tuple[str, ...],
    more: Sequence[EnvoyJson] = (),
) -> EnvoyJson:
    """These paths of the administration, read only: the others could stop the gateway. `more`:
    routes that lead elsewhere."""
    get = {"name": ":method", "string_match": {"exact": "GET"}}
    routes = [
        {"match": {"path": path, "headers": [get]}, "route": {"cluster": ADMIN_CLUSTER}}
        for path in paths
    ]
    host = {"name": name, "domains": ["*"], "routes": [*routes, *more]}
    manager = {"route_config": {"virtual_hosts": [host]}, "http_filters": [_router()]}
    return _listener(name, address, port, manager)


def _listener(name: str, address: str, port: int, manager: EnvoyJson) -> EnvoyJson:
    network_filter = extension(
        "envoy.filters.network.http_connection_manager", _MANAGER, stat_prefix=name, **manager
    )
    return {
        "name": name,
        "address": socket_address(address, port),
        "filter_chains": [{"filters": [network_filter]}],
    }
