"""What Envoy tells of the certificate that it answers callers with."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from domain.environment.gateway_certificates import CertificateLook, GatewayCertificate
from domain.serving.gateway.certificates import CERTIFICATES_PATH
from domain.serving.gateway.settings import GatewayPorts

PORT = GatewayPorts().stats
PATH = CERTIFICATES_PATH.removeprefix("/")


def build_certificate_look(
    host: str, answers: Iterable[tuple[str, str | None]]
) -> CertificateLook:
    """`answers`: by pod; those of gateways that gave none say nothing."""
    found = {pod: read_certificate(text) for pod, text in answers if text is not None}
    return CertificateLook(host=host, gateways=found)


def read_certificate(text: str) -> GatewayCertificate | None:
    """None if Envoy has none, because it has not read one yet or cannot use what it has read."""
    document: Mapping[str, Any] = json.loads(text)
    found = next(_list_certificates(document), None)
    return _certificate(found) if found else None


def _list_certificates(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Where Envoy is a client it has no certificate, only authorities that it trusts."""
    entries: Sequence[Mapping[str, Any]] = document.get("certificates") or []
    for entry in entries:
        chain: Sequence[Mapping[str, Any]] = entry.get("cert_chain") or []
        yield from chain


def _certificate(found: Mapping[str, Any]) -> GatewayCertificate:
    names: Sequence[Mapping[str, str]] = found.get("subject_alt_names") or []
    return GatewayCertificate(
        names=tuple(each["dns"] for each in names if "dns" in each),
        expires_at=found["expiration_time"],
    )
