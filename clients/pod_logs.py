"""Reads the log of a model's pod from the cluster of its region."""

import asyncio
from typing import TYPE_CHECKING

from clients.answers import CredentialRefused, KubernetesRefused, NoAnswer
from domain.arm import naming
from domain.serving.pod_logs import (
    LogRefusalCode,
    PodLogAnswer,
    PodLogQuery,
    PodLogRefusal,
    build_log_options,
    build_log_page,
    choose_pod,
)

if TYPE_CHECKING:
    from clients.factory import ClientFactory
    from clients.kubernetes import KubernetesClient

LOG_TIMEOUT_SECONDS = 20.0
"""A caller of the API waits meanwhile."""

NOT_STARTED = frozenset({400, 404})
"""What Kubernetes says of a container that has not started, or has no previous one."""


class PodLogsClient:
    def __init__(self, clients: "ClientFactory") -> None:
        self._clients = clients

    async def read(self, query: PodLogQuery) -> PodLogAnswer:
        """What keeps the log from being read is a refusal."""
        subscription_id = self._clients.settings.subscription_id
        cluster_id = naming.cluster_id(subscription_id, query.environment, query.region)
        try:
            async with (
                asyncio.timeout(LOG_TIMEOUT_SECONDS),
                self._clients.kubernetes(cluster_id) as kubernetes,
            ):
                return await _read(kubernetes, query)
        except KubernetesRefused as error:
            return _refused(error)
        except (CredentialRefused, NoAnswer, TimeoutError) as error:
            reason = f"The cluster in {query.region} does not answer: {str(error) or 'time-out'}"
            return PodLogRefusal(LogRefusalCode.CLUSTER_UNREACHABLE, reason)


async def _read(kubernetes: "KubernetesClient", query: PodLogQuery) -> PodLogAnswer:
    namespace = naming.INFERENCE_NAMESPACE
    pods = [
        pod
        for version in naming.versions(query.environment)
        for pod in await kubernetes.list_pods(namespace, {"app.kubernetes.io/name": version})
    ]
    pod = choose_pod(pods, query)
    if isinstance(pod, PodLogRefusal):
        return pod
    text = await kubernetes.read_log(namespace, pod.name, build_log_options(query))
    return build_log_page(query, pods, pod, text)


def _refused(error: KubernetesRefused) -> PodLogRefusal:
    if error.code in NOT_STARTED:
        return PodLogRefusal(LogRefusalCode.LOG_NOT_AVAILABLE, f"{error.message}.")
    message = f"Kubernetes refuses to show the log: {error.code} {error.message}"
    return PodLogRefusal(LogRefusalCode.CLUSTER_UNREACHABLE, message)
