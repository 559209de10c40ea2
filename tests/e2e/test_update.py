"""An environment gets another specification while it runs, again and again."""

from collections.abc import Iterator
from typing import Any

import pytest

from domain.arm import naming
from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.looks import Look
from tests.e2e.stories import delete, finish, gpu_nodes, provision
from tests.support.documented_api import DocumentedApi
from tests.support.specs import BY_DIGEST, spec_body

AKS, CDN, WAF = "2026-08-01", "2024-02-01", "2025-10-01"
NAME = "changing"
GPU = {"vmSize": "Standard_NC24ads_A100_v4", "minNodes": 1, "maxNodes": 7}
WORKLOAD = {
    "image": BY_DIGEST,
    "healthPath": "/health",
    "model": {"name": NAME, "version": "8"},
}


@pytest.fixture(scope="module")
def environment(stack: Stack) -> Iterator[dict[str, Any]]:
    """As it was when it had been built."""
    with DocumentedApi(stack.app_url) as api:
        yield provision(api, NAME)
        assert delete(api, NAME)["status"] == "Succeeded"


def test_an_update_changes_pool_workload_and_firewall_and_the_model_answers(
    environment: dict[str, Any], api: Api, azure: SimulatedAzure, stack: Stack
):
    generation = api.get_environment(NAME)["generation"]
    body = spec_body(
        name=NAME,
        gpu=GPU,
        workload=WORKLOAD,
        costCenter="ML-9",
        edge={"wafMode": "Detection"},
        cluster={"tier": "Free", "maintenance": {"day": "tue", "start": "22:00"}},
    )
    operation = finish(api, api.replace_environment(body))
    assert (operation["kind"], operation["status"]) == ("update", "Succeeded"), operation
    updated = api.get_environment(NAME)
    assert (updated["phase"], updated["generation"]) == ("Ready", generation + 1)
    assert updated["endpoint"] == environment["endpoint"]
    assert updated["cells"][0]["externalIp"] == environment["cells"][0]["externalIp"]

    cluster_id = environment["cells"][0]["clusterId"]
    look = Look(azure, stack)
    pool = look.at_gpu_pool(cluster_id)
    assert (pool["minCount"], pool["maxCount"]) == (1, 7)
    assert pool["tags"]["cost-center"] == "ML-9"
    waf = look.at_arm(naming.waf_policy_id(stack.simulator["subscriptionId"], NAME), WAF)
    assert waf["properties"]["policySettings"]["mode"] == "Detection"
    assert look.at_arm(cluster_id, AKS)["sku"]["tier"] == "Free"
    for schedule in (naming.AUTO_UPGRADE_SCHEDULE, naming.NODE_OS_UPGRADE_SCHEDULE):
        found = look.at_arm(f"{cluster_id}/maintenanceConfigurations/{schedule}", AKS)
        window = found["properties"]["maintenanceWindow"]
        assert window["schedule"]["weekly"]["dayOfWeek"] == "Tuesday"
        assert (window["startTime"], window["utcOffset"]) == ("22:00", "+01:00")
    path = f"/apis/apps/v1/namespaces/inference/deployments/{NAME}"
    deployment = look.into_cluster(cluster_id, path)
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == WORKLOAD["image"]
    assert deployment["status"]["updatedReplicas"] == deployment["status"]["readyReplicas"] == 1
    assert azure.ask_model(updated, "Who pays?")["choices"]

    fixed = api.put(f"/environments/{NAME}", json=spec_body(name=NAME, regions=["swedencentral"]))
    assert (fixed.status_code, fixed.json()["error"]["target"]) == (409, "regions")


