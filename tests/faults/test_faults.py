"""Every row of the fault matrix: what users see, what it costs, and the way out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from pathlib import Path

import pytest

from domain.environment.phases import Phase
from domain.sweep.model import SweepAction
from emulators.stack.api import SimulatedAzure
from tests.faults.matrix import Matrix
from tests.faults.row import GPU_NODE_USD, FaultRow, Recovery
from tests.faults.seen import Seen, groups_of
from tests.faults.table import ROWS
from tests.support.documented_api import DocumentedApi
from tests.support.forked import forked_stack

SHORT = {"time_scale": 60.0, "latency_share": 0.5}
WHOLE = {"time_scale": 20.0, "latency_share": 1.0}
"""All rows take more processor time: simulated time must not outrun it."""

ROWS_PER_STACK = 48
"""Each has an environment with two gateways. Envoy takes an inotify instance, and Linux gives a
user 128 of them (`fs.inotify.max_user_instances`): further gateways would not start."""

CLUSTER_ID = re.compile(r"/managedclusters/[^/]+$")
PLACE = re.compile(r"/(westeurope|northeurope)(/attempt-\d+)?")

NEVER = {"SWEEP_SCHEDULE": "0 0 0 1 1 *", "WAKE_SCHEDULE": "0 0 0 1 1 *"}

pytestmark = pytest.mark.xdist_group("faults")

each_row = pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=row.name, marks=() if row.short else pytest.mark.faults)
        for row in ROWS
    ],
)


@pytest.fixture(scope="module")
def matrix(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Seen]:
    """One run of all rows that were selected."""
    rows = selected_rows(request.session.items)
    pace = SHORT if all(row.short for row in rows) else WHOLE
    seen: dict[str, Seen] = {}
    for part in batched(rows, ROWS_PER_STACK, strict=False):
        seen |= run_on_a_stack(part, tmp_path_factory.mktemp("faults"), pace)
    return seen


def run_on_a_stack(
    rows: Sequence[FaultRow], folder: Path, pace: Mapping[str, float]
) -> dict[str, Seen]:
    with (
        forked_stack(folder, settings=NEVER, **pace) as stack,
        DocumentedApi(stack.app_url) as api,
        SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure,
    ):
        return Matrix(stack, api, azure, rows).run()


@each_row
def test_the_operation_ends_as_the_row_says(row: FaultRow, matrix: Mapping[str, Seen]):
    seen = matrix[row.name]
    error = seen.operation.get("error") or {}
    assert seen.unused_faults == (), "the fault did not hit"
    assert (error.get("code"), error.get("retryable", False)) == (row.reason, row.retryable), error
    assert row.says in error.get("message", "")
    assert phase_of(seen) == row.phase
    if not row.passes:
        assert row.step in unfinished_steps(seen)


@each_row
def test_what_remains_is_listed_and_what_it_costs_is_counted(
    row: FaultRow, matrix: Mapping[str, Seen]
):
    seen = matrix[row.name]
    clusters = {each for each in seen.left if CLUSTER_ID.search(each)}
    assert all(each.endswith(f"/gp-{row.name}-{row.region}") for each in clusters)
    assert (bool(clusters), seen.gpu_nodes) == (row.cluster, row.gpu_nodes)
    assert cost_of(seen) == pytest.approx(row.hourly_usd)
    assert is_emptied(seen) == row.swept
    assert seen.swept_gpu_nodes == (0 if row.swept else row.gpu_nodes)
    if row.phase is Phase.FAILED:
        assert clusters <= remaining_of(seen) <= seen.left
    else:
        assert "remainingResources" not in (seen.environment or {})
    if row.finding:
        assert row.finding in {each["code"] for each in seen.health["findings"]}
    elif row.passes and not row.ends_deleted:
        assert (seen.health["status"], seen.health["findings"]) == ("Healthy", [])


@each_row
def test_the_suggested_action_is_accepted_and_leads_out(row: FaultRow, matrix: Mapping[str, Seen]):
    seen = matrix[row.name]
    if row.recovery is not Recovery.NONE:
        advice = seen.operation["error"]["suggestedAction"]
        assert not advice.startswith("Nothing"), "the operation has ended: waiting is no way out"
        assert seen.recovery.get("status") == "Succeeded", seen.recovery
        assert seen.recovery["id"] != seen.operation["id"]
    if row.ends_deleted:
        assert (seen.recovered, seen.recovered_left) == (None, frozenset())
        return
    assert seen.recovered
    assert seen.recovered["phase"] == Phase.READY
    assert "remainingResources" not in seen.recovered
    assert row.recovered_gpu_nodes in {None, seen.recovered_gpu_nodes}
    assert seen.model["choices"]
    assert [cell["region"] for cell in seen.recovered["cells"]] == [row.recovered_region]
    assert resource_groups(seen.recovered_left) == set(groups_of(row, row.recovered_region))


def selected_rows(items: list[pytest.Item]) -> list[FaultRow]:
    """Those of the tests that run."""
    rows: dict[str, FaultRow] = {}
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item, "callspec"):
            row = item.callspec.params.get("row")
            if isinstance(row, FaultRow):
                rows[row.name] = row
    return list(rows.values())


def phase_of(seen: Seen) -> str:
    return seen.environment["phase"] if seen.environment else Phase.DELETED


def unfinished_steps(seen: Seen) -> set[str]:
    """Those that failed or were canceled in Azure, without their region and attempt."""
    steps = [each for each in seen.operation["steps"] if each["status"] in {"Failed", "Canceled"}]
    return {PLACE.sub("", each["name"]) for each in steps}


def resource_groups(ids: Iterable[str]) -> set[str]:
    return {each.partition("/resourcegroups/")[2].partition("/")[0] for each in ids}


def remaining_of(seen: Seen) -> set[str]:
    assert seen.environment
    return {each.lower() for each in seen.environment["remainingResources"]}


def cost_of(seen: Seen) -> float:
    """USD per hour, as the sweep counts it."""
    pool = seen.decision["pool"] if seen.decision else {}
    return pool.get("nodeCount", 0) * pool.get("hourlyPrice", GPU_NODE_USD)


def is_emptied(seen: Seen) -> bool:
    return seen.decision is not None and seen.decision["action"] == SweepAction.STOP_GPU_COST
