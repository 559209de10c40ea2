"""Addresses of operations: long and signed, to be followed exactly as given."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

_TICKS_AT_UNIX_EPOCH = 621_355_968_000_000_000
_CERTIFICATE_BYTES = 1600


class PollUrls:
    """Signs the address of an operation and recognises its own signature."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._certificate = _text(secrets.token_bytes(_CERTIFICATE_BYTES))

    def signed(self, base_url: str, path: str, api_version: str, now: datetime) -> str:
        ticks = str(_TICKS_AT_UNIX_EPOCH + int((now - _UNIX_EPOCH).total_seconds() * 10_000_000))
        query = {
            "api-version": api_version,
            "t": ticks,
            "c": self._certificate,
            "s": self._signature(path, api_version, ticks),
            "h": _text(hashlib.sha256(path.encode()).digest()),
        }
        return f"{base_url}{path}?{urlencode(query)}"

    def is_intact(self, path: str, query: Mapping[str, str]) -> bool:
        """False when a signature is there that does not fit; without any it is a plain GET."""
        if "s" not in query:
            return True
        expected = self._signature(path, query.get("api-version", ""), query.get("t", ""))
        return hmac.compare_digest(query["s"].encode(), expected.encode())

    def _signature(self, path: str, api_version: str, ticks: str) -> str:
        signed = f"{path}\n{api_version}\n{ticks}\n{self._certificate}".encode()
        return _text(hmac.new(self._key, signed, hashlib.sha512).digest() * 4)


_UNIX_EPOCH = datetime.fromtimestamp(0, UTC)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
