"""Container registries: manifests and configurations of images, read with the app's identity.

A registry takes tokens of its own: one for Entra's, then one for the repository.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from azure.core.credentials_async import AsyncTokenCredential
from yarl import URL

from clients.answering import raising_no_answer
from clients.answers import NoAnswer
from domain.images.answers import RegistryAnswer, Stage, find_configuration
from domain.spec.image_reference import ImageReference

REGISTRY_SCOPE = "https://containerregistry.azure.net/.default"
"""Also where a registry refuses tokens for Azure Resource Manager
(learn.microsoft.com/azure/container-registry/container-registry-disable-authentication-as-arm)."""

MANIFEST_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
REGISTRY_TIMEOUT_SECONDS = 30.0


class RegistriesClient:
    def __init__(
        self, session: aiohttp.ClientSession, credential: AsyncTokenCredential, address: str | None
    ) -> None:
        """`address`: `host:port` to connect to instead of the address in DNS."""
        self._session = session
        self._credential = credential
        self._address = address

    async def get_manifest(self, image: ImageReference) -> RegistryAnswer:
        """The manifest with the configuration that it names, or the first refusal on the way to
        it. Raises NoAnswer."""
        with raising_no_answer():
            entra = await self._credential.get_token(REGISTRY_SCOPE)
        host = image.host
        form = {"grant_type": "access_token", "service": host, "access_token": entra.token}
        exchanged = await self._ask_token(host, Stage.EXCHANGE, form)
        refresh_token = _read_token(exchanged, "refresh_token")
        if refresh_token is None:
            return exchanged
        form = {
            "grant_type": "refresh_token",
            "service": host,
            "scope": f"repository:{image.repository}:pull",
            "refresh_token": refresh_token,
        }
        granted = await self._ask_token(host, Stage.TOKEN, form)
        access_token = _read_token(granted, "access_token")
        if access_token is None:
            return granted
        path = f"/v2/{image.repository}/manifests/{image.digest or image.tag}"
        headers = {
            "Authorization": f"Bearer {access_token}",
            "Accept": ", ".join(MANIFEST_TYPES),
        }
        answer = await self._send(host, Stage.MANIFEST, "GET", path, headers=headers)
        digest = find_configuration(answer.body) if answer.status == 200 else None
        if digest is None:
            return answer
        path = f"/v2/{image.repository}/blobs/{digest}"
        return answer._replace(configuration=await self._get_blob(host, path, access_token))

    async def _get_blob(self, host: str, path: str, access_token: str) -> object:
        """A registry redirects to the storage behind it, with a signature in the address, and
        storage refuses a request that brings a token of the registry as well. None: refused."""
        headers = {"Authorization": f"Bearer {access_token}", "Host": host}
        try:
            async with self._get(host, f"https://{self._address or host}{path}", headers) as first:
                location = first.headers.get("Location")
                if location is None:
                    return await _read_body(first) if first.status == 200 else None
            stored = urlsplit(location)
            if stored.scheme != "https" or not stored.hostname:
                return None
            address = stored._replace(netloc=self._address or stored.netloc).geturl()
            async with self._get(stored.hostname, address, {"Host": stored.hostname}) as second:
                return await _read_body(second) if second.status == 200 else None
        except (TimeoutError, aiohttp.ClientError):
            return None

    def _get(
        self, host: str, address: str, headers: Mapping[str, str]
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self._session.get(
            URL(address, encoded=True),
            headers=headers,
            server_hostname=host,
            timeout=aiohttp.ClientTimeout(total=REGISTRY_TIMEOUT_SECONDS),
            allow_redirects=False,
        )

    def _ask_token(self, host: str, stage: Stage, form: Mapping[str, str]) -> Any:
        return self._send(host, stage, "POST", f"/oauth2/{stage}", data=form)

    async def _send(
        self, host: str, stage: Stage, method: str, path: str, **request: Any
    ) -> RegistryAnswer:
        headers = {"Host": host, **request.pop("headers", {})}
        try:
            async with self._session.request(
                method,
                f"https://{self._address or host}{path}",
                headers=headers,
                server_hostname=host,
                timeout=aiohttp.ClientTimeout(total=REGISTRY_TIMEOUT_SECONDS),
                allow_redirects=False,
                **request,
            ) as response:
                digest = response.headers.get("Docker-Content-Digest")
                return RegistryAnswer(stage, response.status, digest, await _read_body(response))
        except (TimeoutError, aiohttp.ClientError) as error:
            raise NoAnswer(f"{type(error).__name__} for {host}") from error


async def _read_body(response: aiohttp.ClientResponse) -> object:
    try:
        return await response.json(content_type=None)
    except ValueError:
        return await response.text()


def _read_token(answer: RegistryAnswer, name: str) -> str | None:
    """None for a refusal."""
    if answer.status != 200 or not isinstance(answer.body, dict):
        return None
    token: object = answer.body.get(name)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return token if isinstance(token, str) else None
