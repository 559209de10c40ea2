"""Container registries: the resource, the data plane as a client of nobody here asks it, pulls."""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest
from yarl import URL

from emulators.azure.container_registry.images import parse_image, pull_refusal
from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.support.simulator import Control, SimulatorAddress

HOST = "acmeml.azurecr.io"
REGISTRY = "resourceGroups/gp-fraud/providers/Microsoft.ContainerRegistry/registries/acmeml"
VERSION = "2023-07-01"
SCOPE = "repository:llm:pull"
AUDIENCE = "https://containerregistry.azure.net"


class DataPlane:
    """The host of a registry over HTTP."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def call(
        self, method: str, path: str, form: Mapping[str, str] | None = None, **headers: str
    ) -> tuple[int, Mapping[str, str], Any]:
        sent = {"Host": HOST, **headers}
        async with self._session.request(
            method, f"{self._url}{path}", data=form, headers=sent, server_hostname=HOST
        ) as response:
            body = await response.json(content_type=None) if method != "HEAD" else None
            return response.status, response.headers, body

    async def exchange(self, token: str) -> tuple[int, Mapping[str, str], Any]:
        form = {"grant_type": "access_token", "service": HOST, "access_token": token}
        return await self.call("POST", "/oauth2/exchange", form)

    async def token(self, refresh_token: str, grant: str = "refresh_token") -> str:
        form = {
            "grant_type": grant,
            "service": HOST,
            "scope": SCOPE,
            "refresh_token": refresh_token,
        }
        status, _, body = await self.call("POST", "/oauth2/token", form)
        assert status == 200
        assert list(body) == ["access_token"]
        return body["access_token"]

    async def manifest(
        self, reference: str, token: str | None = None, method: str = "GET"
    ) -> tuple[int, Mapping[str, str], Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self.call(method, f"/v2/llm/manifests/{reference}", None, **headers)


@pytest.fixture
def data_plane(session: aiohttp.ClientSession, address: SimulatorAddress) -> DataPlane:
    return DataPlane(session, address.url)


@pytest.fixture
async def digest(control: Control, simulator: RunningSimulator) -> str:
    pullers = [simulator.simulator.tokens.principal_id]
    body = {"name": "acmeml", "group": "gp-fraud", "pullers": pullers}
    await control.call("PUT", "/registries", body)
    image = {"host": HOST, "repository": "llm", "tag": "1", "platforms": ["linux/amd64"]}
    return (await control.call("POST", "/images", image))["digest"]


def entra_token(simulator: RunningSimulator, audience: str = AUDIENCE) -> str:
    return simulator.simulator.tokens.issue(audience).value


async def test_a_registry_is_there_at_once_with_its_login_server(arm: Arm, group: str) -> None:
    body = {"location": "westeurope", "sku": {"name": "Premium"}}
    created = await arm.call("PUT", REGISTRY, body, api_version=VERSION)
    assert (created.status, created.body["properties"]["provisioningState"]) == (200, "Succeeded")
    assert created.body["properties"]["loginServer"] == HOST
    assert not {"Location", "Azure-AsyncOperation"} & set(created.headers)
    assert (await arm.call("GET", REGISTRY, api_version=VERSION)).body == created.body
    assert (await arm.call("DELETE", REGISTRY, api_version=VERSION)).status == 200
    gone = await arm.call("GET", REGISTRY, api_version=VERSION)
    assert gone.error == (404, "ResourceNotFound")


async def test_it_is_a_resource_of_its_group(arm: Arm, digest: str) -> None:
    listed = await arm.call("GET", "resourceGroups/gp-fraud/resources", api_version="2021-04-01")
    assert [each["name"] for each in listed.body["value"]] == ["acmeml"]


async def test_without_a_token_it_says_where_to_get_one(
    data_plane: DataPlane, digest: str
) -> None:
    status, headers, body = await data_plane.manifest("1")
    assert status == 401
    assert headers["WWW-Authenticate"] == (
        f'Bearer realm="https://{HOST}/oauth2/token",service="{HOST}",scope="{SCOPE}"'
    )
    assert headers["Docker-Distribution-Api-Version"] == "registry/2.0"
    assert body["errors"][0]["detail"] == [{"Type": "repository", "Name": "llm", "Action": "pull"}]


async def test_the_configuration_of_an_image_is_in_the_storage_behind_it(
    data_plane: DataPlane,
    digest: str,
    simulator: RunningSimulator,
    session: aiohttp.ClientSession,
    address: SimulatorAddress,
) -> None:
    _, _, body = await data_plane.exchange(entra_token(simulator))
    bearer = {"Authorization": f"Bearer {await data_plane.token(body['refresh_token'])}"}
    _, _, manifest = await data_plane.call("GET", f"/v2/llm/manifests/{digest}", None, **bearer)
    path = f"/v2/llm/blobs/{manifest['config']['digest']}"
    sent = {"Host": HOST, **bearer}
    async with session.get(
        f"{address.url}{path}", headers=sent, server_hostname=HOST, allow_redirects=False
    ) as redirected:
        assert redirected.status == 307
        location = URL(redirected.headers["Location"], encoded=True)

    async def fetch(**more: str) -> tuple[int, str]:
        url = URL(f"{address.url}{location.raw_path_qs}", encoded=True)
        headers = {"Host": str(location.host), **more}
        async with session.get(url, headers=headers, server_hostname=location.host) as response:
            return response.status, await response.text()

    status, text = await fetch()
    assert status == 200
    assert json.loads(text)["architecture"] == "amd64"
    assert (await fetch(**bearer))[0] == 400, "two ways to sign in are one too many"
    unsigned = location.with_query({})
    location = unsigned
    assert (await fetch())[0] == 403
    assert (await data_plane.call("GET", path))[0] == 401
    missing = f"/v2/llm/blobs/sha256:{'0' * 64}"
    assert (await data_plane.call("GET", missing, None, **bearer))[0] == 404


@pytest.mark.parametrize("audience", [AUDIENCE, "https://management.azure.com/"])
async def test_a_token_of_entra_leads_to_a_manifest(
    data_plane: DataPlane, digest: str, simulator: RunningSimulator, audience: str
) -> None:
    status, _, body = await data_plane.exchange(entra_token(simulator, audience))
    assert (status, list(body)) == (200, ["refresh_token"])
    token = await data_plane.token(body["refresh_token"])
    for reference in ("1", digest):
        status, headers, manifest = await data_plane.manifest(reference, token)
        assert (status, headers["Docker-Content-Digest"]) == (200, digest)
        assert headers["ETag"] == f'"{digest}"'
        assert headers["Content-Type"] == manifest["mediaType"]
    status, headers, _ = await data_plane.manifest("1", token, "HEAD")
    assert (status, headers["Docker-Content-Digest"]) == (200, digest)


async def test_what_is_missing_has_the_recorded_words(
    data_plane: DataPlane, digest: str, simulator: RunningSimulator
) -> None:
    _, _, body = await data_plane.exchange(entra_token(simulator))
    token = await data_plane.token(body["refresh_token"])
    status, _, refused = await data_plane.manifest("wrong-tag", token)
    assert (status, refused) == (
        404,
        {
            "errors": [
                {
                    "code": "MANIFEST_UNKNOWN",
                    "message": 'manifest tagged by "wrong-tag" is not found',
                    "detail": {"Tag": "wrong-tag"},
                }
            ]
        },
    )


async def test_an_anonymous_token_gives_no_right(data_plane: DataPlane, digest: str) -> None:
    token = await data_plane.token("", "password")
    status, headers, _ = await data_plane.manifest("1", token)
    assert status == 401
    assert headers["WWW-Authenticate"].endswith(',error="insufficient_scope"')


@pytest.mark.parametrize("audience", ["https://graph.microsoft.com", AUDIENCE])
async def test_a_stranger_gets_no_refresh_token(
    data_plane: DataPlane, digest: str, simulator: RunningSimulator, audience: str
) -> None:
    tokens, application = simulator.simulator.tokens, simulator.simulator.application
    stranger = tokens.issue(audience, application.principal).value
    status, _, body = await data_plane.exchange(stranger)
    (error,) = body["errors"]
    assert (status, error["code"]) == (401, "UNAUTHORIZED")
    assert "CorrelationId: " in error["message"]


async def test_a_registrys_token_is_no_token_for_arm(
    data_plane: DataPlane,
    digest: str,
    simulator: RunningSimulator,
    session: aiohttp.ClientSession,
    address: SimulatorAddress,
) -> None:
    _, _, body = await data_plane.exchange(entra_token(simulator))
    arm = Arm(session, address, body["refresh_token"])
    refused = await arm.call("GET", "resourcegroups", api_version="2021-04-01")
    assert refused.error == (401, "InvalidAuthenticationTokenAudience")


async def test_a_host_without_a_registry_does_not_answer(data_plane: DataPlane) -> None:
    with pytest.raises(aiohttp.ClientError):
        await data_plane.manifest("1")


@pytest.mark.parametrize(
    ("image", "may_pull", "refusal"),
    [
        pytest.param(f"{HOST}/llm:1", True, None, id="may pull"),
        pytest.param(f"{HOST}/llm:2", True, ": not found", id="another tag"),
        pytest.param(f"{HOST}/other", True, ": not found", id="another repository"),
        pytest.param(f"{HOST}/llm:1", False, ": 401 Unauthorized", id="may not pull"),
        pytest.param("other.azurecr.io/llm:1", False, None, id="a registry elsewhere"),
        pytest.param("nginx", False, None, id="Docker Hub"),
    ],
)
async def test_a_node_pulls_what_its_identity_may(
    digest: str,
    simulator: RunningSimulator,
    image: str,
    may_pull: bool,
    refusal: str | None,
) -> None:
    registries = simulator.simulator.azure.registries
    principal = simulator.simulator.tokens.principal_id if may_pull else "somebody"
    said = registries.refuse_pull(image, principal)
    assert said is None if refusal is None else said and said.endswith(refusal)


def test_a_refused_pull_reads_as_it_was_reported() -> None:
    image = "r.azurecr.io/team/repo@sha256:1"
    assert pull_refusal(image, parse_image(image), may_pull=False, exists=True) == (
        f'rpc error: code = Unknown desc = failed to pull and unpack image "{image}": failed to '
        f'resolve reference "{image}": failed to authorize: failed to fetch anonymous token: '
        "unexpected status from GET request to https://r.azurecr.io/oauth2/token?"
        "scope=repository%3Ateam%2Frepo%3Apull&service=r.azurecr.io: 401 Unauthorized"
    )


async def test_images_need_a_registry(control: Control) -> None:
    refused = await control.call(
        "POST", "/images", {"host": HOST, "repository": "llm"}, expected=400
    )
    assert refused["error"]["message"] == f"{HOST} is no registry here."
