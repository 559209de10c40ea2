"""The data plane of registries: tokens for tokens of Entra, then manifests."""

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from emulators.azure.arm.resources import Resource
from emulators.azure.container_registry import blob_storage
from emulators.azure.container_registry.contents import Manifest
from emulators.azure.container_registry.models import SUFFIX, Registries, login_server
from emulators.azure.identity import ARM_AUDIENCE, Principal, Tokens, bearer_token

AUDIENCES = ("https://containerregistry.azure.net", ARM_AUDIENCE)
REFRESH_TOKEN_SECONDS = 11_700
ACCESS_TOKEN_SECONDS = 4_500
"""Documented as 75 minutes; not recorded."""

ISSUER = "Azure Container Registry"
_MANIFEST = re.compile(r"/v2/(?P<repository>[^:]+)/manifests/(?P<reference>[^/]+)")
_BLOB = re.compile(r"/v2/(?P<repository>[^:]+)/blobs/(?P<digest>sha256:[0-9a-f]{64})")
_SCOPE = re.compile(r"repository:(?P<repository>[^:]+):(?P<actions>[a-z,*]+)")
_REFUSED = "authentication required, visit https://aka.ms/acr/authorization for more information."


def is_for_registry(host: str) -> bool:
    return host.endswith(SUFFIX)


class DataPlane:
    """Answers at the host names of registries."""

    def __init__(self, registries: Registries, tokens: Tokens) -> None:
        self._registries = registries
        self._tokens = tokens

    async def handle(self, request: web.Request) -> web.StreamResponse:
        registry = self._registries.find(request.host.partition(":")[0])
        if registry is None:
            return _hang_up(request)
        match request.method, request.path:
            case "POST", "/oauth2/exchange":
                return self._exchange(registry, dict(await request.post()))
            case "POST", "/oauth2/token":
                return self._grant(registry, dict(await request.post()))
            case (("GET" | "HEAD"), path) if found := _MANIFEST.fullmatch(path):
                return self._manifest(request, registry, found["repository"], found["reference"])
            case (("GET" | "HEAD"), path) if found := _BLOB.fullmatch(path):
                return self._blob(request, registry, found["repository"], found["digest"])
            case _:
                return web.Response(status=404, text="404 page not found\n")

    def _exchange(self, registry: Resource, form: Mapping[str, Any]) -> web.Response:
        claims = self._tokens.claims_of(str(form.get("access_token", "")))
        if claims is None or str(claims["aud"]).rstrip("/") not in AUDIENCES:
            return _unauthorized(f"{_REFUSED} CorrelationId: {uuid.uuid4()}")
        bearer = Principal(str(claims["appid"]), str(claims["oid"]))
        if not self._registries.may_pull(bearer.object_id, registry):
            return _unauthorized(f"{_REFUSED} CorrelationId: {uuid.uuid4()}")
        permissions = {"Actions": ["read"], "NotActions": None}
        more = {"grant_type": "refresh_token", "permissions": permissions, "roles": []}
        token = self._sign(registry, bearer, more, REFRESH_TOKEN_SECONDS)
        return web.json_response({"refresh_token": token})

    def _grant(self, registry: Resource, form: Mapping[str, Any]) -> web.Response:
        """An anonymous token is given even where it gives no right."""
        claims = self._own_claims(registry, str(form.get("refresh_token", "")))
        if form.get("grant_type") == "refresh_token" and claims is None:
            return _unauthorized(_REFUSED)
        bearer = (
            Principal(str(claims["appid"]), str(claims["oid"])) if claims else Principal("", "")
        )
        scope = _SCOPE.fullmatch(str(form.get("scope", "")))
        is_allowed = claims is not None and self._registries.may_pull(bearer.object_id, registry)
        access = (
            [{"type": "repository", "name": scope["repository"], "actions": ["pull"]}]
            if scope and is_allowed
            else []
        )
        token = self._sign(registry, bearer, {"access": access}, ACCESS_TOKEN_SECONDS)
        return web.json_response({"access_token": token})

    def _manifest(
        self, request: web.Request, registry: Resource, repository: str, reference: str
    ) -> web.Response:
        refused = self._check(request, registry, repository)
        if refused is not None:
            return refused
        found = self._registries.repository(login_server(registry.name), repository)
        if found is None:
            message = f'repository "{repository}" is not found'
            return _error(404, "NAME_UNKNOWN", message, {"name": repository})
        manifest = found.find(reference)
        if manifest is None:
            return _unknown_manifest(reference)
        return _manifest_response(request, manifest)

    def _blob(
        self, request: web.Request, registry: Resource, repository: str, digest: str
    ) -> web.Response:
        """Where it is: storage serves blobs."""
        refused = self._check(request, registry, repository)
        if refused is not None:
            return refused
        found = self._registries.repository(login_server(registry.name), repository)
        if found is None or digest not in found.configurations:
            return _error(404, "BLOB_UNKNOWN", "blob unknown to registry", {"digest": digest})
        return web.Response(status=307, headers={"Location": blob_storage.address_of(digest)})

    def _check(
        self, request: web.Request, registry: Resource, repository: str
    ) -> web.Response | None:
        """The refusal of a token without the right to pull."""
        token = bearer_token(request.headers.get("Authorization"))
        claims = self._own_claims(registry, token or "")
        granted = {each["name"] for each in (claims or {}).get("access", [])}
        if repository in granted:
            return None
        return _challenge(registry, repository, had_token=token is not None)

    def _sign(
        self, registry: Resource, bearer: Principal, more: Mapping[str, Any], seconds: int
    ) -> str:
        claims = {
            **more,
            "iss": ISSUER,
            "aud": login_server(registry.name),
            "version": "1.0",
            "appid": bearer.client_id,
        }
        return self._tokens.sign({}, claims, bearer, seconds).value

    def _own_claims(self, registry: Resource, token: str) -> Mapping[str, Any] | None:
        """Of a token that this registry has given."""
        claims = self._tokens.claims_of(token)
        is_own = claims is not None and claims.get("aud") == login_server(registry.name)
        return claims if is_own else None


