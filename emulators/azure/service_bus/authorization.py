"""Which rights a connection has where, by the tokens that it put on $cbs."""

import base64
import hashlib
import hmac
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote_plus

from emulators.azure.service_bus.access import AuthorizationRule, Right, Rights, RoleAssignment
from emulators.azure.service_bus.paths import entity_of, path_of

AUDIENCE = "https://servicebus.azure.net"
_PREFIX = "SharedAccessSignature "


class Tokens(Protocol):
    """The Entra tenant that knows its own tokens."""

    def claims_of(self, token: str) -> Mapping[str, Any] | None: ...


class Refused(Exception):
    """A token that does not hold."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token allows: a policy's rights, or those that a principal has by its roles."""

    ends_at: float
    bearer: AuthorizationRule | str


Claims = dict[str, Claim]
"""By the lower-case path that a token is for, which is empty for the whole namespace."""


class Authorization:
    """The namespace's policies and role assignments. Roles are looked at when they are used."""

    def __init__(
        self,
        root: AuthorizationRule,
        rules_of: Callable[[str], tuple[AuthorizationRule, ...]],
        tokens: Tokens | None,
    ) -> None:
        """`rules_of` an entity are its own policies, none where it does not exist."""
        self._root = root
        self._rules: tuple[AuthorizationRule, ...] = ()
        self._assignments: tuple[RoleAssignment, ...] = ()
        self._rules_of = rules_of
        self._tokens = tokens

    def declare(
        self,
        rules: tuple[AuthorizationRule, ...] | None,
        assignments: tuple[RoleAssignment, ...] | None,
    ) -> None:
        """What is given replaces all of its kind; the root policy always stays."""
        self._rules = self._rules if rules is None else rules
        self._assignments = self._assignments if assignments is None else assignments

    def wire(self) -> dict[str, Any]:
        return {
            "authorizationRules": [rule.wire() for rule in self._namespace_rules()],
            "roleAssignments": [assignment.wire() for assignment in self._assignments],
        }

    def check_password(self, name: str, key: str) -> Claim | None:
        """The claim of a client that says a policy's name and key without a token."""
        for rule in self._namespace_rules():
            if rule.name == name and hmac.compare_digest(key.encode(), rule.key.encode()):
                return Claim(math.inf, rule)
        return None

    def check_token(self, token: str, audience: str, now: float) -> Claim:
        """What `token` allows at the path `audience`; raises Refused.

        What the client says of the token's type means nothing: the SDK calls a SAS token `jwt`.
        """
        if token.startswith(_PREFIX):
            return self._shared_access(token, audience, now)
        return self._entra(token)

    def rights(self, claims: Claims, path: str, now: float) -> Rights:
        """What the claims that hold allow together at a path."""
        found: Rights = frozenset()
        for audience, claim in claims.items():
            if claim.ends_at > now and _covers(audience, path):
                found |= self.rights_of(claim, path)
        return found

    def rights_of(self, claim: Claim, path: str) -> Rights:
        bearer = claim.bearer
        if isinstance(bearer, AuthorizationRule):
            return bearer.rights
        entity = entity_of(path)
        brought = (each.rights_at(bearer, entity) for each in self._assignments)
        return frozenset[Right]().union(*brought)

    def _shared_access(self, token: str, audience: str, now: float) -> Claim:
        parts = (each.partition("=") for each in token[len(_PREFIX) :].split("&"))
        fields = {name: value for name, _, value in parts}
        resource, ends = fields.get("sr", ""), fields.get("se", "")
        scope = path_of(unquote_plus(resource))
        name, signature = unquote_plus(fields.get("skn", "")), unquote_plus(fields.get("sig", ""))
        rule = next(
            (
                each
                for each in (*self._rules_of(entity_of(scope)), *self._namespace_rules())
                if each.name == name and _is_signed(each.key, resource, ends, signature)
            ),
            None,
        )
        if rule is None:
            raise Refused("InvalidSignature: The token has an invalid signature.")
        if not ends.isdigit() or int(ends) <= now:
            raise Refused("ExpiredToken: The token is expired.")
        if not _covers(scope, audience):
            text = "The authorization header contains a token with a wrong audience."
            raise Refused(f"InvalidAudience: {text}")
        return Claim(float(ends), rule)

    def _entra(self, token: str) -> Claim:
        if token.count(".") != 2:
            raise Refused("MalformedToken: The token is neither signed by a key nor by Entra.")
        claims = None if self._tokens is None else self._tokens.claims_of(token)
        if claims is None:
            raise Refused("InvalidSignature: The token has an invalid signature.")
        if str(claims["aud"]).rstrip("/") != AUDIENCE:
            raise Refused("InvalidAudience: Invalid authorization token audience.")
        return Claim(float(claims["exp"]), str(claims["oid"]))

    def _namespace_rules(self) -> Iterable[AuthorizationRule]:
        return (self._root, *self._rules)


def _covers(audience: str, path: str) -> bool:
    return not audience or path == audience or path.startswith(f"{audience}/")


def _is_signed(key: str, resource: str, ends: str, signature: str) -> bool:
    digest = hmac.digest(key.encode(), f"{resource}\n{ends}".encode(), hashlib.sha256)
    return hmac.compare_digest(signature.encode(), base64.b64encode(digest))
