"""The certificate with which the gateway answers: Envoy reads it from files, and again after each
rotation, without a restart.

Its secret discovery is the one way by which Envoy reads a certificate that changes. What it
discovers is a file of our own, which never changes; that names the file of key and chain, and the
folder in which the Secrets Store CSI driver replaces it by a rename.
"""

from domain.arm.naming import CERTIFICATE_FILE
from domain.serving.gateway.envoy_json import EnvoyJson, extension, typed
from domain.serving.gateway.settings import CERTIFICATES_FILE

CERTIFICATE = "origin"

CERTIFICATES_PATH = "/certs"
"""Of the administration: what Envoy serves with, by names, serial number and expiry."""


def build_certificates(folder: str) -> EnvoyJson:
    """A response of Envoy's secret discovery, as it reads one from a file."""
    pem = {"filename": f"{folder}/{CERTIFICATE_FILE}"}
    resource = typed(
        "extensions.transport_sockets.tls.v3.Secret",
        name=CERTIFICATE,
        tls_certificate={
            "certificate_chain": pem,
            "private_key": pem,
            "watched_directory": {"path": folder},
        },
    )
    return {"version_info": "1", "resources": [resource]}


def build_transport_socket(config_folder: str) -> EnvoyJson:
    """Of the listener for callers. Front Door speaks HTTP/1.1 to origins (documented)."""
    source = {
        "resource_api_version": "V3",
        "path_config_source": {"path": f"{config_folder}/{CERTIFICATES_FILE}"},
    }
    return extension(
        "envoy.transport_sockets.tls",
        "extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        common_tls_context={
            "alpn_protocols": ["http/1.1"],
            "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
            "tls_certificate_sds_secret_configs": [{"name": CERTIFICATE, "sds_config": source}],
        },
    )
