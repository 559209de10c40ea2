"""Checks of an app that is deployed already: `--app URL`."""

import base64
import json

from clients.answers import ArmAnswer, NoAnswer
from tests.azure.azure import Azure, describe
from tests.azure.seen import NotTried, Seen

FORGED = {
    "auth_typ": "aad",
    "role_typ": "roles",
    "claims": [{"typ": "roles", "val": "Environments.Write"}],
}


async def check_preview_bundle(azure: Azure) -> Seen:
    """`/healthz` asks the task hub through the Durable extension."""
    answer = await _get(azure, "/healthz")
    is_healthy = isinstance(answer.body, dict) and answer.body.get("status") == "Healthy"
    return Seen.of(answer.status == 200 and is_healthy, f"GET /healthz: {describe(answer)}")


async def check_forged_identity(azure: Azure) -> Seen:
    principal = base64.b64encode(json.dumps(FORGED).encode()).decode()
    headers = {"X-MS-CLIENT-PRINCIPAL": principal, "X-MS-CLIENT-PRINCIPAL-IDP": "aad"}
    answer = await _get(azure, "/environments", headers)
    what = f"a forged X-MS-CLIENT-PRINCIPAL without a token: HTTP {answer.status}"
    return Seen.of(answer.status == 401, what)


async def _get(azure: Azure, path: str, headers: dict[str, str] | None = None) -> ArmAnswer:
    if azure.app_url is None:
        raise NotTried("it needs a deployed app: --app URL")
    try:
        return await azure.clients.send(
            "GET", f"{azure.app_url.rstrip('/')}{path}", headers=headers
        )
    except NoAnswer as error:
        raise NotTried(f"{azure.app_url} does not answer: {error}") from error
