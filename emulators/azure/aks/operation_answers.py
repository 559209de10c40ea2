"""Answers that begin an operation: where its status and its result are to be found."""

from typing import Any

from emulators.azure.aks import state_errors
from emulators.azure.aks.state import ManagedCluster
from emulators.azure.aks.wire import GRANULAR_OPERATION_VERSION, PLAIN_OPERATION_VERSION
from emulators.azure.arm.answers import JSON, Answer
from emulators.azure.arm.operations import Operation
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest

PROVIDER = "providers/Microsoft.ContainerService"


class OperationAnswers:
    """Knows the addresses of AKS operations."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def accepted(
        self,
        status: int,
        request: ArmRequest,
        cluster: ManagedCluster,
        operation: Operation,
        body: dict[str, Any] | None,
    ) -> Answer:
        """AKS gives an Azure-AsyncOperation, with a 202 a Location as well, never Retry-After."""
        headers = {"Azure-AsyncOperation": self._url(request, cluster, "operations", operation)}
        if status == 202:
            headers["Location"] = self._url(request, cluster, "operationresults", operation)
        return Answer(status, body, headers, JSON)

    def _url(
        self, request: ArmRequest, cluster: ManagedCluster, kind: str, operation: Operation
    ) -> str:
        granular = request.api_version >= state_errors.GRANULAR_SINCE
        version = GRANULAR_OPERATION_VERSION if granular else PLAIN_OPERATION_VERSION
        path = (
            f"/subscriptions/{self._platform.subscription_id}/{PROVIDER}"
            f"/locations/{cluster.region}/{kind}/{operation.id}"
        )
        return self._platform.poll_urls.signed(
            request.base_url, path, version, self._platform.clock.now()
        )
