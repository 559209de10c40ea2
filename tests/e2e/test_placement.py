"""Where Azure has no capacity, a cell tries its alternatives and leaves nothing behind."""

from typing import Any

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.looks import Look
from tests.e2e.stories import delete, finish, gpu_nodes, leftovers
from tests.e2e.sweeps import sweep
from tests.support.specs import spec_body

T4 = "Standard_NC8as_T4_v3"
PLACEMENT = {"zones": ["2"], "regions": ["northeurope"]}


def leave(azure: SimulatedAzure, region: str, *zones: str) -> None:
    """Machines of the size in these zones of the region only."""
    body = {"region": region, "vmSize": T4, "zones": list(zones)}
    azure.put("/_simulator/capacity", json=body).raise_for_status()


def specification(name: str, **changes: Any) -> dict[str, Any]:
    return spec_body(name=name, gpu={"vmSize": T4}, placement=PLACEMENT, **changes)


def attempts(operation: dict[str, Any]) -> list[tuple[str, list[str], str]]:
    return [
        (each["offer"]["region"], each["offer"]["zones"], each["status"])
        for each in operation["attempts"]
    ]


def test_a_cell_moves_to_where_azure_has_capacity(api: Api, azure: SimulatedAzure, stack: Stack):
    name, look = "climber", Look(azure, stack)
    leave(azure, "westeurope")
    leave(azure, "northeurope", "2")
    # With private origins: the cell gets its origin where it is built in the end.
    wanted = specification(name, edge={"sku": "Premium_AzureFrontDoor"})
    operation = finish(api, api.create_environment(wanted))
    assert operation["status"] == "Succeeded", operation
    assert attempts(operation) == [
        ("westeurope", [], "Refused"),
        ("westeurope", ["2"], "Refused"),
        ("northeurope", [], "Refused"),
        ("northeurope", ["2"], "Succeeded"),
    ]
    codes = [each["error"]["code"] for each in operation["attempts"][:3]]
    assert codes == ["AllocationFailed", "ZonalAllocationFailed", "AllocationFailed"]
    environment = api.get_environment(name)
    (cell,) = environment["cells"]
    assert (cell["region"], cell["offer"]["zones"]) == ("northeurope", ["2"])
    assert azure.ask_model(environment, "Who pays?")["choices"]
    left = " ".join(leftovers(azure, name))
    assert "northeurope" in left
    assert "westeurope" not in left
    assert len(gpu_nodes(azure, name)) == 1
    sweep(api)
    assert api.get_environment(name)["health"]["status"] == "Healthy"

    # Another environment does not run into the same walls.
    second = finish(api, api.create_environment(specification("follower")))
    assert second["status"] == "Succeeded", second
    assert [status for *_, status in attempts(second)] == [
        "Skipped",
        "Skipped",
        "Skipped",
        "Succeeded",
    ]
    assert delete(api, "follower")["status"] == "Succeeded"

    assert finish(api, api.act(name, "scale-down"))["status"] == "Succeeded"
    assert finish(api, api.act(name, "wake"))["status"] == "Succeeded"

    # Refused its nodes, it sleeps on where it is, and a retry wakes it there.
    assert finish(api, api.act(name, "scale-down"))["status"] == "Succeeded"
    leave(azure, "northeurope")
    refused = finish(api, api.act(name, "wake"))
    assert refused["status"] == "Failed", refused
    assert gpu_nodes(azure, name) == []
    leave(azure, "northeurope", "2")
    retried = finish(api, api.act(name, "retry"))
    assert retried["status"] == "Succeeded", retried
    assert azure.ask_model(api.get_environment(name), "Awake?")["choices"]
    changed = finish(api, api.replace_environment(wanted | {"costCenter": "ML-2"}))
    assert changed["status"] == "Succeeded", changed
    assert look.at_gpu_pool(cell["clusterId"])["availabilityZones"] == ["2"]
    assert delete(api, name)["status"] == "Succeeded"
    assert leftovers(azure, name) == []
