"""An environment gets another specification while it runs."""

from domain.arm import naming
from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.looks import Look
from tests.e2e.stories import delete, finish, gpu_nodes, provision
from tests.support.specs import spec_body

NAME = "changing"
GPU = {"vmSize": "Standard_NC24ads_A100_v4", "minNodes": 1, "maxNodes": 7}
WORKLOAD = {
    "image": "registry.example.com/llm:1.5.0",
    "healthPath": "/health",
    "model": {"name": NAME, "version": "8"},
}


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
    pool = look.at_gpu_pool(cluster_id)
    assert (pool["minCount"], pool["maxCount"]) == (1, 7)
    assert pool["tags"]["cost-center"] == "ML-9"
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


def test_an_environment_without_replicas_is_ready_without_an_answer(api: Api):
    name = "quiet"
    provision(api, name)
    body = spec_body(name=name, workload={**WORKLOAD, "replicas": 0})
    operation = finish(api, api.replace_environment(body))
    assert operation["status"] == "Succeeded", operation
    assert {step["status"] for step in operation["steps"]} == {"Succeeded"}
    assert delete(api, name)["status"] == "Succeeded"


def test_an_update_heals_a_pool_that_was_emptied_by_hand(
    api: Api, azure: SimulatedAzure, stack: Stack
):
    name = "tinkered"
    cluster_id = provision(api, name)["cells"][0]["clusterId"]
    look = Look(azure, stack)
    emptied = {"enableAutoScaling": False, "count": 0}
    look.change_at_arm(f"{cluster_id}/agentPools/gpu", "2026-08-01", **emptied)
    assert gpu_nodes(azure, name) == []

    body = spec_body(name=name, costCenter="ML-9")
    operation = finish(api, api.replace_environment(body))
    assert operation["status"] == "Succeeded", operation
    pool = look.at_gpu_pool(cluster_id)
    assert (pool["enableAutoScaling"], pool["maxCount"]) == (True, 5)
    assert azure.ask_model(api.get_environment(name), "Who pays?")["choices"]
    assert delete(api, name)["status"] == "Succeeded"
