"""The registrations in simulated Entra that callers of models need, as infra/register_api.sh makes
them in Azure: the API whose tokens gateways admit, and a client with its app role."""

import httpx

MODEL_API_ID = "a0de1a91-0000-4000-8000-000000000001"
INVOKE_ROLE = "Model.Invoke"
CALLER_ID = "ca11e900-0000-4000-8000-000000000001"
CALLER_OBJECT_ID = "ca11e900-0000-4000-8000-000000000002"
CALLER_SECRET = "known-to-everybody-who-reads-this"
"""Opens nothing but the models of a stack on this machine."""


def register_callers(azure: httpx.Client) -> None:
    """`azure`: simulated Azure. The same again if it has them already."""
    api = {
        "appId": MODEL_API_ID,
        "identifierUris": [f"api://{MODEL_API_ID}"],
        "requestedAccessTokenVersion": 2,
        "appRoles": [INVOKE_ROLE],
    }
    caller = {"appId": CALLER_ID, "objectId": CALLER_OBJECT_ID, "clientSecret": CALLER_SECRET}
    role = {"principalId": CALLER_OBJECT_ID, "resource": MODEL_API_ID, "roles": [INVOKE_ROLE]}
    for application in (api, caller):
        azure.put("/_simulator/applications", json=application).raise_for_status()
    azure.put("/_simulator/app-role-assignments", json=role).raise_for_status()


def request_token(azure: httpx.Client, tenant_id: str) -> str:
    """An access token of the client for models. Raises HTTPStatusError."""
    answer = azure.post(
        f"/{tenant_id}/oauth2/v2.0/token",
        data={
            "grant_type": "client_credentials",
            "client_id": CALLER_ID,
            "client_secret": CALLER_SECRET,
            "scope": f"api://{MODEL_API_ID}/.default",
        },
    )
    return answer.raise_for_status().json()["access_token"]
