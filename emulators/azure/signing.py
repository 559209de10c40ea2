"""The key that signs the tenant's access tokens, RS256, and its public half as a JSON Web Key."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ALGORITHM = "RS256"
KEY_BITS = 2048
_PUBLIC_EXPONENT = 65537
_THUMBPRINT_BYTES = 20


class SigningKey:
    """An RSA key that is made when it is first needed: not every simulator gives a token."""

    def __init__(self) -> None:
        self._private: rsa.RSAPrivateKey | None = None

    @property
    def is_made(self) -> bool:
        return self._private is not None

    @property
    def id(self) -> str:
        """Derived from the key, so that a saved one keeps its name."""
        der = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64url(hashlib.sha256(der).digest()[:_THUMBPRINT_BYTES])

    def jwk(self) -> dict[str, str]:
        """As Entra publishes it, but without a certificate."""
        numbers = self._key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.id,
            "n": _number(numbers.n),
            "e": _number(numbers.e),
        }

    def sign(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
        """A JSON Web Token."""
        whole = {"typ": "JWT", "alg": ALGORITHM, "kid": self.id, **header}
        signed = f"{_encode(whole)}.{_encode(claims)}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{base64url(signature)}"

    def verified(self, token: str) -> Mapping[str, Any] | None:
        """The claims of a token that this key has signed, else None."""
        signed, _, signature = token.rpartition(".")
        if not self.is_made:
            return None
        try:
            self._key.public_key().verify(
                _decode(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
            )
            header, claims = (json.loads(_decode(each)) for each in signed.split("."))
        except (InvalidSignature, ValueError, binascii.Error):
            return None
        is_ours = (header.get("alg"), header.get("kid")) == (ALGORITHM, self.id)
        return cast("Mapping[str, Any]", claims) if is_ours else None

    def __getstate__(self) -> tuple[bytes | None]:
        if self._private is None:
            return (None,)
        der = self._private.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return (der,)

    def __setstate__(self, state: tuple[bytes | None]) -> None:
        (der,) = state
        loaded = None if der is None else serialization.load_der_private_key(der, password=None)
        self._private = cast("rsa.RSAPrivateKey | None", loaded)

    @property
    def _key(self) -> rsa.RSAPrivateKey:
        if self._private is None:
            self._private = rsa.generate_private_key(_PUBLIC_EXPONENT, KEY_BITS)
        return self._private


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _encode(part: Mapping[str, Any]) -> str:
    return base64url(json.dumps(part, separators=(",", ":")).encode())


def _decode(part: str) -> bytes:
    return base64.b64decode(part.encode() + b"==", altchars=b"-_")


def _number(value: int) -> str:
    return base64url(value.to_bytes((value.bit_length() + 7) // 8))
