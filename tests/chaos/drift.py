"""Changes resources by hand, as somebody does who does not ask Gridplane."""

from collections.abc import Mapping
from typing import Any

import httpx

from domain.arm import naming
from emulators.stack.kubeconfig import ARM_RESOURCE, fetch_kubeconfig, fetch_token
from tests.chaos.plan import Drift, DriftKind
from tests.chaos.snapshot import Drifted
from tests.chaos.world import World

API_VERSION = {"api-version": "2026-08-01"}
POOL = f"agentPools/{naming.GPU_POOL}"


class Hands:
    """Somebody with a token for ARM and the clusters."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.done: list[Drifted] = []
        self.refused = 0
        """There was nothing to change, or Azure did not accept the change."""

    def act(self, drift: Drift) -> None:
        self._world.wait_until(drift.at)
        name = drift.environment
        cluster_id = self._find_cluster(name)
        if cluster_id is not None and self._change(drift.kind, cluster_id, name):
            self.done.append(Drifted(name, drift.kind, self._world.now))
            self._world.note("drift", drift.kind, name)
        else:
            self.refused += 1

    def _find_cluster(self, name: str) -> str | None:
        clusters = self._world.azure.get_state()["clusters"]
        found = (c["id"] for c in clusters if c["isServing"] and f"/gp-{name}-" in c["id"])
        return next(found, None)

    def _change(self, kind: DriftKind, cluster_id: str, name: str) -> bool:
        match kind:
            case DriftKind.POOL_RESCALED:
                return self._rescale(f"{cluster_id}/{POOL}")
            case DriftKind.POOL_DELETED:
                return self._ask("DELETE", f"{cluster_id}/{POOL}").is_success
            case DriftKind.CLUSTER_STOPPED:
                return self._ask("POST", f"{cluster_id}/stop").is_success
            case DriftKind.DEPLOYMENT_DELETED:
                return self._delete_deployment(cluster_id, name)

    def _rescale(self, pool_id: str) -> bool:
        """To two nodes that stay, whatever runs on them."""
        found = self._ask("GET", pool_id)
        if not found.is_success:
            return False
        body = found.json()
        for setting in ("minCount", "maxCount"):
            body["properties"].pop(setting, None)
        body["properties"] |= {"enableAutoScaling": False, "count": 2}
        return self._ask("PUT", pool_id, body).is_success

    def _delete_deployment(self, cluster_id: str, name: str) -> bool:
        try:
            config = fetch_kubeconfig(self._world.stack.describe(), cluster_id)
        except httpx.HTTPError:
            return False
        server = config["clusters"][0]["cluster"]["server"]
        path = f"/apis/apps/v1/namespaces/{naming.INFERENCE_NAMESPACE}/deployments/{name}"
        token = config["users"][0]["user"]["token"]
        headers = {"Authorization": f"Bearer {token}"}
        return self._world.azure.delete(f"{server}{path}", headers=headers).is_success

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        stack = self._world.stack.describe()
        token = fetch_token(self._world.azure, stack, ARM_RESOURCE)
        return self._world.azure.request(
            method,
            path,
            params=API_VERSION,
            json=body,
            headers={"Authorization": f"Bearer {token}"},
        )
