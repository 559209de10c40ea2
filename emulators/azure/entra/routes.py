"""The endpoints of Entra that a service principal needs to sign in with its secret.

Both generations are here: `/oauth2/v2.0/token` asks for a scope, `/oauth2/token` for a resource.
The keys that access tokens are verified with are published, for the APIs that they are for.
"""

import base64
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from emulators.azure.entra import errors
from emulators.azure.entra.applications import Application, Applications
from emulators.azure.entra.errors import Refusal
from emulators.azure.entra.issuing import Issuing
from emulators.azure.identity import AccessToken, Tokens

TOKEN_LIFETIME_SECONDS = 3599
"""Entra gives 60 to 90 minutes and says one second less."""

DOMAIN = "simulatedazure.onmicrosoft.com"
ANY_TENANT = ("common", "organizations")

_PATH = re.compile(
    r"/(?P<tenant>[^/]+)/(?P<what>"
    r"(v2\.0/)?\.well-known/openid-configuration|oauth2/(v2\.0/)?token|"
    r"discovery/(v2\.0/)?keys|discovery/instance)",
    re.IGNORECASE,
)
_DEFAULT_SCOPE = "/.default"


def is_for_entra(request: web.Request) -> bool:
    return _PATH.fullmatch(request.path) is not None


class Entra:
    """Answers what a client library asks between a tenant's name and an access token."""

    def __init__(self, tokens: Tokens, applications: Applications, issuing: Issuing) -> None:
        self._tokens = tokens
        self._applications = applications
        self._issuing = issuing

    async def handle(self, request: web.Request) -> web.Response:
        found = _PATH.fullmatch(request.path)
        if found is None:
            raise LookupError(f"{request.path} is no address of Entra")
        tenant, what = found["tenant"], found["what"].lower()
        method = "POST" if what.endswith("token") else "GET"
        if request.method != method:
            return web.Response(status=405, headers={"Allow": method})
        try:
            return web.json_response(await self._answer(request, tenant, what), headers=_NO_STORE)
        except Refusal as refusal:
            return _refused(request, refusal)

    async def _answer(self, request: web.Request, tenant: str, what: str) -> dict[str, Any]:
        base_url = f"{request.scheme}://{request.host}"
        if what.endswith("keys"):
            return {"keys": [self._published_key(base_url, "v2.0/" in what)]}
        if what == "discovery/instance":
            return _instance(base_url, request, self._tokens.tenant_id)
        self._check_tenant(tenant)
        is_v2 = "v2.0/" in what
        if what.endswith("openid-configuration"):
            return self._configuration(base_url, tenant, is_v2)
        return self._token(await _read_form(request), is_v2, base_url)

    def _check_tenant(self, tenant: str) -> None:
        if tenant.lower() not in (self._tokens.tenant_id, DOMAIN, *ANY_TENANT):
            raise errors.unknown_tenant(tenant)

    def _configuration(self, base_url: str, tenant: str, is_v2: bool) -> dict[str, Any]:
        known = "{tenantid}" if tenant.lower() in ANY_TENANT else self._tokens.tenant_id
        shown = tenant.lower() if tenant.lower() in ANY_TENANT else self._tokens.tenant_id
        version = "v2.0/" if is_v2 else ""
        issuer = f"{base_url}/{known}/v2.0" if is_v2 else f"https://sts.windows.net/{known}/"
        authorities = f"{base_url}/{shown}/oauth2/{version}"
        return {
            "token_endpoint": f"{authorities}token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "jwks_uri": f"{base_url}/{shown}/discovery/{version}keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": issuer,
            "authorization_endpoint": f"{authorities}authorize",
            "device_authorization_endpoint": f"{authorities}devicecode",
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
        }

    def _published_key(self, base_url: str, is_v2: bool) -> dict[str, str]:
        """The newer endpoint names the issuer that a key signs for."""
        issuer = {"issuer": f"{base_url}/{self._tokens.tenant_id}/v2.0"} if is_v2 else {}
        return self._tokens.key.jwk() | issuer

    def _token(self, form: Mapping[str, str], is_v2: bool, base_url: str) -> dict[str, Any]:
        bearer = self._authenticated(form).principal
        resource = _resource(form, is_v2)
        token = self._issuing.issue(resource, bearer, TOKEN_LIFETIME_SECONDS, base_url)
        return _token_v2(token) if is_v2 else _token_v1(token, resource)

    def _authenticated(self, form: Mapping[str, str]) -> Application:
        grant_type = _required(form, "grant_type")
        client_id = _required(form, "client_id")
        if grant_type != "client_credentials":
            raise errors.unsupported_grant(grant_type)
        application = self._applications.find(client_id)
        if application is None:
            raise errors.unknown_application(client_id, self._tokens.tenant_id)
        if "client_secret" not in form:
            raise errors.missing_secret()
        if not application.has_secret(form["client_secret"]):
            raise errors.wrong_secret(client_id)
        return application


