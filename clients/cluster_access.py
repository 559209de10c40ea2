"""Asks AKS where the clusters of an environment are."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from clients.answers import CredentialRefused, NoAnswer
from domain.arm import naming
from domain.arm.error_classification import classify_response
from domain.serving.cluster_access import ClusterAnswer, UnreadCluster, read_kubeconfig

if TYPE_CHECKING:
    from clients.factory import ClientFactory

OPERATION = "POST listClusterUserCredential"
NOT_FOUND = 404


class ClusterAccessClient:
    def __init__(self, clients: "ClientFactory") -> None:
        self._clients = clients

    async def read(self, environment: str, regions: Sequence[str]) -> Sequence[ClusterAnswer]:
        """One answer for each region, in their order."""
        return await asyncio.gather(*(self._read(environment, each) for each in regions))

    async def _read(self, environment: str, region: str) -> ClusterAnswer:
        """Anew each time: a cluster that was built again has another address."""
        subscription_id = self._clients.settings.subscription_id
        cluster_id = naming.cluster_id(subscription_id, environment, region)
        try:
            kubeconfig = await self._clients.fetch_kubeconfig(cluster_id)
        except CredentialRefused as error:
            answer = error.answer
            failure = classify_response(answer.status, answer.body, OPERATION)
            reason = f"{failure.reason}: {failure.message}"
            return UnreadCluster(region, reason, is_missing=answer.status == NOT_FOUND)
        except NoAnswer as error:
            return UnreadCluster(region, f"Azure does not answer: {error}", is_missing=False)
        return read_kubeconfig(region, cluster_id, kubeconfig)
