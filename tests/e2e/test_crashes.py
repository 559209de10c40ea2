"""kill -9 in the middle of provisioning loses nothing and builds nothing twice."""

from collections.abc import Callable

import pytest

from emulators.stack.api import SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.published_events import await_events
from tests.e2e.stories import creations, finish
from tests.support.documented_api import DocumentedApi
from tests.support.specs import spec_body

TOLD = ("accepted", "succeeded")
RESOURCES_OF_ONE_CELL = 10
"""Two resource groups, cluster, profile, endpoint, origin group, origin, route, WAF, policy."""


@pytest.mark.parametrize(
    "restart",
    [
        pytest.param(Stack.restart_app, id="the Functions host"),
        pytest.param(Stack.restart_task_hub, id="the task hub"),
    ],
)
@pytest.mark.parametrize("step", ["managedCluster", "pods"])
def test_provisioning_goes_on_after_kill_9(
    own_stack: Stack, restart: Callable[[Stack], None], step: str
):
    with DocumentedApi(own_stack.app_url) as api:
        operation_id = api.create_environment(spec_body(name="unbroken"))
        for operation in api.follow(operation_id, 60):
            watched = next(s for s in operation["steps"] if s["name"].endswith(step))
            if watched["status"] == "Running":
                break
        restart(own_stack)
        assert finish(api, operation_id)["status"] == "Succeeded"
    with SimulatedAzure(own_stack.simulator_url, own_stack.ca_bundle) as azure:
        created = creations(azure, "unbroken")
    told = await_events(own_stack, "unbroken", f"{operation_id}.succeeded")
    assert [event["id"] for event in told] == [f"{operation_id}.{w}" for w in TOLD]
    assert set(created.values()) == {1}
    assert len(created) == RESOURCES_OF_ONE_CELL
