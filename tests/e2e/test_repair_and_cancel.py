"""Environments that were damaged by hand are repaired; operations that run are canceled."""

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.looks import Look
from tests.e2e.stories import delete, finish, gpu_nodes, leftovers, provision, wait_until
from tests.e2e.sweeps import sweep
from tests.support.specs import spec_body

AKS, CDN = "2026-08-01", "2024-02-01"


def test_a_damaged_environment_is_brought_back_to_its_specification(
    api: Api, azure: SimulatedAzure, stack: Stack
):
    """Its pool, its origin and its route are gone, and its cluster is stopped."""
    name, look = "mended-again", Look(azure, stack)
    environment = provision(api, name)
    cluster = environment["cells"][0]["clusterId"]
    profile = (
        f"{cluster.partition('/resourceGroups/')[0]}/resourceGroups/gp-{name}-edge/providers/"
        f"Microsoft.Cdn/profiles/gp-{name}"
    )
    look.send_to_arm("DELETE", f"{cluster}/agentPools/gpu", AKS)
    for part in (
        f"{profile}/afdEndpoints/gp-{name}/routes/inference",
        f"{profile}/originGroups/inference/origins/westeurope",
    ):
        look.send_to_arm("DELETE", part, CDN)
        wait_until(lambda part=part: not look.exists(part, CDN))
    wait_until(lambda: not look.exists(f"{cluster}/agentPools/gpu", AKS))
    look.stop_cluster(cluster)
    sweep(api)
    assert api.get_environment(name)["health"]["status"] == "Unreachable"

    operation = finish(api, api.replace_environment(spec_body(name=name)))
    assert (operation["kind"], operation["status"]) == ("repair", "Succeeded"), operation
    assert look.power_of(cluster) == "Running"
    assert look.at_gpu_pool(cluster)["maxCount"] == 5
    assert azure.ask_model(api.get_environment(name), "Who pays?")["choices"]
    sweep(api)
    assert api.get_environment(name)["health"]["status"] == "Healthy"
    assert delete(api, name)["status"] == "Succeeded"


def test_the_sweep_repairs_what_may_be_repaired_automatically(
    api: Api, azure: SimulatedAzure, stack: Stack
):
    name, look = "self-mended", Look(azure, stack)
    environment = provision(api, name, repair="auto")
    deployment = f"/apis/apps/v1/namespaces/inference/deployments/{name}"
    look.send_into_cluster("DELETE", environment["cells"][0]["clusterId"], deployment)
    report = sweep(api)
    assert report["summary"]["results"].get("succeeded") == 1, report["summary"]
    assert api.get_operation(f"{name}.2")["kind"] == "repair"
    assert azure.ask_model(api.get_environment(name), "Who pays?")["choices"]
    assert delete(api, name)["status"] == "Succeeded"


def test_a_canceled_provision_costs_nothing_and_can_be_retried(api: Api, azure: SimulatedAzure):
    name = "thought-better"
    operation_id = api.create_environment(spec_body(name=name))
    wait_until(lambda: bool(gpu_nodes(azure, name)))
    assert api.act(name, "cancel") == operation_id
    operation = finish(api, operation_id)
    assert operation["status"] == "Canceled", operation
    environment = api.get_environment(name)
    assert environment["phase"] == "Canceled"
    assert environment["remainingResources"]
    assert gpu_nodes(azure, name) == []
    assert api.post(f"/environments/{name}/cancel").status_code == 202, "it is repeated"

    retried = finish(api, api.act(name, "retry"))
    assert (retried["kind"], retried["status"]) == ("provision", "Succeeded"), retried
    assert api.get_environment(name)["phase"] == "Ready"
    assert api.post(f"/environments/{name}/cancel").status_code == 409
    assert delete(api, name)["status"] == "Succeeded"
    assert leftovers(azure, name) == []
