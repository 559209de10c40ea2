"""Replaces what identifies a subscription or grants access by placeholders of the same shape.

One value has one placeholder in all recordings of a run, so that they can be compared.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

REDACTED = "redacted"

SECRET_HEADERS = frozenset(
    {"authorization", "cookie", "set-cookie", "x-identity-header", "x-ms-authorization-auxiliary"}
)
SECRET_FIELDS = re.compile(
    r"(?i)(?:access|refresh|id)_?token|password|(?:client|shared|account)?_?-?secret|"
    r".*(?:key|certificate(?:-authority)?)-data|(?:primary|secondary)(?:master)?key|"
    r"(?:.*connection_?string)|kubeconfig.*|token"
)
"""Names of fields whose whole value is left out; a kubeconfig has the cluster's address and CA."""

_SIGNED = re.compile(r"(?i)([?&](?:t|c|s|h|p|sig|sv|se|code)=)[^&\s\"'\\]+")
_KEY = re.compile(r"(?i)((?:shared ?access|account|access)_?key(?:name)?=)[^;&\s\"'\\]+")
_BEARER = re.compile(r"(?i)(bearer\s+)[\w.~+/=-]+")
_JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*")
_BLOB = re.compile(r"[A-Za-z0-9+/_-]{200,}={0,2}")
_DOCUMENTATION_RANGES = ("192.0.2.0", "192.0.2.0/24")


class Redactor:
    """Remembers what it has replaced."""

    def __init__(self) -> None:
        self._placeholders: dict[tuple[str, str], str] = {}

    def text(self, text: str) -> str:
        for pattern, replacement in ((_SIGNED, rf"\1{REDACTED}"), (_KEY, rf"\1{REDACTED}")):
            text = pattern.sub(replacement, text)
        text = _BEARER.sub(rf"\1{REDACTED}", _JWT.sub(REDACTED, text))
        text = _BLOB.sub(REDACTED, text)
        for kind, pattern, make in _IDENTIFIERS:
            text = pattern.sub(lambda found, k=kind, m=make: self._replace(k, found, m), text)
        return text

    def value(self, value: Any) -> Any:
        """Of JSON: fields that hold secrets are left out, texts are replaced within."""
        if isinstance(value, Mapping):
            return {
                self.text(str(name)): REDACTED
                if SECRET_FIELDS.fullmatch(str(name)) and each
                else self.value(each)
                for name, each in value.items()
            }
        if isinstance(value, list):
            return [self.value(each) for each in value]
        return self.text(value) if isinstance(value, str) else value

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        kept = (pair for pair in headers.items() if pair[0].lower() not in SECRET_HEADERS)
        return {name: self.text(value) for name, value in kept}

    def body(self, content: bytes) -> Any:
        """Decoded JSON, or the text of what is none."""
        text = content.decode("utf-8", "replace")
        try:
            return self.value(json.loads(text)) if text else None
        except ValueError:
            return self.text(text)

    def _replace(self, kind: str, found: re.Match[str], make: "Make") -> str:
        original = found[0].lower()
        if original in _DOCUMENTATION_RANGES:
            return found[0]
        if (kind, original) not in self._placeholders:
            number = 1 + sum(known == kind for known, _ in self._placeholders)
            self._placeholders[kind, original] = make(number, found)
        return self._placeholders[kind, original]


type Make = Callable[[int, re.Match[str]], str]

_IDENTIFIERS: tuple[tuple[str, re.Pattern[str], Make], ...] = (
    (
        "guid",
        re.compile(r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
        lambda n, _: f"00000000-0000-0000-0000-{n:012}",
    ),
    ("undashed guid", re.compile(r"(?i)\b[0-9a-f]{32,64}\b"), lambda n, _: f"{n:032}"),
    (
        "edge",
        re.compile(r"(?i)\b[a-z0-9-]+(\.[a-z]\d+)?\.azurefd\.net\b"),
        lambda n, found: f"endpoint-{n}{found[1] or ''}.azurefd.net",
    ),
    (
        "label",
        re.compile(r"(?i)\b[a-z0-9-]+(\.[a-z0-9]+\.cloudapp\.azure\.com)\b"),
        lambda n, found: f"label-{n}{found[1]}",
    ),
    (
        "cluster",
        re.compile(r"(?i)\b[a-z0-9-]+((?:\.portal)?\.hcp\.[a-z0-9]+\.azmk8s\.io)\b"),
        lambda n, found: f"cluster-{n}{found[1]}",
    ),
    (
        "tenant",
        re.compile(r"(?i)\b[a-z0-9-]+\.onmicrosoft\.com\b"),
        lambda n, _: f"tenant-{n}.onmicrosoft.com",
    ),
    (
        "person",
        re.compile(r"(?i)\b[\w.+-]+(?:#ext#)?@[a-z0-9-]+(?:\.[a-z0-9-]+)+\b"),
        lambda n, _: f"person-{n}@example.com",
    ),
    (
        "address",
        re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?![\w.]*\w)"),
        lambda n, found: f"198.51.{100 + n // 250}.{n % 250}",
    ),
    (
        "address 6",
        re.compile(r"(?i)(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4})?(?![\w:])"),
        lambda n, _: f"2001:db8::{n}",
    ),
)
