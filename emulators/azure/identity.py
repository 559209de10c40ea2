"""Access tokens of the simulated tenant: issued to its identities, checked by all services."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulators.azure.signing import SigningKey

ARM_AUDIENCE = "https://management.azure.com"
KUBERNETES_AUDIENCE = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""The application id of the AKS server application, the same in every tenant."""

TOKEN_LIFETIME_SECONDS = 24 * 60 * 60
"""What App Service gives a managed identity."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token and the moment at which it ends, in seconds of Unix time."""

    value: str
    expires_on: int


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a token is for: an application and the object that stands for it in the tenant."""

    client_id: str
    object_id: str


MANAGED_IDENTITY = Principal(
    "c11e0000-0000-4000-8000-000000000001", "9d9d9d9d-0000-4000-8000-000000000001"
)
"""The app's own."""


class Tokens:
    """Issues and recognises bearer tokens.

    Token lifetimes run on the machine's clock, not on simulated time: the SDKs that cache a token
    compare its expiry with their own clock.
    """

    def __init__(
        self,
        tenant_id: str,
        principal_id: str,
        client_id: str,
        real_time: Callable[[], float] = time.time,
        key: SigningKey | None = None,
    ) -> None:
        """Signs with a key of its own unless one is given."""
        self.tenant_id = tenant_id
        self.principal_id = principal_id
        self.client_id = client_id
        self._real_time = real_time
        self.key = key or SigningKey()

    def issue(
        self,
        resource: str,
        principal: Principal | None = None,
        lifetime_seconds: int = TOKEN_LIFETIME_SECONDS,
        more_claims: Mapping[str, Any] | None = None,
    ) -> AccessToken:
        """A token of version 1 for `resource`, by default in the name of the managed identity."""
        bearer = principal or self.managed_identity
        claims = {
            **(more_claims or {}),
            "aud": resource,
            "iss": f"https://sts.windows.net/{self.tenant_id}/",
            "appid": bearer.client_id,
            "idtyp": "app",
            "ver": "1.0",
        }
        # Version 1 names the key by the thumbprint of its certificate as well.
        return self.sign({"x5t": self.key.id}, claims, bearer, lifetime_seconds)

    @property
    def managed_identity(self) -> Principal:
        return Principal(self.client_id, self.principal_id)

    def sign(
        self,
        header: Mapping[str, Any],
        claims: Mapping[str, Any],
        bearer: Principal,
        lifetime_seconds: int,
    ) -> AccessToken:
        """The claims with those that each token has: its bearer, its tenant and its time."""
        now = int(self._real_time())
        expires_on = now + lifetime_seconds
        whole = {
            **claims,
            "iat": now,
            "nbf": now,
            "exp": expires_on,
            "oid": bearer.object_id,
            "sub": bearer.object_id,
            "tid": self.tenant_id,
        }
        return AccessToken(self.key.sign(header, whole), expires_on)

    def audience_of(self, token: str) -> str | None:
        """The resource that `token` is good for, without trailing slash; None for a bad token."""
        claims = self.claims_of(token)
        return None if claims is None else str(claims["aud"]).rstrip("/")

    def claims_of(self, token: str) -> Mapping[str, Any] | None:
        """What `token` says of its bearer; None for a bad token."""
        claims = self.key.verified(token)
        return None if claims is None or claims["exp"] <= self._real_time() else claims


def bearer_token(authorization: str | None) -> str | None:
    """The token in an Authorization header, or None when the header carries none."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
