"""Routes that tell the Kubernetes versions on offer, and those that a cluster can go to.

Shapes are those of the REST specification.
"""

from typing import Any

from emulators.azure.aks import durations
from emulators.azure.aks.agent_pools import AgentPools
from emulators.azure.aks.models import ManagedClusters
from emulators.azure.aks.pool_bodies import NODE_IMAGE
from emulators.azure.aks.versions import DEFAULT_VERSION, is_at_most, offered_versions, upgrades_of
from emulators.azure.arm.answers import JSON, Answer
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest


class VersionRoutes:
    """Answers questions; nothing changes here."""

    def __init__(self, platform: Platform, clusters: ManagedClusters) -> None:
        self._platform = platform
        self._clusters = clusters
        self._pools = AgentPools(clusters)

    async def list(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(durations.GET_CLUSTER)
        values = [_version(minor, patches) for minor, patches in offered_versions().items()]
        return Answer(200, {"values": values}, content_type=JSON)

    async def upgrades(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(durations.GET_CLUSTER)
        cluster = self._clusters.get(request)
        control_plane = _profile(cluster.resource.properties["currentKubernetesVersion"])
        pools = [
            {"name": pool.name, **_profile(pool.properties["currentOrchestratorVersion"])}
            for pool in self._clusters.pools(cluster)
        ]
        body = {
            "id": f"{cluster.resource.id}/upgradeprofiles/default",
            "name": "default",
            "type": "Microsoft.ContainerService/managedClusters/upgradeprofiles",
            "properties": {"controlPlaneProfile": control_plane, "agentPoolProfiles": pools},
        }
        return Answer(200, body, content_type=JSON)

    async def pool_upgrades(self, request: ArmRequest) -> Answer:
        """A pool does not get newer than its cluster."""
        await self._platform.latencies.pause(durations.GET_CLUSTER)
        cluster = self._clusters.get(request)
        pool = self._pools.get(cluster, request)
        newest = cluster.resource.properties["currentKubernetesVersion"]
        profile = _profile(pool.properties["currentOrchestratorVersion"], newest)
        body = {
            "id": f"{pool.id}/upgradeProfiles/default",
            "name": "default",
            "type": f"{pool.type}/upgradeProfiles",
            "properties": {**profile, "latestNodeImageVersion": NODE_IMAGE},
        }
        return Answer(200, body, content_type=JSON)


def _version(minor: str, patches: tuple[str, ...]) -> dict[str, Any]:
    return {
        "version": minor,
        "capabilities": {"supportPlan": ["KubernetesOfficial"]},
        "isDefault": minor == DEFAULT_VERSION,
        "patchVersions": {patch: {"upgrades": upgrades_of(patch)} for patch in patches},
    }


def _profile(version: str, newest: str | None = None) -> dict[str, Any]:
    upgrades = [
        {"kubernetesVersion": each}
        for each in upgrades_of(version)
        if newest is None or is_at_most(each, newest)
    ]
    return {"kubernetesVersion": version, "osType": "Linux", "upgrades": upgrades}
