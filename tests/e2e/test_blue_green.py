"""A new version comes beside the one that serves, and the requests move to it."""

from typing import Any

from emulators.stack.api import Api, SimulatedAzure
from tests.e2e.stories import delete, finish, gpu_nodes, provision

NAME = "blue-green"
UPDATE = {
    "strategy": "blueGreen",
    "steps": [{"weight": 10, "minutes": 1}, {"weight": 50, "minutes": 1}],
    "keepMinutes": 2,
}


def running_image(azure: SimulatedAzure, environment: dict[str, Any]) -> str:
    return azure.send_through_edge(environment, "GET", "/").json()["image"]


def test_a_new_version_takes_over(api: Api, azure: SimulatedAzure):
    gpu = {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 2}
    served = provision(api, NAME, gpu=gpu, update=UPDATE)
    spec = served["spec"]
    workload = {**spec["workload"], "image": "registry.example.com/llm:1.5.0"}
    update = finish(api, api.replace_environment({**spec, "workload": workload}))
    for step in update["steps"]:
        print(step["name"], step["status"], step.get("detail"), (step.get("error") or ""))
    print(update.get("error"))
    assert update["status"] == "Succeeded", update
    assert running_image(azure, served) == "registry.example.com/llm:1.5.0"
    print(gpu_nodes(azure, NAME))
    delete(api, NAME)