async def _read_form(request: web.Request) -> dict[str, str]:
    """The fields of the form; a client may send its id and secret as basic authorization."""
    form = {name: str(value) for name, value in (await request.post()).items()}
    header = request.headers.get("Authorization")
    if header is None:
        return form
    scheme, _, encoded = header.partition(" ")
    try:
        login, colon, password = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        raise errors.missing_secret() from None
    if scheme.lower() != "basic" or not colon:
        raise errors.missing_secret()
    return {**form, "client_id": unquote(login), "client_secret": unquote(password)}


def _required(form: Mapping[str, str], name: str) -> str:
    if not form.get(name):
        raise errors.missing_parameter(name)
    return form[name]


def _resource(form: Mapping[str, str], is_v2: bool) -> str:
    if not is_v2:
        return _required(form, "resource")
    scope = _required(form, "scope")
    if not scope.endswith(_DEFAULT_SCOPE) or " " in scope:
        raise errors.invalid_scope(scope)
    return scope.removesuffix(_DEFAULT_SCOPE)


def _token_v2(token: AccessToken) -> dict[str, Any]:
    return {
        "token_type": "Bearer",
        "expires_in": TOKEN_LIFETIME_SECONDS,
        "ext_expires_in": TOKEN_LIFETIME_SECONDS,
        "access_token": token.value,
    }


def _token_v1(token: AccessToken, resource: str) -> dict[str, Any]:
    """The older endpoint writes its numbers as text."""
    return {
        "token_type": "Bearer",
        "expires_in": str(TOKEN_LIFETIME_SECONDS),
        "ext_expires_in": str(TOKEN_LIFETIME_SECONDS),
        "expires_on": str(token.expires_on),
        "not_before": str(token.expires_on - TOKEN_LIFETIME_SECONDS),
        "resource": resource,
        "access_token": token.value,
    }


def _instance(base_url: str, request: web.Request, tenant_id: str) -> dict[str, Any]:
    """What a client library asks when it does not know the authority: this one is good."""
    asked = request.query.get("authorization_endpoint", "").removeprefix(base_url)
    tenant = asked.strip("/").partition("/")[0] or tenant_id
    return {
        "tenant_discovery_endpoint": f"{base_url}/{tenant}/v2.0/.well-known/openid-configuration",
        "api-version": request.query.get("api-version", "1.1"),
        "metadata": [
            {
                "preferred_network": request.host,
                "preferred_cache": request.host,
                "aliases": [request.host],
            }
        ],
    }


def _refused(request: web.Request, refusal: Refusal) -> web.Response:
    """Trace id, correlation id and time stand in the text as well as beside it."""
    trace_id = str(uuid.uuid4())
    correlation_id = request.headers.get("client-request-id") or str(uuid.uuid4())
    timestamp = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"
    description = (
        f"AADSTS{refusal.number}: {refusal.message} Trace ID: {trace_id} "
        f"Correlation ID: {correlation_id} Timestamp: {timestamp}"
    )
    body = {
        "error": refusal.error,
        "error_description": description,
        "error_codes": [refusal.number],
        "timestamp": timestamp,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
        "error_uri": f"{request.scheme}://{request.host}/error?code={refusal.number}",
    }
    return web.json_response(body, status=refusal.status, headers=_NO_STORE)


_NO_STORE = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}
