"""Claims-based security: takes the tokens that clients put on $cbs."""

from emulators.azure.service_bus.authorization import Authorization, Claims, Refused
from emulators.azure.service_bus.errors import AmqpError, tracked
from emulators.azure.service_bus.message import Request, write_reply
from emulators.azure.service_bus.namespace import Namespace
from emulators.azure.service_bus.paths import MANAGEMENT, path_of
from emulators.azure.service_bus.values import Int

ADDRESS = "$cbs"


def answer(
    request: Request,
    authorization: Authorization,
    namespace: Namespace,
    claims: Claims,
    now: float,
) -> bytes:
    """Reply to put-token; what the token allows goes into `claims`."""
    token, name = request.value, request.properties.get("name")
    if request.properties.get("operation") != "put-token" or not isinstance(token, str):
        return _reply(request, 400, "Only put-token is known here.")
    if not isinstance(name, str):
        return _reply(request, 400, "The name of what the token is for is missing.")
    audience = path_of(name)
    try:
        claim = authorization.check_token(token, audience, now)
    except Refused as refusal:
        return _reply(request, 401, tracked(str(refusal)))
    # Whoever has no right to an entity does not learn whether there is one.
    if authorization.rights_of(claim, audience) and not _exists(namespace, audience):
        return _reply(request, 404, _missing(name))
    claims[audience] = claim
    return _reply(request, 202, "Accepted")


def _exists(namespace: Namespace, audience: str) -> bool:
    if not audience:
        return True
    try:
        namespace.find(audience.removesuffix(MANAGEMENT))
    except AmqpError:
        return False
    return True


def _missing(name: str) -> str:
    host, _, path = name.partition("://")[2].partition("/")
    text = (
        f"The messaging entity '{name}' could not be found. "
        "To know more visit https://aka.ms/sbResourceMgrExceptions. "
    )
    return tracked(text, f"{host}:{path}")


def _reply(request: Request, status: int, description: str) -> bytes:
    properties = {"status-code": Int(status), "status-description": description}
    return write_reply(request.message_id, properties, None)
