"""Who sends a request, and whether it may: by app role and by cost center."""

import azure.functions as func

from domain.requests.app_roles import AppRole, has_app_role
from domain.requests.principal import Principal, parse_principal
from triggers.errors import error_response
from triggers.parameters import read_header

PRINCIPAL = "X-MS-CLIENT-PRINCIPAL"
"""Built-in authentication sets this header to the token's claims and removes a client's own."""

PRINCIPAL_ID = "X-MS-CLIENT-PRINCIPAL-ID"
"""The caller's object id, set and protected likewise."""

MISSING_APP_ROLE = "MissingAppRole"


def read_principal(req: func.HttpRequest) -> Principal:
    return parse_principal(read_header(req, PRINCIPAL), read_header(req, PRINCIPAL_ID))


def refuse_without_role(
    principal: Principal | None, needed: AppRole | None
) -> func.HttpResponse | None:
    """None if the caller has the app role that the request needs, otherwise 403."""
    if needed is None or principal is None or has_app_role(principal.roles, needed):
        return None
    message = (
        f"The request needs the app role {needed}, which your token does not contain. An "
        "administrator of the API's enterprise application in Entra ID can assign it; then get a "
        "new token."
    )
    return error_response(403, MISSING_APP_ROLE, message)
