"""The registrations in simulated Entra that callers of models need, as infra/register_api.sh makes
them in Azure: the API whose tokens gateways admit, and a client with its app role."""

from dataclasses import dataclass

import httpx

MODEL_API_ID = "a0de1a91-0000-4000-8000-000000000001"
MODEL_SCOPE = f"api://{MODEL_API_ID}/.default"
INVOKE_ROLE = "Model.Invoke"
ANY_TENANT = "organizations"


@dataclass(frozen=True, slots=True)
class Caller:
    """An app registration. Its secret is known to everybody who reads this, and opens nothing but
    the models of a stack on this machine."""

    client_id: str
    object_id: str
    secret: str = "known-to-everybody"

    def registration(self) -> dict[str, str]:
        return {
            "appId": self.client_id,
            "objectId": self.object_id,
            "clientSecret": self.secret,
        }


CALLER = Caller("ca11e900-0000-4000-8000-000000000001", "ca11e900-0000-4000-8000-000000000002")


def register_callers(azure: httpx.Client) -> None:
    """`azure`: simulated Azure. The same again if it has them already."""
    api = {
        "appId": MODEL_API_ID,
        "identifierUris": [f"api://{MODEL_API_ID}"],
        "requestedAccessTokenVersion": 2,
        "appRoles": [INVOKE_ROLE],
    }
    role = {"principalId": CALLER.object_id, "resource": MODEL_API_ID, "roles": [INVOKE_ROLE]}
    for application in (api, CALLER.registration()):
        azure.put("/_simulator/applications", json=application).raise_for_status()
    azure.put("/_simulator/app-role-assignments", json=role).raise_for_status()


def request_token(azure: httpx.Client, caller: Caller = CALLER, scope: str = MODEL_SCOPE) -> str:
    """An access token of an application, for models. Raises HTTPStatusError."""
    answer = azure.post(
        f"/{ANY_TENANT}/oauth2/v2.0/token",
        data={
            "grant_type": "client_credentials",
            "client_id": caller.client_id,
            "client_secret": caller.secret,
            "scope": scope,
        },
    )
    return answer.raise_for_status().json()["access_token"]
