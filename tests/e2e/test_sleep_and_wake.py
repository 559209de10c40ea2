"""An environment that is scaled down says so at its edge, and comes back as it was."""

from emulators.stack.api import Api, SimulatedAzure
from tests.e2e.stories import delete, finish, gpu_nodes, provision


def start(api: Api, name: str, action: str) -> str:
    answer = api.post(f"/environments/{name}/{action}")
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def ask(azure: SimulatedAzure, endpoint: str):
    host = endpoint.removeprefix("https://")
    return azure.get("/v1/models", headers={"Host": host}, extensions={"sni_hostname": host})


def test_a_sleeping_environment_costs_no_gpu_says_so_and_wakes_as_it_was(
    api: Api, azure: SimulatedAzure
):
    environment = provision(api, "sleeper")
    assert len(gpu_nodes(azure, "sleeper")) == 1

    assert finish(api, start(api, "sleeper", "scale-down"))["status"] == "Succeeded"
    assert api.get_environment("sleeper")["phase"] == "ScaledDown"
    assert gpu_nodes(azure, "sleeper") == []
    answer = ask(azure, environment["endpoint"])
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.json()["error"]["code"] == "EnvironmentAsleep"

    waking = start(api, "sleeper", "wake")
    assert start(api, "sleeper", "wake") == waking, "asking twice wakes once"
    assert api.get_environment("sleeper")["phase"] == "Waking"
    assert ask(azure, environment["endpoint"]).status_code == 503
    assert finish(api, waking)["status"] == "Succeeded"
    assert api.get_environment("sleeper")["phase"] == "Ready"
    assert len(gpu_nodes(azure, "sleeper")) == 1
    assert ask(azure, environment["endpoint"]).status_code == 200

    assert api.post("/environments/nobody/wake").status_code == 404
    assert delete(api, "sleeper")["status"] == "Succeeded"
