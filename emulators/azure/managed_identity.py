"""The managed identity endpoint of App Service, as azure-identity asks it."""

import hmac

from aiohttp import web

from emulators.azure.entra.errors import Refusal
from emulators.azure.entra.issuing import Issuing
from emulators.azure.identity import TOKEN_LIFETIME_SECONDS, Tokens

API_VERSION = "2019-08-01"


class ManagedIdentity:
    """Answers `GET /msi/token` to callers that know the identity header."""

    def __init__(self, tokens: Tokens, issuing: Issuing, identity_header: str) -> None:
        self._tokens = tokens
        self._issuing = issuing
        self._identity_header = identity_header

    def handle(self, request: web.Request) -> web.Response:
        if request.method != "GET":
            return _refusal(405, "The managed identity endpoint answers GET only.")
        if not self._knows_header(request):
            return _refusal(401, "The X-IDENTITY-HEADER is missing or wrong.")
        if request.query.get("api-version") != API_VERSION:
            return _refusal(400, f"The api-version must be {API_VERSION}.")
        resource = request.query.get("resource")
        if not resource:
            return _refusal(400, "The resource parameter is required.")
        bearer = self._tokens.managed_identity
        base_url = f"{request.scheme}://{request.host}"
        try:
            token = self._issuing.issue(resource, bearer, TOKEN_LIFETIME_SECONDS, base_url)
        except Refusal as refusal:
            return _refusal(refusal.status, f"AADSTS{refusal.number}: {refusal.message}")
        answer = {
            "access_token": token.value,
            "expires_on": str(token.expires_on),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": request.query.get("client_id", self._tokens.client_id),
        }
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    def _knows_header(self, request: web.Request) -> bool:
        given = request.headers.get("X-IDENTITY-HEADER", "")
        return hmac.compare_digest(given.encode(), self._identity_header.encode())


def _refusal(status: int, message: str) -> web.Response:
    return web.json_response({"statusCode": status, "message": message}, status=status)
