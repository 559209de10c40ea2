import base64
from dataclasses import dataclass, field
from typing import Any, NoReturn

import pytest
from azure.core.credentials import AccessToken
from httpx2 import ConnectError, HTTPStatusError, Request, Response
from lightkube.core.exceptions import ApiError
from lightkube.core.generic_client import transform_exception

from clients.answers import ArmAnswer, CredentialRefused, KubernetesRefused, NoAnswer
from clients.factory import ClientFactory
from clients.kubernetes import AKS_SERVER_SCOPE, translated_errors
from clients.settings import Settings
from tests.support.fake_clients import SUBSCRIPTION, answer_of, error_of

CLUSTER = "/clusters/1"
KUBECONFIG = b"""
clusters:
- name: gp
  cluster: {server: "https://127.0.0.1:9/kubernetes/gp"}
users:
- name: user
  user: {exec: {command: kubelogin}}
"""


@dataclass
class Aks:
    """Hands out kubeconfigs and counts them."""

    asked: list[str] = field(default_factory=list[str])
    refusal: ArmAnswer | None = None

    async def list_user_credentials(self, cluster_id: str) -> ArmAnswer:
        self.asked.append(cluster_id)
        encoded = base64.b64encode(KUBECONFIG).decode()
        return self.refusal or answer_of(200, {"kubeconfigs": [{"value": encoded}]})


@dataclass
class Credential:
    scopes: list[str] = field(default_factory=list[str])

    async def get_token(self, *scopes: str) -> AccessToken:
        self.scopes += scopes
        return AccessToken("token", 4_000_000_000)

    async def close(self) -> None: ...


@dataclass
class Made:
    """A factory whose AKS and identity are the test's."""

    factory: ClientFactory
    aks: Aks
    credential: Credential

    async def use(self, error: Exception | None = None) -> Any:
        async with self.factory.kubernetes(CLUSTER) as kubernetes:
            if error:
                raise error
            return kubernetes


@pytest.fixture
def made() -> Made:
    settings = Settings.from_environment({"AZURE_SUBSCRIPTION_ID": SUBSCRIPTION})
    factory, aks, credential = ClientFactory(settings), Aks(), Credential()
    factory.__dict__ |= {"aks": aks, "_credential": credential}
    return Made(factory, aks, credential)


def refused(code: int) -> ApiError:
    body = {"kind": "Status", "code": code, "reason": "Forbidden", "message": "no nodes for you"}
    return ApiError(request=Request("GET", "https://x"), response=Response(code, json=body))


async def test_a_cluster_is_spoken_to_with_an_entra_token_of_its_own_scope(made: Made):
    await made.use()
    assert made.aks.asked == [CLUSTER]
    assert made.credential.scopes == [AKS_SERVER_SCOPE]


async def test_the_kubeconfig_is_asked_for_once(made: Made):
    """Each time would spend an ARM write, and those are limited."""
    await made.use()
    await made.use()
    assert len(made.aks.asked) == 1


async def test_after_an_error_it_is_asked_for_anew(made: Made):
    """A cluster that was built again has another address."""
    with pytest.raises(NoAnswer):
        await made.use(ConnectError("no such name"))
    await made.use()
    assert len(made.aks.asked) == 2


async def test_a_kubeconfig_that_is_refused_is_not_kept(made: Made):
    made.aks.refusal = error_of(403, "AuthorizationFailed")
    with pytest.raises(CredentialRefused) as caught:
        await made.use()
    assert caught.value.answer is made.aks.refusal
    made.aks.refusal = None
    assert await made.use()


async def test_what_was_never_used_needs_no_closing(made: Made):
    await ClientFactory(made.factory.settings).close()


async def test_without_a_service_bus_there_is_no_client_of_it(made: Made):
    with pytest.raises(ValueError, match="No Service Bus is configured"):
        _ = made.factory.events


NAMESPACE = {"SERVICE_BUS__fullyQualifiedNamespace": "gp.servicebus.windows.net"}
CONNECTION = {
    "SERVICE_BUS": "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=k;SharedAccessKey=cw==;"
    "UseDevelopmentEmulator=true"
}


@pytest.mark.parametrize(
    ("values", "host", "by_identity"),
    [
        pytest.param(NAMESPACE, "gp.servicebus.windows.net", True, id="identity"),
        pytest.param(CONNECTION, "127.0.0.1:9", False, id="connection string"),
        pytest.param(NAMESPACE | CONNECTION, "127.0.0.1:9", False, id="both: as the host does"),
    ],
)
async def test_events_go_to_the_namespace_that_is_configured(
    values: dict[str, str], host: str, by_identity: bool
):
    settings = {"AZURE_SUBSCRIPTION_ID": SUBSCRIPTION, "CA_BUNDLE": "/tmp/ca.pem", **values}
    factory = ClientFactory(Settings.from_environment(settings))
    credential = Credential()
    factory.__dict__["_credential"] = credential
    client: Any = factory.events._client  # pyright: ignore[reportPrivateUsage]
    assert client.fully_qualified_namespace == host
    assert (client._credential is credential) is by_identity
    assert client._connection_verify == "/tmp/ca.pem"
    assert factory.events is factory.events, "it is kept"
    await factory.close()


@pytest.mark.parametrize(
    ("error", "raised", "says"),
    [
        pytest.param(ConnectError("no name"), NoAnswer, "ConnectError: no name", id="no name"),
        pytest.param(OSError("reset"), NoAnswer, "OSError: reset", id="connection reset"),
        pytest.param(TimeoutError("slow"), NoAnswer, "TimeoutError: slow", id="no time left"),
        pytest.param(refused(403), KubernetesRefused, "no nodes for you", id="a refusal"),
        pytest.param(KeyError("bug"), KeyError, "bug", id="a bug stays one"),
    ],
)
def test_errors_of_the_library_stay_behind_the_client(
    error: Exception, raised: type[Exception], says: str
):
    with pytest.raises(raised, match=says), translated_errors():
        raise error


def raise_as_the_library_does(error: HTTPStatusError) -> NoReturn:
    try:
        raise error
    except HTTPStatusError as raised:
        raise transform_exception(raised)  # noqa: B904


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(Response(503, text="upstream connect error\nretry"), id="a proxy's text"),
        pytest.param(Response(503, html="<h1>busy</h1>"), id="a page"),
        pytest.param(Response(503, headers={}), id="nothing at all"),
        pytest.param(
            Response(503, json={}, headers={"Content-Type": "application/json; charset=utf-8"}),
            id="JSON with a charset",
        ),
    ],
)
def test_an_answer_without_a_status_object_is_a_refusal_all_the_same(response: Response):
    request = Request("GET", "https://x")
    response.request = request
    error = HTTPStatusError(
        "Server error\nFor more information", request=request, response=response
    )
    with pytest.raises(KubernetesRefused) as caught, translated_errors():
        raise_as_the_library_does(error)
    assert caught.value.code == 503
    assert "\n" not in caught.value.message


def test_a_refusal_keeps_kubernetes_own_code_and_reason():
    with pytest.raises(KubernetesRefused) as caught, translated_errors():
        raise refused(403)
    assert (caught.value.code, caught.value.reason) == (403, "Forbidden")
