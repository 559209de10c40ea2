"""The data plane: `https://<vault>.vault.azure.net/secrets/...`, as far as secrets need it."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from emulators.azure.arm.resources import Resource
from emulators.azure.identity import bearer_token
from emulators.azure.key_vault import errors
from emulators.azure.key_vault.access import Caller, SecretAccess
from emulators.azure.key_vault.errors import Refused
from emulators.azure.key_vault.models import HOST_SUFFIX, SecretVersion

AUDIENCE = "https://vault.azure.net"

ClaimsOf = Callable[[str], Mapping[str, Any] | None]


def is_for_vault(host: str) -> bool:
    return host.endswith(HOST_SUFFIX)


async def handle(
    request: web.Request, access: SecretAccess, tenant_id: str, claims_of: ClaimsOf
) -> web.Response:
    vault = access.vaults.by_name(request.host.partition(".")[0])
    if vault is None:
        return _hang_up(request)
    try:
        caller = _caller(request, claims_of)
        return await _answer(request, vault, access, caller)
    except Refused as refusal:
        headers = _challenge(tenant_id) if refusal.status == 401 else {}
        return web.json_response(refusal.body, status=refusal.status, headers=headers)


def _challenge(tenant_id: str) -> dict[str, str]:
    authority = f"https://login.microsoftonline.com/{tenant_id}"
    return {"WWW-Authenticate": f'Bearer authorization="{authority}", resource="{AUDIENCE}"'}


def _caller(request: web.Request, claims_of: ClaimsOf) -> Caller:
    claims = claims_of(bearer_token(request.headers.get("Authorization")) or "")
    if claims is None or str(claims["aud"]).rstrip("/") != AUDIENCE:
        raise errors.unauthenticated()
    return Caller(str(claims.get("appid", "")), str(claims["oid"]), str(claims["tid"]))


def _hang_up(request: web.Request) -> web.Response:
    """The host name of a vault that is not there does not resolve: nobody answers."""
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError("There is no such vault.")


async def _answer(
    request: web.Request, vault: Resource, access: SecretAccess, caller: Caller
) -> web.Response:
    match request.method, request.path.strip("/").split("/"):
        case "POST", ["certificates", name, "create"]:
            policy = _policy_in(await request.text())
            access.issue(vault, name, policy, caller)
            return web.json_response(_pending(vault, name), status=202)
        case "GET", ["certificates", name]:
            issued = access.read_certificate(vault, name, caller)
            return web.json_response(_certificate(vault, issued))
        case "GET", ["secrets", name]:
            found = access.read(vault, name, "", caller)
        case "GET", ["secrets", name, version]:
            found = access.read(vault, name, version, caller)
        case "PUT", ["secrets", name]:
            found = access.write(vault, name, _value_in(await request.text()), caller)
        case "DELETE", ["secrets", name]:
            found = access.delete(vault, name, caller)
        case _:
            raise Refused(404, "NotFound", "The path is not known.")
    return web.json_response(_wire(vault, found))


def _value_in(text: str) -> str:
    """The wording of the refusal is assumed."""
    try:
        value = json.loads(text)["value"]
    except (ValueError, KeyError, TypeError):
        raise Refused(400, "BadParameter", "The request body must be a secret.") from None
    return str(value)


def _policy_in(text: str) -> dict[str, Any]:
    """The wording of the refusal is assumed."""
    try:
        policy = json.loads(text)["policy"]
    except (ValueError, KeyError, TypeError):
        policy = None
    if not isinstance(policy, dict):
        raise Refused(400, "BadParameter", "Property policy is required.")
    return policy


def _pending(vault: Resource, name: str) -> dict[str, Any]:
    """It has been issued by now: nobody waits for an authority here."""
    return {
        "id": f"https://{vault.name.lower()}{HOST_SUFFIX}/certificates/{name}/pending",
        "cancellation_requested": False,
        "status": "inProgress",
    }


def _certificate(vault: Resource, issued: SecretVersion) -> dict[str, Any]:
    url = f"https://{vault.name.lower()}{HOST_SUFFIX}"
    which = f"{issued.name}/{issued.version}"
    created = int(issued.created_at.timestamp())
    return {
        "id": f"{url}/certificates/{which}",
        "kid": f"{url}/keys/{which}",
        "sid": f"{url}/secrets/{which}",
        "cer": base64.b64encode(issued.cer).decode(),
        "attributes": {"enabled": True, "created": created, "updated": created},
    }


def _wire(vault: Resource, secret: SecretVersion) -> dict[str, Any]:
    created = int(secret.created_at.timestamp())
    url = f"https://{vault.name.lower()}{HOST_SUFFIX}/secrets/{secret.name}/{secret.version}"
    of_certificate = {"contentType": secret.content_type} if secret.content_type else {}
    return {
        "value": secret.value,
        **of_certificate,
        "id": url,
        "attributes": {
            "enabled": secret.is_enabled,
            "created": created,
            "updated": created,
            "recoveryLevel": "Recoverable+Purgeable",
            "recoverableDays": 90,
        },
    }
