"""The Kubernetes API of one cluster, called with the app's Entra identity."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from ssl import SSLError
from typing import Any, Self

import yaml
from azure.core.exceptions import AzureError
from httpx2 import HTTPError, HTTPStatusError, Response
from lightkube import AsyncClient, KubeConfig, generic_resource
from lightkube.codecs import from_dict
from lightkube.config.models import Cluster, User
from lightkube.core.exceptions import ApiError
from lightkube.resources.apps_v1 import DaemonSet, Deployment
from lightkube.resources.core_v1 import ConfigMap, Event, Node, Pod, Service

from clients.answers import KubernetesRefused, NoAnswer

AKS_SERVER_SCOPE = "6dae42f8-4368-4678-94ff-3960e28e3630/.default"
"""The AKS server application: the audience of tokens for every Entra-integrated cluster."""

_resources: Any = generic_resource  # its types are partly unknown to a strict type checker
_resources.create_namespaced_resource(
    "secrets-store.csi.x-k8s.io", "v1", "SecretProviderClass", "secretproviderclasses"
)
"""Of the Secrets Store CSI driver: lightkube has to know a custom resource to apply it."""

FIELD_MANAGER = "gridplane"
LONGEST_TEXT = 300
"""Characters of an error page that are kept."""


@contextmanager
def translated_errors() -> Generator[None]:
    """Raises KubernetesRefused and NoAnswer in place of SDK errors."""
    try:
        yield
    except ApiError as error:
        status = error.status
        raise KubernetesRefused(
            status.code or 0, status.reason or "", status.message or ""
        ) from error
    except HTTPStatusError as error:
        raise _refused_without_status(error.response) from error
    except KeyError as error:
        # lightkube reads the Content-Type of an error answer, which a proxy may leave out.
        if not isinstance(error.__context__, HTTPStatusError):
            raise
        raise _refused_without_status(error.__context__.response) from error
    except (AzureError, HTTPError, SSLError, OSError) as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from error


def _refused_without_status(response: Response) -> KubernetesRefused:
    """An answer without a Status object, such as a proxy's 503 or a 429 in plain text."""
    text = response.text.strip().partition("\n")[0][:LONGEST_TEXT]
    return KubernetesRefused(response.status_code, response.reason_phrase, text)


def read_yaml(text: str) -> object:
    """Whatever the text is; it may have been written by anyone."""
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return text


class KubernetesClient:
    """Methods raise SDK errors: call them inside `translated_errors`."""

    def __init__(self, client: AsyncClient) -> None:
        self._client: Any = client  # its generics are partly unknown to a strict type checker

    @classmethod
    def connect(cls, kubeconfig: Mapping[str, Any], token: str) -> Self:
        """`kubeconfig`: as AKS returns it; its user requires kubelogin, which `token` replaces."""
        cluster: Mapping[str, str] = kubeconfig["clusters"][0]["cluster"]
        config = KubeConfig.from_one(
            cluster=Cluster(
                server=cluster["server"],
                certificate_auth_data=cluster.get("certificate-authority-data"),
            ),
            user=User(token=token),
        )
        return cls(AsyncClient(config, field_manager=FIELD_MANAGER, trust_env=False))

    async def apply(self, manifests: Iterable[Mapping[str, Any]]) -> None:
        """Server-side apply, in the order given; repeating it changes nothing."""
        for manifest in manifests:
            await self._client.apply(from_dict(dict(manifest)), force=True)

    async def patch_config_map(self, namespace: str, name: str, data: Mapping[str, str]) -> bool:
        """Sets these keys and leaves the others; False if there is no such ConfigMap."""
        patch = {"data": dict(data)}
        try:
            await self._client.patch(ConfigMap, name, patch, namespace=namespace)
        except ApiError as error:
            if error.status.code == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    async def list_nodes(self, labels: dict[str, str]) -> list[dict[str, Any]]:
        nodes = self._client.list(Node, labels=labels)
        return [node.to_dict() async for node in nodes]

    async def list_pods(self, namespace: str, labels: dict[str, str]) -> list[dict[str, Any]]:
        pods = self._client.list(Pod, namespace=namespace, labels=labels)
        return [pod.to_dict() async for pod in pods]

    async def list_all_pods(self) -> list[dict[str, Any]]:
        """Of all namespaces."""
        return [pod.to_dict() async for pod in self._client.list(Pod, namespace="*")]

    async def list_events(self, namespace: str) -> list[dict[str, Any]]:
        events = self._client.list(Event, namespace=namespace)
        return [event.to_dict() async for event in events]

    async def find_config_map_document(self, namespace: str, name: str, key: str) -> object:
        """The YAML document under a key, all scalars as text; the text itself where it is none.

        None without the ConfigMap or the key, or without permission to read it.
        """
        try:
            found = await self._client.get(ConfigMap, name, namespace=namespace)
        except ApiError as error:
            if error.status.code in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}:
                return None
            raise
        data: Mapping[str, str] = found.data or {}
        return read_yaml(data[key]) if key in data else None

    async def get_service(self, namespace: str, name: str) -> dict[str, Any]:
        return (await self._client.get(Service, name, namespace=namespace)).to_dict()

    async def get_deployment(self, namespace: str, name: str) -> dict[str, Any]:
        return (await self._client.get(Deployment, name, namespace=namespace)).to_dict()

    async def get_daemon_set(self, namespace: str, name: str) -> dict[str, Any]:
        return (await self._client.get(DaemonSet, name, namespace=namespace)).to_dict()

    async def close(self) -> None:
        await self._client.close()