def test_an_update_keeps_what_operators_have_set_and_a_repair_sets_it_again(
    api: Api, azure: SimulatedAzure, stack: Stack
):
    name = "disputed"
    environment = provision(api, name)
    settings = Settings(Look(azure, stack), name, environment["cells"][0]["clusterId"])
    untouched = settings.read()
    settings.change()
    theirs = settings.read()

    operation = finish(api, api.replace_environment(spec_body(name=name, workload=WORKLOAD)))
    assert operation["status"] == "Succeeded", operation
    assert settings.read() == {**theirs, "protocol": untouched["protocol"]}
    assert {each["code"] for each in operation["warnings"]} == {"SettingConflict"}
    told = [(each["target"].rpartition("/")[2], each["message"]) for each in operation["warnings"]]
    assert sorted(target for target, _ in told) == sorted(
        ["gpdisputed", "gpu", "inference", "inference", "inference"]
    ), "WAF policy, pool, origin group, and the route twice: patterns kept, protocol set again"
    assert sum("and kept" in message for _, message in told) == 4

    repaired = finish(api, api.act(name, "repair"))
    assert (repaired["status"], repaired.get("warnings")) == ("Succeeded", None), repaired
    assert settings.read() == untouched
    assert delete(api, name)["status"] == "Succeeded"


class Settings:
    """Settings of an environment's resources that operators like to change."""

    def __init__(self, look: Look, name: str, cluster_id: str) -> None:
        subscription_id = cluster_id.split("/")[2]
        self.look = look
        self.waf = naming.waf_policy_id(subscription_id, name)
        self.group = naming.origin_group_id(subscription_id, name)
        self.route = naming.route_id(subscription_id, name)
        self.pool = f"{cluster_id}/agentPools/gpu"

    def change(self) -> None:
        waf = self.look.at_arm(self.waf, WAF)["properties"]["policySettings"]
        probe = self.look.at_arm(self.group, CDN)["properties"]["healthProbeSettings"]
        patterns, protocol = ["/health", "/v1/*"], "MatchRequest"
        change = self.look.change_at_arm
        change(self.waf, WAF, policySettings={**waf, "mode": "Detection"})
        change(self.group, CDN, healthProbeSettings={**probe, "probeIntervalInSeconds": 120})
        change(self.route, CDN, patternsToMatch=patterns, forwardingProtocol=protocol)
        change(self.pool, AKS, maxCount=8)

    def read(self) -> dict[str, Any]:
        route = self.look.at_arm(self.route, CDN)["properties"]
        group = self.look.at_arm(self.group, CDN)["properties"]
        return {
            "mode": self.look.at_arm(self.waf, WAF)["properties"]["policySettings"]["mode"],
            "interval": group["healthProbeSettings"]["probeIntervalInSeconds"],
            "patterns": route["patternsToMatch"],
            "protocol": route["forwardingProtocol"],
            "maxCount": self.look.at_arm(self.pool, AKS)["properties"]["maxCount"],
        }


def test_an_update_heals_a_pool_that_was_emptied_by_hand(
    environment: dict[str, Any], api: Api, azure: SimulatedAzure, stack: Stack
):
    cluster_id = environment["cells"][0]["clusterId"]
    look = Look(azure, stack)
    emptied = {"enableAutoScaling": False, "count": 0}
    look.change_at_arm(f"{cluster_id}/agentPools/gpu", AKS, **emptied)
    assert gpu_nodes(azure, NAME) == []

    body = spec_body(name=NAME, workload=WORKLOAD, costCenter="ML-10")
    operation = finish(api, api.replace_environment(body))
    assert operation["status"] == "Succeeded", operation
    pool = look.at_gpu_pool(cluster_id)
    assert (pool["enableAutoScaling"], pool["maxCount"]) == (True, 5)
    assert azure.ask_model(api.get_environment(NAME), "Who pays?")["choices"]


def test_an_environment_without_replicas_is_ready_without_an_answer(
    environment: dict[str, Any], api: Api
):
    body = spec_body(name=NAME, workload={**WORKLOAD, "replicas": 0})
    operation = finish(api, api.replace_environment(body))
    assert operation["status"] == "Succeeded", operation
    assert {step["status"] for step in operation["steps"]} == {"Succeeded"}
