"""Certificates that vaults get, of a public authority or of none, and the forms they come in."""

import base64
from dataclasses import dataclass, field
from datetime import datetime

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import Certificate, load_pem_x509_certificates

PEM, PFX = "application/x-pem-file", "application/x-pkcs12"
SELF = "Self"
"""The issuer of certificates that only their owner trusts."""


class NoKey(Exception):
    """A PFX has no private key."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a policy asks for."""

    names: tuple[str, ...]
    issuer: str
    content_type: str
    is_exportable: bool
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """`secret`: the text of the secret that belongs to the certificate."""

    secret: str = field(repr=False)
    cer: bytes


@dataclass(frozen=True, slots=True)
class Authority:
    """Public certificate authorities, as one. As text: keys cannot be saved."""

    cert_pem: bytes
    key_pem: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "Authority":
        made = trustme.CA(organization_name="Simulated public authority")
        return cls(made.cert_pem.bytes(), made.private_key_pem.bytes())

    def issue(self, order: Order) -> Issued:
        public = trustme.CA.from_pem(self.cert_pem, self.key_pem)
        signing = trustme.CA() if order.issuer == SELF else public
        issued = signing.issue_cert(*order.names, not_after=order.not_after)
        key = issued.private_key_pem.bytes() if order.is_exportable else b""
        chain = b"".join(each.bytes() for each in issued.cert_chain_pems)
        certificates = load_pem_x509_certificates(chain)
        is_pem = order.content_type == PEM
        secret = (key + chain).decode() if is_pem else _to_pfx(key, certificates)
        return Issued(secret, certificates[0].public_bytes(Encoding.DER))


def to_pem(secret: str) -> bytes:
    """Of a PFX without password: the key, then the chain. Raises NoKey."""
    found = pkcs12.load_pkcs12(base64.b64decode(secret), None)
    if found.key is None or found.cert is None:
        raise NoKey
    key = found.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain = [found.cert.certificate, *(each.certificate for each in found.additional_certs)]
    return key + b"".join(each.public_bytes(Encoding.PEM) for each in chain)


def _to_pfx(key: bytes, chain: list[Certificate]) -> str:
    private: pkcs12.PKCS12PrivateKeyTypes | None = None
    if key:
        loaded = load_pem_private_key(key, None)
        assert isinstance(loaded, pkcs12.PKCS12PrivateKeyTypes)
        private = loaded
    first, others = (chain[0], chain[1:]) if private else (None, chain)
    made = pkcs12.serialize_key_and_certificates(None, private, first, others, NoEncryption())
    return base64.b64encode(made).decode()
