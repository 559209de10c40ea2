"""TLS of tests: keys, certificates and trust stores are made once in each process."""

import ssl
from functools import cache
from pathlib import Path

from emulators.azure.signing import SigningKey
from emulators.azure.tls import Tls, make_tls


@cache
def shared_tls() -> Tls:
    """For all simulators in the process of the tests."""
    return make_tls()


@cache
def shared_signing_key() -> SigningKey:
    """Of the tokens of these simulators: to make an RSA key takes longer than most tests."""
    return SigningKey()


def client_context(ca_bundle: str) -> ssl.SSLContext:
    return _context_of(Path(ca_bundle).read_text())


@cache
def _context_of(certificates: str) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=certificates)
