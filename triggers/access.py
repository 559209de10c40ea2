"""Who sends a request, and whether it may: by app role and by cost center."""

import azure.functions as func

from domain.requests.app_roles import AppRole, has_app_role
from domain.requests.principal import Principal, parse_principal
from domain.requests.scopes import EVERYTHING, AccessRules, CallerScope, find_scope
from triggers.errors import error_response
from triggers.parameters import read_header

PRINCIPAL = "X-MS-CLIENT-PRINCIPAL"
"""Built-in authentication sets this header to the token's claims and removes a client's own."""

PRINCIPAL_ID = "X-MS-CLIENT-PRINCIPAL-ID"
"""The caller's object id, set and protected likewise."""

MISSING_APP_ROLE = "MissingAppRole"


def read_principal(req: func.HttpRequest) -> Principal:
    return parse_principal(read_header(req, PRINCIPAL), read_header(req, PRINCIPAL_ID))


def find_access(
    principal: Principal | None, needed: AppRole | None, rules: AccessRules
) -> CallerScope | func.HttpResponse:
    """What the caller sees, or 403. `needed`: None for a route that is open to everyone."""
    if needed is None:
        return EVERYTHING
    if principal and not has_app_role(principal.roles, needed):
        return _missing_role(needed)
    scope = find_scope(principal, rules)
    return (
        scope if isinstance(scope, CallerScope) else error_response(403, scope.code, scope.message)
    )


def _missing_role(needed: AppRole) -> func.HttpResponse:
    message = (
        f"The request needs the app role {needed}, which your token does not contain. An "
        "administrator of the API's enterprise application in Entra ID can assign it; then get a "
        "new token."
    )
    return error_response(403, MISSING_APP_ROLE, message)
