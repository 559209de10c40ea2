"""The Kubernetes API of one cluster, called with the app's Entra identity."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from ssl import SSLError
from typing import Any, Self, cast

import yaml
from azure.core.exceptions import AzureError
from httpx2 import AsyncClient as HttpClient
from httpx2 import HTTPError, HTTPStatusError, Response, Timeout
from lightkube import AsyncClient, KubeConfig, generic_resource
from lightkube.codecs import from_dict
from lightkube.config import client_adapter
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

_SCALED_OBJECT: Any = _resources.create_namespaced_resource(
    "keda.sh", "v1alpha1", "ScaledObject", "scaledobjects"
)

FIELD_MANAGER = "gridplane"
LONGEST_TEXT = 300
"""Characters of an error page that are kept."""

POD_TIMEOUT_SECONDS = 5.0
"""Until a pod has to connect, and between two parts of what it sends."""

NOT_COMPRESSED = {"Accept-Encoding": "identity"}

MAX_POD_BYTES = 1024 * 1024
"""Of a pod's answer; the metrics of one vLLM engine are some 60 KB."""


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
        self._pods: HttpClient | None = None

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

    async def scale_deployment(self, namespace: str, name: str, replicas: int) -> bool:
        """False if there is no such Deployment."""
        patch = {"spec": {"replicas": replicas}}
        try:
            await self._client.patch(Deployment, name, patch, namespace=namespace)
        except ApiError as error:
            if error.status.code == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    async def count_replicas(self, namespace: str, name: str) -> int | None:
        """That a Deployment is to have; None if there is none."""
        try:
            found = await self._client.get(Deployment, name, namespace=namespace)
        except ApiError as error:
            if error.status.code == HTTPStatus.NOT_FOUND:
                return None
            raise
        return found.spec.replicas

    async def pause_scaling(self, namespace: str, name: str, annotation: str) -> bool:
        """Annotates a ScaledObject with `true`; False if there is none.

        A cluster without the type answers 404 as plain text, which is no ApiError.
        """
        patch = {"metadata": {"annotations": {annotation: "true"}}}
        try:
            await self._client.patch(_SCALED_OBJECT, name, patch, namespace=namespace)
        except HTTPStatusError as error:
            if error.response.status_code == HTTPStatus.NOT_FOUND:
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

    async def read_from_pod(self, namespace: str, name: str, port: int, path: str) -> str:
        """What a pod answers to a GET, through the API server.

        Raises KubernetesRefused with the pod's own status as with that of the API server, which
        says 503 for a pod that it does not reach, and NoAnswer. More than MAX_POD_BYTES are cut
        off. Azure's authorizer knows no subresource of pods but `exec`: this is `pods/read`.
        """
        url = f"api/v1/namespaces/{namespace}/pods/{name}:{port}/proxy/{path}"
        response, text = await self._get_text(url)
        if response.status_code != HTTPStatus.OK:
            first_line = text.strip().partition("\n")[0][:LONGEST_TEXT]
            raise KubernetesRefused(response.status_code, response.reason_phrase, first_line)
        return text

    async def read_log(self, namespace: str, name: str, options: Mapping[str, str]) -> str:
        """The log of a pod's only container. `options`: parameters of the Kubernetes API.

        Raises KubernetesRefused and NoAnswer. Azure's authorizer takes it for `pods/read`.
        """
        url = f"api/v1/namespaces/{namespace}/pods/{name}/log"
        response, text = await self._get_text(url, options)
        if response.status_code != HTTPStatus.OK:
            raise KubernetesRefused(
                response.status_code, response.reason_phrase, _message_of_status(text)
            )
        return text

    async def _get_text(
        self, url: str, params: Mapping[str, str] | None = None
    ) -> tuple[Response, str]:
        with translated_errors():
            async with self._pod_client.stream(
                "GET", url, params=params, headers=NOT_COMPRESSED
            ) as response:
                return response, await _read_text(response)

    @property
    def _pod_client(self) -> HttpClient:
        """lightkube decodes what it receives as an object, which a pod's answer is not."""
        if self._pods is None:
            options = client_adapter.ConnectionParams(
                timeout=Timeout(POD_TIMEOUT_SECONDS), trust_env=False
            )
            self._pods = client_adapter.AsyncClient(self._client.config, options)
        return self._pods

    async def close(self) -> None:
        await self._client.close()
        if self._pods:
            await self._pods.aclose()


def _message_of_status(text: str) -> str:
    """Of a Status object; the first line of any other text."""
    found = read_yaml(text)
    message = cast("dict[str, Any]", found).get("message") if isinstance(found, dict) else None
    return str(message or text.strip().partition("\n")[0])[:LONGEST_TEXT]


async def _read_text(response: Response) -> str:
    read = bytearray()
    # As it was sent: expanded, it would have no bound.
    async for chunk in response.aiter_raw():
        read += chunk
        if len(read) >= MAX_POD_BYTES:
            break
    return read[:MAX_POD_BYTES].decode(errors="replace")
