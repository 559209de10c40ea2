"""What `make up` does over a reboot: everything is stopped, and goes on later."""

from pathlib import Path

from local_stack.api import Api, SimulatedAzure
from local_stack.stack import running_stack
from tests.e2e.conftest import NEVER, TIME_SCALE
from tests.e2e.stories import delete, finish, leftovers, provision
from tests.support.specs import spec_body


def test_environments_and_operations_go_on_after_everything_was_stopped(tmp_path: Path):
    options = {"time_scale": TIME_SCALE, "settings": NEVER, "keeps_state": True}
    with running_stack(tmp_path / "stack", **options) as stack, Api(stack.app_url) as api:
        provision(api, "standing")
        begun = api.create_environment(spec_body(name="begun"))
        steps = next(api.follow(begun, 30))["steps"]
        assert steps
        before = api.get_environment("standing")
    with (
        running_stack(tmp_path / "stack", **options) as stack,
        Api(stack.app_url) as api,
        SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure,
    ):
        assert api.get_environment("standing") == before
        host = before["endpoint"].removeprefix("https://")
        answer = azure.get("/v1/models", headers={"Host": host}, extensions={"sni_hostname": host})
        assert answer.status_code == 200
        assert finish(api, begun)["status"] == "Succeeded"
        assert delete(api, "standing")["status"] == "Succeeded"
        assert leftovers(azure, "standing") == []
