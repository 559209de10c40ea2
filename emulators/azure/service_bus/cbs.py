"""Claims-based security: checks the tokens that clients put on $cbs."""

import base64
import hashlib
import hmac
from urllib.parse import unquote_plus

from emulators.azure.service_bus.message import Request, write_reply
from emulators.azure.service_bus.namespace import path_of
from emulators.azure.service_bus.values import Int

ADDRESS = "$cbs"
KEY_NAME = "RootManageSharedAccessKey"
_PREFIX = "SharedAccessSignature "


class Refused(Exception):
    """A token that does not hold."""


class AccessKey:
    """The namespace's one key."""

    def __init__(self, value: str) -> None:
        self.value = value

    def is_credential(self, name: str, key: str) -> bool:
        return name == KEY_NAME and hmac.compare_digest(key.encode(), self.value.encode())

    def check(self, token: str, now: float) -> tuple[str, float]:
        """The path that a token opens, and until when; raises Refused.

        What the client says of the token's type means nothing: the SDK calls a SAS token `jwt`.
        """
        if not token.startswith(_PREFIX):
            raise Refused("Unsupported token: only shared access signatures are known here.")
        parts = (each.partition("=") for each in token[len(_PREFIX) :].split("&"))
        fields = {name: value for name, _, value in parts}
        resource, ends = fields.get("sr", ""), fields.get("se", "")
        digest = hmac.digest(self.value.encode(), f"{resource}\n{ends}".encode(), hashlib.sha256)
        given = unquote_plus(fields.get("sig", ""))
        expected = base64.b64encode(digest).decode()
        if fields.get("skn") != KEY_NAME or not hmac.compare_digest(
            given.encode(), expected.encode()
        ):
            raise Refused("InvalidSignature: The token has an invalid signature.")
        if not ends.isdigit() or int(ends) <= now:
            raise Refused("ExpiredToken: The token is expired.")
        return path_of(unquote_plus(resource)), float(ends)


def answer(request: Request, key: AccessKey, claims: dict[str, float], now: float) -> bytes:
    """Reply to put-token; the path that it opens goes into `claims`."""
    token = request.value
    if request.properties.get("operation") != "put-token" or not isinstance(token, str):
        return _reply(request, 400, "Only put-token is known here.")
    try:
        path, ends_at = key.check(token, now)
    except Refused as refusal:
        return _reply(request, 401, str(refusal))
    claims[path] = ends_at
    return _reply(request, 202, "Accepted")


def is_open(path: str, claims: dict[str, float], now: float) -> bool:
    """Whether a claim on the path, or on what it lies below, still holds."""
    return any(
        ends_at > now and (not claim or path == claim or path.startswith(f"{claim}/"))
        for claim, ends_at in claims.items()
    )


def _reply(request: Request, status: int, description: str) -> bytes:
    properties = {"status-code": Int(status), "status-description": description}
    return write_reply(request.message_id, properties, None)
