"""Headers that every answer of ARM carries."""

from collections.abc import Mapping
from datetime import datetime

from emulators.azure.identifiers import Identifiers
from emulators.azure.identity import Tokens


def standard_headers(
    request_headers: Mapping[str, str], tokens: Tokens, identifiers: Identifiers, now: datetime
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
        "x-ms-operation-identifier": (
            f"tenantId={tokens.tenant_id},objectId={tokens.principal_id}"
            f"/westeurope/{identifiers.guid()}"
        ),
        **_client_request_id(request_headers),
    }


def _client_request_id(request_headers: Mapping[str, str]) -> dict[str, str]:
    wanted = request_headers.get("x-ms-return-client-request-id", "").lower() == "true"
    given = request_headers.get("x-ms-client-request-id")
    return {"x-ms-client-request-id": given} if wanted and given else {}
