"""Events as the log shows them: the fields of the specification's example."""

from datetime import datetime
from typing import Any

from emulators.azure.activity_log.filters import group_of
from emulators.azure.activity_log.models import BEGIN, Event

_EVENT_NAMES = {BEGIN: "Begin request"}


def event_wire(event: Event, subscription_id: str, tenant_id: str) -> dict[str, Any]:
    """One event. The role, and that names are not translated, is assumed."""
    write = event.write
    scope = write.resource_id
    properties = {"statusCode": event.sub_status, "entity": scope, "message": write.action}
    if event.error is not None:
        properties["statusMessage"] = str(dict(event.error))
    return {
        "authorization": {"action": write.action, "role": "Contributor", "scope": scope},
        "caller": str(write.claims.get("appid", "")),
        "category": _named("Administrative"),
        "channels": "Operation",
        "claims": {name: str(value) for name, value in write.claims.items()},
        "correlationId": write.correlation_id,
        "description": "",
        "eventDataId": event.id,
        "eventName": _named(event.name, _EVENT_NAMES.get(event.name, "End request")),
        "eventTimestamp": _seven_digits(event.at),
        "httpRequest": {
            "clientRequestId": write.client_request_id,
            "clientIpAddress": "127.0.0.1",
            "method": write.method,
        },
        "id": f"{scope}/events/{event.id}/ticks/{_ticks(event.at)}",
        "level": "Error" if event.status == "Failed" else "Informational",
        "operationId": write.operation.id if write.operation else write.correlation_id,
        "operationName": _named(write.action),
        "properties": properties,
        "resourceGroupName": group_of(scope),
        "resourceId": scope,
        "resourceProviderName": _named(write.resource_type.partition("/")[0]),
        "resourceType": _named(write.resource_type),
        "status": _named(event.status),
        "subStatus": _named(event.sub_status),
        "submissionTimestamp": _seven_digits(event.submitted_at),
        "subscriptionId": subscription_id,
        "tenantId": tenant_id,
    }


def _named(value: str, localized: str | None = None) -> dict[str, str]:
    return {"value": value, "localizedValue": value if localized is None else localized}


def _seven_digits(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0Z"


def _ticks(moment: datetime) -> int:
    """Hundreds of nanoseconds since the year 1."""
    return 621_355_968_000_000_000 + int(moment.timestamp() * 10_000_000)
