"""What is looked at before a run, and the role that it gives itself."""

import base64
import json
from typing import Any

import pytest

from clients.answers import ArmAnswer
from tests.azure.azure import Azure
from tests.azure.clock import WallClock
from tests.azure.preparation import (
    CLUSTER_ADMIN,
    FEATURE,
    NotReady,
    Quota,
    check_subscription,
    grant_kubernetes,
    read_claims,
    read_quota,
)
from tests.azure.subject import make_subject
from tests.support.specs import NOON

SUBJECT = make_subject("sub", "westeurope", None, NOON)
ENOUGH = Quota({"standardDDSv5Family": 10, "cores": 12, "Standard NCASv3_T4 Family": 4})


class Clients:
    """Answers by the end of the path; everything else as registered."""

    class settings:
        subscription_id = "sub"
        arm_scope = "https://management.azure.com/.default"

    def __init__(self, answers: dict[str, tuple[int, Any]], claims: object = None) -> None:
        self.answers = answers
        self.sent: list[tuple[str, str, Any]] = []
        self.claims = claims

    async def arm(self, method: str, path: str, version: str, body: Any = None) -> ArmAnswer:
        self.sent.append((method, path, body))
        default = (200, {"registrationState": "Registered"})
        status, answer = self.answers.get(path.rpartition("/")[2], default)
        return ArmAnswer(status, {}, answer)

    async def token(self, scope: str) -> str:
        payload = base64.urlsafe_b64encode(json.dumps(self.claims).encode()).decode()
        return f"header.{payload.rstrip('=')}.signature"


def a_feature(state: str) -> tuple[int, Any]:
    return 200, {"properties": {"state": state}}


@pytest.mark.parametrize("feature", [a_feature("Registered"), (404, None), (403, None)])
async def test_a_subscription_is_ready_with_its_providers(feature: tuple[int, Any]):
    """A feature that cannot be read is found out by the cluster."""
    await check_subscription(Clients({FEATURE: feature}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answers", "hint"),
    [
        (
            {"Microsoft.Cdn": (200, {"registrationState": "NotRegistered"})},
            "az provider register --wait --namespace Microsoft.Cdn",
        ),
        ({FEATURE: a_feature("NotRegistered")}, "az feature register"),
        ({"Microsoft.Compute": (401, {"error": {"code": "ExpiredToken"}})}, "ExpiredToken"),
    ],
)
async def test_what_is_missing_is_named_with_the_way_to_get_it(
    answers: dict[str, tuple[int, Any]], hint: str
):
    with pytest.raises(NotReady, match=hint):
        await check_subscription(Clients(answers))  # type: ignore[arg-type]


async def test_the_quota_is_what_is_left():
    entry = {"limit": 10, "currentValue": 4, "name": {"value": "cores"}}
    quota = await read_quota(Clients({"usages": (200, {"value": [entry]})}), "westeurope")  # type: ignore[arg-type]
    assert quota == Quota({"cores": 6})
    with pytest.raises(NotReady, match="HTTP 403"):
        await read_quota(Clients({"usages": (403, None)}), "westeurope")  # type: ignore[arg-type]


def test_a_lack_is_told_in_numbers():
    assert ENOUGH.lack_for_system() == ""
    assert ENOUGH.lack_for_gpu("Standard_NC4as_T4_v3") == ""
    assert Quota({}).lack_for_system() == (
        "standardDDSv5Family: 10 vCPUs needed, 0 left, cores: 10 vCPUs needed, 0 left"
    )
    assert ENOUGH.lack_for_gpu("Standard_NC8as_T4_v3") == (
        "Standard NCASv3_T4 Family: 8 vCPUs needed, 4 left, cores: 16 vCPUs needed, 12 left"
    )
    assert "no GPU size" in ENOUGH.lack_for_gpu("Standard_D4s_v5")


@pytest.mark.parametrize(
    ("claims", "kind"),
    [({"oid": "me"}, "User"), ({"oid": "me", "idtyp": "app"}, "ServicePrincipal")],
)
async def test_the_caller_gets_access_to_kubernetes_in_the_group(claims: object, kind: str):
    clients = Clients({}, claims)
    assert await grant_kubernetes(an_azure(clients)) == ""
    ((method, path, body),) = clients.sent
    assert method == "PUT"
    assert path.startswith(
        f"{SUBJECT.group_id}/providers/Microsoft.Authorization/roleAssignments/"
    )
    assert body["properties"]["principalId"] == "me"
    assert body["properties"]["principalType"] == kind
    assert body["properties"]["roleDefinitionId"].endswith(CLUSTER_ADMIN)


async def test_why_the_role_was_not_given_is_told():
    assert await grant_kubernetes(an_azure(Clients({}, {}))) == "the token names no object id"
    refused = Clients({}, {"oid": "me"})
    name = (await sent_name(refused)) or ""
    refused.answers[name] = (403, {"error": {"code": "AuthorizationFailed"}})
    assert "AuthorizationFailed" in await grant_kubernetes(an_azure(refused))


async def sent_name(clients: Clients) -> str:
    """Of the assignment: the same each time."""
    await grant_kubernetes(an_azure(clients))
    return clients.sent[-1][1].rpartition("/")[2]


def an_azure(clients: Clients) -> Azure:
    return Azure(clients, WallClock(), SUBJECT)  # type: ignore[arg-type]


@pytest.mark.parametrize("token", ["", "opaque", "a.b", "a.!.c"])
def test_a_token_that_is_none_of_json_has_no_claims(token: str):
    assert read_claims(token) == {}
