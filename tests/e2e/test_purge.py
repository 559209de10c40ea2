"""A month later histories are purged; what exists, and the ids of what is gone, stay."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from tests.e2e.conftest import NEVER, TIME_SCALE
from tests.e2e.stories import delete, finish, provision, wait_until
from tests.support.documented_api import DocumentedApi
from tests.support.forked import forked_stack
from tests.support.specs import spec_body

EVERY_MINUTE = {"PURGE_SCHEDULE": "0 * * * * *"}


def let_time_pass(saved: Path, time: timedelta) -> None:
    """In which nothing of the stack runs."""
    written = json.loads(saved.read_text())
    stopped_at = datetime.fromisoformat(written["stopped_at"]) + time
    saved.write_text(json.dumps({**written, "stopped_at": stopped_at.isoformat()}))


def test_old_operations_are_purged_and_ids_never_repeat(tmp_path: Path):
    folder = tmp_path / "stack"
    options = {"time_scale": TIME_SCALE, "keeps_state": True}
    with (
        forked_stack(folder, settings=NEVER, **options) as stack,
        DocumentedApi(stack.app_url) as api,
    ):
        provision(api, "standing")
        provision(api, "gone-llm")
        deleted = delete(api, "gone-llm")
        assert deleted["status"] == "Succeeded"
        assert deleted["gpuUsage"]["costUsd"] > 0
        assert api.get("/operations/gone-llm.1").status_code == 200
    let_time_pass(folder / "saved-stack.json", timedelta(days=31))
    with (
        forked_stack(folder, settings=NEVER | EVERY_MINUTE, **options) as stack,
        DocumentedApi(stack.app_url) as api,
    ):
        wait_until(lambda: api.get("/operations/gone-llm.1").status_code == 404)
        assert api.get_operation("gone-llm.2")["gpuUsage"] == deleted["gpuUsage"]
        assert api.get_environment("standing")["phase"] == "Ready"
        assert api.get_operation("standing.1")["steps"], "its record still has it"
        assert (
            finish(api, api.create_environment(spec_body(name="gone-llm")))["id"] == "gone-llm.3"
        )
