"""Headers that every answer of ARM carries."""

from collections.abc import Mapping
from datetime import datetime

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import FAILURE_CAUSE
from emulators.azure.arm.routing import Route
from emulators.azure.arm.tags import TAGGED_TYPES
from emulators.azure.identifiers import Identifiers
from emulators.azure.identity import Tokens


def standard_headers(
    request_headers: Mapping[str, str], identifiers: Identifiers, now: datetime
) -> dict[str, str]:
    """What the gateway adds to each answer; a caller's correlation id comes back."""
    request_id = identifiers.guid()
    correlation_id = request_headers.get("x-ms-correlation-request-id") or request_id
    stamp = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "Cache-Control": "no-cache",
        "Pragma": "no-cache",
        "Expires": "-1",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Cache": "CONFIG_NOCACHE",
        "X-MSEdge-Ref": (
            f"Ref A: {identifiers.hexadecimal(32).upper()} Ref B: AMS231020512011 Ref C: {stamp}"
        ),
        "x-ms-request-id": request_id,
        "x-ms-correlation-request-id": correlation_id,
        "x-ms-routing-request-id": f"WESTEUROPE:{now:%Y%m%dT%H%M%SZ}:{request_id}",
        **_client_request_id(request_headers),
    }


def operation_identifier(
    route: Route, answer: Answer, tokens: Tokens, identifiers: Identifiers
) -> dict[str, str]:
    """What a resource provider's own answers carry, and none that ARM itself gives."""
    if not _is_providers_own(route) or answer.headers.get(FAILURE_CAUSE) == "gateway":
        return {}
    caller = f"tenantId={tokens.tenant_id},objectId={tokens.principal_id}"
    return {"x-ms-operation-identifier": f"{caller}/westeurope/{identifiers.guid()}"}


def _is_providers_own(route: Route) -> bool:
    """ARM itself reads and lists the resources that it keeps track of."""
    _, _, below = route.pattern.partition("/providers/")
    namespace, *parts = below.split("/")
    if not namespace or namespace.startswith("{"):
        return False
    kind = (route.resource_type or "").lower()
    is_action = len(parts) > 2 * kind.count("/")
    return route.method != "GET" or kind not in TAGGED_TYPES or is_action


def _client_request_id(request_headers: Mapping[str, str]) -> dict[str, str]:
    wanted = request_headers.get("x-ms-return-client-request-id", "").lower() == "true"
    given = request_headers.get("x-ms-client-request-id")
    return {"x-ms-client-request-id": given} if wanted and given else {}
