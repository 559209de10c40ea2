"""What users see when an update fails, or is overtaken, and what the next request makes of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.looks import Look
from tests.e2e.stories import delete, finish, gpu_nodes, leftovers, provision
from tests.e2e.sweeps import sweep, timeline
from tests.support.specs import spec_body

BROKEN = "registry.example.com/llm:broken"


@pytest.fixture
def azure(stack: Stack) -> Iterator[SimulatedAzure]:
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        yield azure
        azure.clear_faults()


def with_two_replicas(
    name: str, image: str = "registry.example.com/llm:1.4.2", max_nodes: int = 5
) -> dict[str, Any]:
    """What a test changes of a specification."""
    model = {"name": name, "version": "7"}
    return {
        "workload": {"image": image, "replicas": 2, "model": model},
        "gpu": {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": max_nodes},
    }


def update(api: Api, name: str, **changes: Any) -> dict[str, Any]:
    body = spec_body(name=name, **with_two_replicas(name, **changes))
    return finish(api, api.replace_environment(body))


def test_an_update_to_a_version_that_crashes_leaves_the_old_one_and_is_put_right(
    api: Api, azure: SimulatedAzure
):
    name = "mended"
    azure.add_fault({"cluster": f"gp-{name}-.*", "images": {BROKEN: {"outcome": "Crashes"}}})
    environment = provision(api, name, **with_two_replicas(name))

    operation = update(api, name, image=BROKEN)
    assert (operation["status"], operation["error"]["code"]) == ("Failed", "CrashLoopBackOff")
    failed = api.get_environment(name)
    assert (failed["phase"], failed["generation"]) == ("Failed", 2)
    assert failed["spec"]["workload"]["image"] == BROKEN
    assert any("managedClusters" in each for each in failed["remainingResources"])
    assert failed["endpoint"] == environment["endpoint"]
    assert failed["cells"] == environment["cells"]
    assert azure.ask_model(failed, "Still there?")["choices"], "the other replica serves"

    operation = update(api, name, image="registry.example.com/llm:1.5.0")
    assert operation["status"] == "Succeeded", operation
    mended = api.get_environment(name)
    assert (mended["phase"], mended["generation"]) == ("Ready", 3)
    assert "remainingResources" not in mended
    assert azure.ask_model(mended, "Who pays?")["choices"]
    assert delete(api, name)["status"] == "Succeeded"


def test_a_failed_provision_loses_its_nodes_to_the_sweep_and_is_put_right(
    api: Api, azure: SimulatedAzure
):
    """The image crashes, and then the pool does not go to zero either."""
    name = "corrected"
    refusal = {"code": "ReconcileVMSSAgentPoolFailed", "message": "The scale set is busy."}
    azure.add_fault(
        {"operation": f"PUT .*/gp-{name}-[^/]*/agentPools/gpu", "count": 1, "error": refusal}
    )
    azure.add_fault({"cluster": f"gp-{name}-.*", "images": {BROKEN: {"outcome": "Crashes"}}})
    body = spec_body(name=name, **with_two_replicas(name, BROKEN))
    operation = finish(api, api.create_environment(body))
    assert (operation["status"], operation["error"]["code"]) == ("Failed", "CrashLoopBackOff")
    (stopped,) = [step for step in operation["steps"] if step["name"].endswith("gpuPoolToZero")]
    assert stopped["status"] == "Failed"
    assert gpu_nodes(azure, name)

    decided = [d for d in sweep(api)["decisions"] if d["environment"] == name]
    assert [each["action"] for each in decided] == ["stopGpuCost"]
    assert gpu_nodes(azure, name) == []
    assert timeline(api, name)[-1]["type"] == "GpuCostStopped"

    operation = update(api, name)
    assert (operation["status"], operation["kind"]) == ("Succeeded", "provision"), operation
    corrected = api.get_environment(name)
    assert (corrected["phase"], corrected["generation"]) == ("Ready", 2)
    assert azure.ask_model(corrected, "Who pays?")["choices"]
    assert delete(api, name)["status"] == "Succeeded"


def test_an_update_follows_a_failed_ones_request_and_a_deletion_overtakes_the_next(
    api: Api, azure: SimulatedAzure, stack: Stack
):
    """The firewall's refusal ends the first update while its cluster is still being changed."""
    name = "insisted"
    environment = provision(api, name, **with_two_replicas(name))
    cluster = f"PUT .*/managedClusters/gp-{name}-[^/]*"
    azure.add_fault(
        {
            "operation": cluster,
            "count": 1,
            "afterSeconds": 900,
            "error": {"code": "ReconcileVMSSAgentPoolFailed", "message": "Allocation failed."},
        }
    )
    azure.add_fault(
        {
            "match": {"method": "PUT", "path": f".*WebApplicationFirewallPolicies/gp{name}"},
            "count": 1,
            "status": 400,
            "code": "BadRequest",
            "message": "WebApplicationFirewallPolicy validation failed.",
        }
    )
    operation = update(api, name, max_nodes=7)
    assert operation["status"] == "Failed", operation

    operation = update(api, name, max_nodes=9)
    assert operation["status"] == "Succeeded", operation
    pool = Look(azure, stack).at_gpu_pool(environment["cells"][0]["clusterId"])
    assert pool["maxCount"] == 9

    overtaken = api.replace_environment(spec_body(name=name, **with_two_replicas(name)))
    assert delete(api, name)["status"] == "Succeeded"
    assert finish(api, overtaken)["status"] == "Canceled"
    assert leftovers(azure, name) == []
