"""What `make up` does over a reboot: everything is stopped, and goes on later."""

import base64
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from emulators.stack.api import SimulatedAzure
from emulators.stack.kubeconfig import fetch_kubeconfig
from emulators.stack.stack import Stack
from tests.e2e.conftest import NEVER, TIME_SCALE
from tests.e2e.stories import finish, leftovers, provision
from tests.support.documented_api import DocumentedApi
from tests.support.forked import forked_stack
from tests.support.specs import spec_body


def now_of(azure: SimulatedAzure) -> datetime:
    return datetime.fromisoformat(azure.get("/_simulator/clock").json()["now"])


def count_pods(stack: Stack, kubeconfig: dict[str, Any]) -> int:
    cluster, token = kubeconfig["clusters"][0]["cluster"], kubeconfig["users"][0]["user"]["token"]
    authority = base64.b64decode(cluster["certificate-authority-data"])
    assert authority == Path(stack.ca_bundle).read_bytes()
    with SimulatedAzure(cluster["server"], stack.ca_bundle) as kubernetes:
        pods = kubernetes.get("/api/v1/pods", headers={"Authorization": f"Bearer {token}"})
    return len(pods.raise_for_status().json()["items"])


def first_step(operation: dict[str, Any]) -> datetime | None:
    begun = [step["startDateTime"] for step in operation["steps"] if "startDateTime" in step]
    return datetime.fromisoformat(min(begun)) if begun else None


def stay_off(saved: Path, time: timedelta) -> None:
    """Sets the saved clock back as if the machine had been off for this simulated time."""
    written = json.loads(saved.read_text())
    stopped_at = datetime.fromisoformat(written["stopped_at"]) - time
    saved.write_text(json.dumps({**written, "stopped_at": stopped_at.isoformat()}))


def without_cost(environment: dict[str, Any]) -> dict[str, Any]:
    """It grows with time, and its prices are read again."""
    return {**environment, "cost": None}


def test_environments_and_operations_go_on_after_everything_was_stopped(tmp_path: Path):
    options = {"time_scale": TIME_SCALE, "settings": NEVER, "keeps_state": True}
    with (
        forked_stack(tmp_path / "stack", **options) as stack,
        DocumentedApi(stack.app_url) as api,
    ):
        provision(api, "standing")
        begun = api.create_environment(spec_body(name="begun"))
        steps = next(api.follow(begun, 30))["steps"]
        assert steps
        before = api.get_environment("standing")
        kubeconfig = fetch_kubeconfig(stack.describe(), before["cells"][0]["clusterId"])
    stay_off(tmp_path / "stack" / "saved-stack.json", timedelta(minutes=5))
    with (
        forked_stack(tmp_path / "stack", **options) as stack,
        DocumentedApi(stack.app_url) as api,
        SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure,
    ):
        assert without_cost(api.get_environment("standing")) == without_cost(before)
        assert count_pods(stack, kubeconfig) > 0, "a kubeconfig of before is still good"
        assert azure.send_through_edge(before, "GET", "/v1/models").status_code == 200
        ended = finish(api, begun)
        assert ended["status"] == "Succeeded", ended
        asked_at = now_of(azure)
        deletion = api.delete_environment("standing")
        begun_at = next(at for each in api.follow(deletion, 30) if (at := first_step(each)))
        assert asked_at <= begun_at <= now_of(azure), "all clocks go on together"
        assert finish(api, deletion)["status"] == "Succeeded"
        assert leftovers(azure, "standing") == []
