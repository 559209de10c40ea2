"""The control of the tenant's directory, which real ones write by Microsoft Graph."""

import secrets
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from emulators.azure.control.input import BadInput, Fields, read_json, required
from emulators.azure.entra.applications import Application, Applications, Conflict
from emulators.azure.identity import Principal

Handler = Callable[[web.Request], Awaitable[Any]]

TOKEN_VERSIONS = (1, 2)


class DirectoryControl:
    """Handlers of `/_simulator/applications` and `/_simulator/app-role-assignments`."""

    def __init__(self, applications: Applications) -> None:
        self._applications = applications

    def handlers(self) -> dict[tuple[str, str], Handler]:
        return {
            ("GET", "/applications"): self.get_applications,
            ("PUT", "/applications"): self.put_application,
            ("GET", "/app-role-assignments"): self.get_assignments,
            ("PUT", "/app-role-assignments"): self.put_assignment,
        }

    async def get_applications(self, request: web.Request) -> Any:
        return [each.wire() for each in self._applications.all()]

    async def put_application(self, request: web.Request) -> Any:
        """Create or replace a registration; ids and secret that are not given are kept or made."""
        application = self._read_application(Fields(await read_json(request)))
        try:
            self._applications.register(application)
        except Conflict as conflict:
            raise BadInput(str(conflict)) from conflict
        return {**application.wire(), "clientSecret": application.secret}

    async def get_assignments(self, request: web.Request) -> Any:
        return self._applications.assignments()

    async def put_assignment(self, request: web.Request) -> Any:
        """Give a principal the named app roles of an API, and no others of it."""
        fields = Fields(await read_json(request))
        principal_id = required(fields.text("principalId"), "principalId")
        resource = required(fields.text("resource"), "resource")
        roles = fields.texts("roles")
        fields.finish()
        api = self._applications.find_api(resource)
        if api is None:
            raise BadInput(f"resource {resource} is no registered application.")
        try:
            self._applications.assign(principal_id, api, roles)
        except Conflict as conflict:
            raise BadInput(str(conflict)) from conflict
        client_id = api.principal.client_id
        return {"principalId": principal_id, "resource": client_id, "roles": list(roles)}

    def _read_application(self, fields: Fields) -> Application:
        app_id = _guid(fields, "appId")
        object_id = _guid(fields, "objectId")
        secret = fields.text("clientSecret")
        uris = fields.texts("identifierUris")
        version = fields.integer("requestedAccessTokenVersion", TOKEN_VERSIONS[0])
        roles = fields.texts("appRoles")
        fields.finish()
        if version not in TOKEN_VERSIONS:
            raise BadInput("requestedAccessTokenVersion must be 1 or 2.")
        known = self._applications.find(app_id) if app_id else None
        if known is not None:
            object_id = object_id or known.principal.object_id
            secret = secret or known.secret
        principal = Principal(app_id or str(uuid.uuid4()), object_id or str(uuid.uuid4()))
        return Application(principal, secret or secrets.token_urlsafe(24), uris, version, roles)


def _guid(fields: Fields, name: str) -> str | None:
    text = fields.text(name)
    if text is None:
        return None
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise BadInput(f"{name} must be a GUID.") from None
