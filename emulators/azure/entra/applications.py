"""The app registrations of the tenant: clients with a secret, and APIs with roles for them."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from emulators.azure.identity import Principal


class Conflict(Exception):
    """A registration that contradicts what is there; its text says how."""


@dataclass(frozen=True, slots=True)
class Application:
    """An app registration with its service principal and one client secret.

    As an API it is named by its client id or by one of its URIs, and has the app roles that
    principals may be given.
    """

    principal: Principal
    secret: str = field(repr=False)
    identifier_uris: tuple[str, ...] = ()
    token_version: int = 1
    """`requestedAccessTokenVersion`, which is 1 where a registration says nothing."""
    app_roles: tuple[str, ...] = ()

    def has_secret(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.secret.encode())

    def is_named(self, resource: str) -> bool:
        names = (self.principal.client_id, *self.identifier_uris)
        return resource.rstrip("/").lower() in (each.rstrip("/").lower() for each in names)

    def wire(self) -> dict[str, Any]:
        return {
            "appId": self.principal.client_id,
            "objectId": self.principal.object_id,
            "identifierUris": list(self.identifier_uris),
            "requestedAccessTokenVersion": self.token_version,
            "appRoles": list(self.app_roles),
        }


class Applications:
    """Finds applications by their client id, whose case does not matter."""

    def __init__(self, applications: Iterable[Application]) -> None:
        self._by_id = {each.principal.client_id.lower(): each for each in applications}
        self._roles: dict[tuple[str, str], tuple[str, ...]] = {}

    def all(self) -> tuple[Application, ...]:
        return tuple(self._by_id.values())

    def find(self, client_id: str) -> Application | None:
        return self._by_id.get(client_id.lower())

    def find_api(self, resource: str) -> Application | None:
        """The application that a scope or a resource names."""
        return next((each for each in self.all() if each.is_named(resource)), None)

    def register(self, application: Application) -> None:
        """In place of one with the same client id. Raises Conflict."""
        client_id = application.principal.client_id.lower()
        for uri in application.identifier_uris:
            owner = self.find_api(uri)
            if owner is not None and owner.principal.client_id.lower() != client_id:
                raise Conflict(f"{uri} belongs to {owner.principal.client_id}.")
        self._by_id[client_id] = application

    def assign(self, object_id: str, api: Application, roles: Iterable[str]) -> None:
        """Give a principal these app roles of an API, and no others. Raises Conflict."""
        given = tuple(roles)
        for role in given:
            if role not in api.app_roles:
                raise Conflict(f"{role} is no app role of {api.principal.client_id}.")
        self._roles[object_id, api.principal.client_id] = given

    def roles_of(self, object_id: str, api: Application) -> tuple[str, ...]:
        given = self._roles.get((object_id, api.principal.client_id), ())
        return tuple(each for each in given if each in api.app_roles)

    def assignments(self) -> list[dict[str, Any]]:
        return [
            {"principalId": object_id, "resource": client_id, "roles": list(roles)}
            for (object_id, client_id), roles in self._roles.items()
            if roles
        ]
