"""Where the gateway connects to: the model, the keys of tokens, its own administration."""

from urllib.parse import urlsplit

from domain.serving.gateway.access_rules import KEYS_CLUSTER
from domain.serving.gateway.envoy_json import EnvoyJson, extension, seconds, socket_address, typed
from domain.serving.gateway.routes import (
    HEALTH_CLUSTER,
    MODEL_CLUSTER,
    NEXT_CLUSTER,
    NEXT_HEALTH_CLUSTER,
)
from domain.serving.gateway.settings import GatewaySettings, TokenIssuer

ADMIN_CLUSTER = "admin"

MODEL_IDLE_SECONDS = 4
"""uvicorn, which serves vLLM, closes a connection after 5 s without a request; a request that is
sent at that moment is lost."""

DNS_REFRESH_SECONDS = 5
"""The addresses of a headless Service are its ready replicas; one that has none gives no address,
and is answered for at once."""


def build_clusters(settings: GatewaySettings) -> list[EnvoyJson]:
    clusters = [
        _model(MODEL_CLUSTER, settings, settings.model.host),
        _model(HEALTH_CLUSTER, settings, settings.model.host),
        _admin(settings.ports.admin),
    ]
    if settings.next_host:
        clusters += [
            _model(name, settings, settings.next_host)
            for name in (NEXT_CLUSTER, NEXT_HEALTH_CLUSTER)
        ]
    if settings.issuer:
        clusters.append(_keys(settings.issuer))
    return clusters


def _model(name: str, settings: GatewaySettings, host: str) -> EnvoyJson:
    """Each address that the Service's name has is a replica."""
    options: EnvoyJson = {
        "common_http_protocol_options": {"idle_timeout": seconds(MODEL_IDLE_SECONDS)},
        "explicit_http_config": {"http_protocol_options": {}},
    }
    return {
        **_cluster(name, host, settings.model.port),
        "connect_timeout": seconds(settings.limits.connect_seconds),
        "lb_policy": "LEAST_REQUEST",
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
                "extensions.upstreams.http.v3.HttpProtocolOptions", **options
            )
        },
    }


def _admin(port: int) -> EnvoyJson:
    return _cluster(ADMIN_CLUSTER, "127.0.0.1", port)


def _keys(issuer: TokenIssuer) -> EnvoyJson:
    uri = urlsplit(issuer.jwks_uri)
    host = uri.hostname or ""
    encrypted = uri.scheme == "https"
    cluster = _cluster(KEYS_CLUSTER, host, uri.port or (443 if encrypted else 80))
    if encrypted:
        cluster["transport_socket"] = _verified_tls(host, issuer.ca_file)
    return cluster


def _verified_tls(host: str, ca_file: str) -> EnvoyJson:
    """Envoy verifies nothing without a CA, and no name without a matcher."""
    kind = "IP_ADDRESS" if host.replace(".", "").isdigit() else "DNS"
    validation = {
        "trusted_ca": {"filename": ca_file},
        "match_typed_subject_alt_names": [{"san_type": kind, "matcher": {"exact": host}}],
    }
    return extension(
        "envoy.transport_sockets.tls",
        "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        sni=host,
        common_tls_context={
            "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
            "validation_context": validation,
        },
    )


def _cluster(name: str, host: str, port: int) -> EnvoyJson:
    endpoint = {"endpoint": {"address": socket_address(host, port)}}
    return {
        "name": name,
        "cluster_type": extension(
            "envoy.cluster.dns",
            "extensions.clusters.dns.v3.DnsCluster",
            dns_lookup_family="V4_PREFERRED",
            dns_refresh_rate=seconds(DNS_REFRESH_SECONDS),
        ),
        "connect_timeout": "5s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
    }
