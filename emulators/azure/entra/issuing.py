"""Which access token a principal gets for a resource: the resource's registration decides."""

from typing import Any

from emulators.azure.entra import errors
from emulators.azure.entra.applications import Application, Applications
from emulators.azure.identity import AccessToken, Principal, Tokens

_API_SCHEME = "api://"


class Issuing:
    """Issues access tokens for Azure's own services and for the APIs of the tenant."""

    def __init__(self, tokens: Tokens, applications: Applications) -> None:
        self._tokens = tokens
        self._applications = applications

    def issue(
        self, resource: str, bearer: Principal, lifetime_seconds: int, base_url: str
    ) -> AccessToken:
        """`base_url` is where the authority was asked. Raises Refusal."""
        api = self._applications.find_api(resource)
        if api is None:
            if resource.lower().startswith(_API_SCHEME):
                raise errors.unknown_resource(resource, self._tokens.tenant_id)
            return self._tokens.issue(resource, bearer, lifetime_seconds)
        roles = self._applications.roles_of(bearer.object_id, api)
        if api.token_version == 1:
            return self._tokens.issue(resource, bearer, lifetime_seconds, _roles(roles))
        issuer = f"{base_url}/{self._tokens.tenant_id}/v2.0"
        claims = _claims_of_version_2(api, bearer, issuer) | _roles(roles)
        return self._tokens.sign({}, claims, bearer, lifetime_seconds)


def _claims_of_version_2(api: Application, bearer: Principal, issuer: str) -> dict[str, Any]:
    """The audience is the application's id, by whatever name it was asked for.

    `azpacr` 1 says that the client proved itself by a secret.
    """
    return {
        "aud": api.principal.client_id,
        "iss": issuer,
        "azp": bearer.client_id,
        "azpacr": "1",
        "ver": "2.0",
    }


def _roles(roles: tuple[str, ...]) -> dict[str, Any]:
    """Absent where there are none."""
    return {"roles": list(roles)} if roles else {}
