"""An environment gets another specification while it runs."""

from dataclasses import dataclass
from typing import Any

from domain import naming
from local_stack.api import Api, SimulatedAzure
from local_stack.kubeconfig import ARM_RESOURCE, fetch_kubeconfig, fetch_token
from local_stack.stack import Stack
from tests.e2e.stories import delete, finish, provision
from tests.support.specs import spec_body

NAME = "changing"
GPU = {"vmSize": "Standard_NC24ads_A100_v4", "minNodes": 1, "maxNodes": 7}
WORKLOAD = {
    "image": "registry.example.com/llm:1.5.0",
    "healthPath": "/health",
    "model": {"name": NAME, "version": "8"},
}


@dataclass(frozen=True, slots=True)
class Look:
    """Reads what simulated Azure has, as somebody with a token does."""

    azure: SimulatedAzure
    stack: Stack

    def at_arm(self, resource_id: str, api_version: str) -> dict[str, Any]:
        token = fetch_token(self.azure, self.stack.describe(), ARM_RESOURCE)
        return self._get(resource_id, token, {"api-version": api_version})

    def into_cluster(self, cluster_id: str, path: str) -> dict[str, Any]:
        config = fetch_kubeconfig(self.stack.describe(), cluster_id)
        token = config["users"][0]["user"]["token"]
        return self._get(f"{config['clusters'][0]['cluster']['server']}{path}", token, {})

    def _get(self, url: str, token: str, query: dict[str, str]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        return self.azure.get(url, params=query, headers=headers).raise_for_status().json()


def test_an_update_changes_pool_workload_and_firewall_and_the_model_answers(
    api: Api, azure: SimulatedAzure, stack: Stack
):
    environment = provision(api, NAME)
    body = spec_body(
        name=NAME, gpu=GPU, workload=WORKLOAD, costCenter="ML-9", edge={"wafMode": "Detection"}
    )
    operation = finish(api, api.replace_environment(body))
    assert (operation["kind"], operation["status"]) == ("update", "Succeeded"), operation
    updated = api.get_environment(NAME)
    assert (updated["phase"], updated["generation"]) == ("Ready", 2)
    assert updated["endpoint"] == environment["endpoint"]
    assert updated["cells"][0]["externalIp"] == environment["cells"][0]["externalIp"]

    cluster_id = environment["cells"][0]["clusterId"]
    look = Look(azure, stack)
    pool = look.at_arm(f"{cluster_id}/agentPools/gpu", "2026-08-01")
    assert (pool["properties"]["minCount"], pool["properties"]["maxCount"]) == (1, 7)
    assert pool["properties"]["tags"]["cost-center"] == "ML-9"
    waf = look.at_arm(naming.waf_policy_id(stack.simulator["subscriptionId"], NAME), "2025-10-01")
    assert waf["properties"]["policySettings"]["mode"] == "Detection"
    path = f"/apis/apps/v1/namespaces/inference/deployments/{NAME}"
    deployment = look.into_cluster(cluster_id, path)
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == WORKLOAD["image"]
    assert deployment["status"]["updatedReplicas"] == deployment["status"]["readyReplicas"] == 1
    assert azure.ask_model(updated, "Who pays?")["choices"]

    fixed = api.put(f"/environments/{NAME}", json=spec_body(name=NAME, regions=["swedencentral"]))
    assert (fixed.status_code, fixed.json()["error"]["target"]) == (409, "regions")
    assert delete(api, NAME)["status"] == "Succeeded"
