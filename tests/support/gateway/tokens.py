"""Access tokens as Entra signs them, and a server for the keys that verify them."""

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import trustme
from cryptography.hazmat.primitives.asymmetric import rsa

from domain.serving.gateway.settings import TokenIssuer
from tests.support.gateway.model_server import POLL_SECONDS

TENANT = "11111111-1111-1111-1111-111111111111"
AUDIENCE = "22222222-2222-2222-2222-222222222222"
AUTHORITY = f"https://login.microsoftonline.com/{TENANT}"
ISSUER = f"{AUTHORITY}/v2.0"
CLIENT = "33333333-3333-3333-3333-333333333333"
KEY_ID = "the-key-of-today"


@cache
def signing_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_set() -> dict[str, Any]:
    """As Entra publishes it: no `alg`, a certificate beside each key, a literal `{tenantid}`."""
    numbers = signing_key().public_key().public_numbers()
    key = {
        "kty": "RSA",
        "use": "sig",
        "kid": KEY_ID,
        "x5t": KEY_ID,
        "n": base64url(numbers.n.to_bytes(256)),
        "e": base64url(numbers.e.to_bytes(3)),
        "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0",
    }
    return {"keys": [key]}


def make_token(oid: str, key: Any = None, algorithm: str = "RS256", **claims: Any) -> str:
    """A token of version 2; a claim of None is left out."""
    now = datetime.now(UTC)
    all_claims = {
        "aud": AUDIENCE,
        "iss": ISSUER,
        "iat": now,
        "nbf": now,
        "exp": now + timedelta(hours=1),
        "azp": CLIENT,
        "oid": oid,
        "sub": oid,
        "tid": TENANT,
        "roles": ["Model.Invoke"],
        "ver": "2.0",
        **claims,
    }
    kept = {name: value for name, value in all_claims.items() if value is not None}
    return jwt.encode(
        kept, signing_key() if key is None else key, algorithm, headers={"kid": KEY_ID}
    )


@dataclass(frozen=True)
class KeyServer:
    port: int
    ca_file: Path

    @property
    def issuer(self) -> TokenIssuer:
        uri = f"https://localhost:{self.port}/{TENANT}/discovery/v2.0/keys"
        return TokenIssuer(ISSUER, AUDIENCE, uri, AUTHORITY, str(self.ca_file))


@contextmanager
def running_key_server(folder: Path) -> Iterator[KeyServer]:
    """Over HTTPS, with a certificate of an authority of its own."""
    authority = trustme.CA()
    ca_file = folder / "keys-ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Keys)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield KeyServer(server.server_address[1], ca_file)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Keys(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(key_set()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Not on the terminal."""


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
