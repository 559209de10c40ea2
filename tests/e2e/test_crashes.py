"""kill -9 in the middle of provisioning loses nothing and builds nothing twice."""

from collections.abc import Callable, Iterator

import pytest

from emulators.stack.api import SimulatedAzure
from emulators.stack.stack import Stack, running_stack
from tests.e2e.conftest import NEVER, TIME_SCALE, refuse_what_azure_would_refuse
from tests.e2e.published_events import await_events
from tests.e2e.stories import creations, finish
from tests.support.documented_api import DocumentedApi
from tests.support.specs import spec_body

TOLD = ("accepted", "succeeded")
RESOURCES_OF_ONE_CELL = 10
"""Two resource groups, cluster, profile, endpoint, origin group, origin, route, WAF, policy."""


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One stack for all kills: what earlier tests built stands beside what is built now."""
    folder = tmp_path_factory.mktemp("restarted")
    with running_stack(folder / "stack", time_scale=TIME_SCALE, settings=NEVER) as stack:
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
