"""kill -9 in the middle of provisioning loses nothing and builds nothing twice."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emulators.stack.api import SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.conftest import NEVER, TIME_SCALE, refuse_what_azure_would_refuse
from tests.e2e.published_events import await_events
from tests.e2e.stories import (
    creations,
    finish,
    leftovers,
    model_pods,
    provision,
    wait_until,
)
from tests.support.documented_api import DocumentedApi
from tests.support.forked import forked_stack
from tests.support.specs import spec_body

TOLD = ("accepted", "succeeded")
RESOURCES_OF_ONE_CELL = 10
"""Two resource groups, cluster, profile, endpoint, origin group, origin, route, WAF, policy."""


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One stack for all kills: what earlier tests built stands beside what is built now."""
    folder = tmp_path_factory.mktemp("restarted")
    with forked_stack(folder / "stack", time_scale=TIME_SCALE, settings=NEVER) as stack:
        yield stack
        refuse_what_azure_would_refuse(stack)


@pytest.mark.xdist_group("one stack for all kills")
@pytest.mark.parametrize(
    ("name", "step", "restart"),
    [
        pytest.param("cluster-host", "managedCluster", Stack.restart_app),
        pytest.param("cluster-hub", "managedCluster", Stack.restart_task_hub),
        pytest.param("pods-host", "pods", Stack.restart_app),
        pytest.param("pods-hub", "pods", Stack.restart_task_hub),
    ],
)
def test_provisioning_goes_on_after_kill_9(
    restarted: Stack, name: str, step: str, restart: Callable[[Stack], None]
):
    with DocumentedApi(restarted.app_url) as api:
        operation_id = api.create_environment(spec_body(name=name))
        for operation in api.follow(operation_id, 60):
            watched = next(s for s in operation["steps"] if s["name"].endswith(step))
            if watched["status"] == "Running":
                break
        restart(restarted)
        assert finish(api, operation_id)["status"] == "Succeeded"
    with SimulatedAzure(restarted.simulator_url, restarted.ca_bundle) as azure:
        created = creations(azure, name)
    told = await_events(restarted, name, f"{operation_id}.succeeded")
    # As consumers do: the topic drops repeats within 600 s only, which are 5 s of real time here.
    distinct = list(dict.fromkeys(event["id"] for event in told))
    assert distinct == [f"{operation_id}.{w}" for w in TOLD]
    assert set(created.values()) == {1}
    assert len(created) == RESOURCES_OF_ONE_CELL


@pytest.mark.xdist_group("one stack for all kills")
def test_two_versions_side_by_side_become_one_after_kill_9_and_none_by_a_deletion(
    restarted: Stack,
):
    """The host dies while the old version is kept, the task hub while the new one starts in its
    place."""
    name, update = "kept-beside", {"strategy": "blueGreen", "steps": [], "keepMinutes": 3}
    with (
        DocumentedApi(restarted.app_url) as api,
        SimulatedAzure(restarted.simulator_url, restarted.ca_bundle) as azure,
    ):
        served = provision(api, name, update=update)
        operation_id = replace_image(api, served["spec"], "registry.example.com/llm:1.5.0")
        await_step(api, operation_id, "traffic/100/watch")
        restarted.restart_app()
        await_step(api, operation_id, "cell/westeurope/promotion/pods")
        restarted.restart_task_hub()
        operation = finish(api, operation_id)
        assert operation["status"] == "Succeeded", operation
        assert count_replicas(restarted, served) == 1
        answer = azure.send_through_edge(served, "GET", "/").json()
        assert answer["image"] == "registry.example.com/llm:1.5.0"
        again = replace_image(api, served["spec"], "registry.example.com/llm:1.6.0")
        await_step(api, again, "traffic/100/watch")
        assert count_replicas(restarted, served) == 2
        assert finish(api, api.delete_environment(name))["status"] == "Succeeded"
        assert leftovers(azure, name) == []


def count_replicas(stack: Stack, environment: dict[str, Any]) -> int:
    """Of all versions."""
    return len(model_pods(stack, environment, environment["cells"][0]["clusterId"]))


def replace_image(api: DocumentedApi, spec: dict[str, Any], image: str) -> str:
    return api.replace_environment({**spec, "workload": {**spec["workload"], "image": image}})


def await_step(api: DocumentedApi, operation_id: str, step: str) -> None:
    def is_running() -> bool:
        steps = api.get_operation(operation_id)["steps"]
        return any(each["name"] == step and each["status"] == "Running" for each in steps)

    wait_until(is_running)


@pytest.mark.xdist_group("one stack for all kills")
def test_while_the_task_hub_is_away_requests_are_refused_and_then_everything_goes_on(
    restarted: Stack,
):
    name = "hub-away"
    with DocumentedApi(restarted.app_url) as api:
        operation_id = api.create_environment(spec_body(name=name))
        restarted.processes["task-hub"].kill()
        refusals = [
            api.get(f"/environments/{name}"),
            api.get(f"/operations/{operation_id}"),
            api.delete(f"/environments/{name}"),
        ]
        restarted.start_task_hub()
        operation = finish(api, operation_id)
    for answer in refusals:
        told = (answer.status_code, answer.headers["x-ms-error-code"])
        assert told == (503, "TaskHubUnreachable")
        assert int(answer.headers["Retry-After"]) > 0
    assert operation["status"] == "Succeeded", operation
    with SimulatedAzure(restarted.simulator_url, restarted.ca_bundle) as azure:
        assert set(creations(azure, name).values()) == {1}


@pytest.mark.xdist_group("one stack for all kills")
def test_a_profile_that_was_sent_without_a_look_may_be_sent_again(restarted: Stack):
    """Azure has it, its answer is on the way, and the worker that sent it dies."""
    name = "edge-host"
    with (
        DocumentedApi(restarted.app_url) as api,
        SimulatedAzure(restarted.simulator_url, restarted.ca_bundle) as azure,
    ):
        put = {"method": "PUT", "path": f"/profiles/gp-{name}$"}
        lost = {"match": put, "after": True, "latencySeconds": 3600, "status": 500, "count": 1}
        fault = azure.add_fault(lost)
        operation_id = api.create_environment(spec_body(name=name))
        wait_until(lambda: bool(profiles(azure, name)))
        assert api.get_operation(operation_id)["status"] == "Running"
        restarted.restart_app()
        operation = finish(api, operation_id)
        azure.delete(f"/_simulator/faults/{fault}").raise_for_status()
        assert operation["status"] == "Succeeded", operation
        asked = [
            (request["method"], request["status"])
            for request in azure.get_requests()["requests"]
            if request["path"].endswith(f"/profiles/gp-{name}")
        ]
        assert asked[0] == ("PUT", 200), "sent again, and unchanged"
        assert len(profiles(azure, name)) == 1
        assert set(creations(azure, name).values()) == {1}


def profiles(azure: SimulatedAzure, name: str) -> list[str]:
    resources = azure.get_state()["resources"]
    return [each for each in resources if each.endswith(f"/profiles/gp-{name}")]