def _manifest_response(request: web.Request, manifest: Manifest) -> web.Response:
    headers = {
        "Docker-Distribution-Api-Version": "registry/2.0",
        "Docker-Content-Digest": manifest.digest,
        "ETag": f'"{manifest.digest}"',
        "Content-Type": manifest.media_type,
    }
    body = b"" if request.method == "HEAD" else manifest.text.encode()
    return web.Response(status=200, headers=headers, body=body)


def _challenge(registry: Resource, repository: str, *, had_token: bool) -> web.Response:
    host = login_server(registry.name)
    challenge = (
        f'Bearer realm="https://{host}/oauth2/token",service="{host}",'
        f'scope="repository:{repository}:pull"'
    )
    if had_token:
        challenge += ',error="insufficient_scope"'
    detail = [{"Type": "repository", "Name": repository, "Action": "pull"}]
    response = _error(401, "UNAUTHORIZED", _REFUSED, detail)
    response.headers["WWW-Authenticate"] = challenge
    return response


def _unknown_manifest(reference: str) -> web.Response:
    if reference.startswith("sha256:"):
        return _error(404, "MANIFEST_UNKNOWN", f"manifest {reference} is not found", {})
    message = f'manifest tagged by "{reference}" is not found'
    return _error(404, "MANIFEST_UNKNOWN", message, {"Tag": reference})


def _unauthorized(message: str) -> web.Response:
    return _error(401, "UNAUTHORIZED", message)


def _error(status: int, code: str, message: str, detail: Any = None) -> web.Response:
    error = {"code": code, "message": message, **({"detail": detail} if detail else {})}
    return web.Response(
        status=status,
        body=json.dumps({"errors": [error]}).encode(),
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "Docker-Distribution-Api-Version": "registry/2.0",
        },
    )


def _hang_up(request: web.Request) -> web.StreamResponse:
    """No DNS record: the connection ends without a word."""
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError("There is no such registry.")
