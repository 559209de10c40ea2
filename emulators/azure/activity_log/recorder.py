"""Notes each write that a service answers, whether it took it or refused it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from emulators.azure.activity_log.models import ActivityLog, Write
from emulators.azure.arm.answers import Answer, ArmError
from emulators.azure.arm.operations import Operation
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.routing import Route

_VERBS = {"PUT": "write", "PATCH": "write", "DELETE": "delete", "POST": "action"}
_CORRELATION = "x-ms-correlation-request-id"


class Recorder:
    """Stands between the gateway and the services."""

    def __init__(self, platform: Platform, log: ActivityLog) -> None:
        self._platform = platform
        self._log = log

    async def answer(self, route: Route, request: ArmRequest, claims: Mapping[str, Any]) -> Answer:
        """Let the service answer; a read leaves no trace."""
        if request.method not in _VERBS:
            return await route.handler(request)
        started_at = self._platform.clock.now()
        correlation_id = request.headers.get(_CORRELATION) or self._log.identifiers.guid()

        def note(answer: Answer) -> None:
            self._log.add(self._write(route, request, claims, started_at, correlation_id, answer))

        try:
            answer = await route.handler(request)
        except ArmError as refusal:
            note(refusal.answer)
            raise
        note(answer)
        return replace(answer, headers={_CORRELATION: correlation_id, **answer.headers})

    def _write(
        self,
        route: Route,
        request: ArmRequest,
        claims: Mapping[str, Any],
        started_at: datetime,
        correlation_id: str,
        answer: Answer,
    ) -> Write:
        resource_id, resource_type, action = _names(route, request)
        return Write(
            action=action,
            resource_id=resource_id,
            resource_type=resource_type,
            method=request.method,
            correlation_id=correlation_id,
            claims=claims,
            started_at=started_at,
            answered_at=self._platform.clock.now(),
            status=answer.status,
            error=_error(answer),
            operation=self._operation(request, started_at),
            client_request_id=request.headers.get("x-ms-client-request-id"),
        )

    def _operation(self, request: ArmRequest, started_at: datetime) -> Operation | None:
        """The operation that this very request began."""
        called = f"{request.method} {request.path}"
        for operation in reversed(self._platform.operations.all()):
            if operation.started_at < started_at:
                return None
            if operation.work.request == called:
                return operation
        return None


def _names(route: Route, request: ArmRequest) -> tuple[str, str, str]:
    """The resource's id and type, and the action as roles name it."""
    resource_type = route.resource_type or _own_type(route)
    verb = _VERBS[request.method]
    if request.method != "POST":
        return request.path, resource_type, f"{resource_type}/{verb}"
    resource_id, _, name = request.path.rpartition("/")
    return resource_id, resource_type, f"{resource_type}/{name}/{verb}"


def _own_type(route: Route) -> str:
    """What ARM itself writes: resource groups and the registration of providers."""
    if "/providers/" in route.pattern:
        return "Microsoft.Resources/subscriptions/providers"
    return "Microsoft.Resources/subscriptions/resourceGroups"


def _error(answer: Answer) -> Mapping[str, Any] | None:
    if answer.status < 400 or not isinstance(answer.body, dict):
        return None
    return answer.body.get("error", answer.body)
