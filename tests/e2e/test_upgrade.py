"""An upgrade of the app while an operation runs: it ends with the steps that it began with.

The newer app is a copy of this one in which each cell is built in another order.
"""

import json
import shutil
from pathlib import Path

from emulators.stack.stack import PROJECT, Stack, running_stack
from tests.e2e.conftest import NEVER, TIME_SCALE
from tests.e2e.stories import finish, wait_until
from tests.support.documented_api import DocumentedApi
from tests.support.specs import spec_body

PRODUCT = ("activities", "clients", "domain", "orchestrators", "triggers")
PROVISION_CELL = "orchestrators/provision_cell.py"
FIRST_STEP = "    made = yield from create_resource(operation, group)\n"
BY_VERSION = """\
    made = yield from create_resource(operation, group)
    if operation.context.version != "1":
        made = yield from create_resource(operation, _again(group))
"""
WITHOUT_VERSION = "    made = Outcome.succeeded()\n"
"""One step less, whatever the version."""

ANOTHER_STEP = """

def _again(group: PlannedResource) -> PlannedResource:
    step = group.step.model_copy(update={"path": (*group.step.path, "again")})
    return group.model_copy(update={"step": step})
"""


def build_newer_app(folder: Path, steps: str) -> Path:
    folder.mkdir()
    for name in PRODUCT:
        shutil.copytree(PROJECT / name, folder / name)
    shutil.copy(PROJECT / "function_app.py", folder)
    host = json.loads((PROJECT / "host.json").read_text())
    host["extensions"]["durableTask"]["defaultVersion"] = "2"
    (folder / "host.json").write_text(json.dumps(host))
    present = (folder / PROVISION_CELL).read_text()
    assert FIRST_STEP in present
    (folder / PROVISION_CELL).write_text(present.replace(FIRST_STEP, steps) + ANOTHER_STEP)
    return folder


def upgrade(stack: Stack, app_folder: Path) -> None:
    stack.app_folder = app_folder
    stack.restart_task_hub()
    stack.restart_app()


def is_building_its_cluster(api: DocumentedApi, operation_id: str) -> bool:
    steps = {step["name"]: step["status"] for step in api.get_operation(operation_id)["steps"]}
    return steps["cell/westeurope/managedCluster"] == "Running"


def steps_of(operation: dict) -> set[str]:
    return {step["name"].removeprefix("cell/westeurope/") for step in operation["steps"]}


def test_operations_under_way_end_with_the_steps_that_they_began_with(tmp_path: Path):
    newer = build_newer_app(tmp_path / "newer", BY_VERSION)
    careless = build_newer_app(tmp_path / "careless", WITHOUT_VERSION)
    with (
        running_stack(tmp_path / "stack", time_scale=TIME_SCALE, settings=NEVER) as stack,
        DocumentedApi(stack.app_url) as api,
    ):
        begun = api.create_environment(spec_body(name="begun"))
        wait_until(lambda: is_building_its_cluster(api, begun))
        upgrade(stack, newer)
        operation = finish(api, begun)
        assert operation["status"] == "Succeeded", operation
        assert "resourceGroup/again" not in steps_of(operation)

        later = api.create_environment(spec_body(name="later"))
        wait_until(lambda: is_building_its_cluster(api, later))
        assert "resourceGroup/again" in steps_of(api.get_operation(later))

        # Steps that changed for every version cannot be replayed: the operation says so.
        upgrade(stack, careless)
        operation = finish(api, later)
        assert operation["status"] == "Failed"
        assert operation["error"]["code"] in {"OperationAborted", "OrchestrationFailed"}
