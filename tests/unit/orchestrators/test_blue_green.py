"""An update whose new version comes beside the one that serves: its steps, and its ways back."""

from typing import Any

import pytest

from domain import deadlines
from domain.durable.inputs import CellInput, ReadyWait, TrafficInput, TrafficWatch, WorkloadInput
from domain.environment.former_version import FormerDemand
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.outcomes import Failure, Outcome, Status
from domain.serving.share_watch import Version
from domain.serving.shift import GATEWAYS_NOT_SHIFTED
from domain.spec.update import TrafficStep, Update, UpdateStrategy
from orchestrators.update_environment import update_environment
from tests.support.engine import Run, run
from tests.support.payloads import CANCELED, QUOTA, SUCCEEDED
from tests.support.specs import a_request, a_spec, spec_body
from tests.unit.orchestrators.test_update_environment import CELL, CHANGED, CLUSTER, end_of

FORMER = FormerDemand(replicas=2, gpus=2, startup_minutes=30)
UPDATE = Update(
    strategy=UpdateStrategy.BLUE_GREEN,
    steps=(TrafficStep(weight=10, minutes=5), TrafficStep(weight=50, minutes=7)),
    keep_minutes=9,
)
SPEC = a_spec(update=UPDATE.to_wire())
ID, WEST = "fraud-llm.2", "cell.westeurope"
SLOW = Outcome.failed(
    Failure(reason="NewVersionSlow", message="Slow.", retryable=False, suggested_action="Fix it.")
)
UNSEEN = Outcome.failed(
    Failure(reason=GATEWAYS_NOT_SHIFTED, message="One.", retryable=False, suggested_action="Look.")
)
UNREADY = Outcome.failed(
    Failure(reason="PodsNotReady", message="No.", retryable=False, suggested_action="Look.")
)
BACK = [
    "note traffic/restoration Running",
    "call shift_traffic",
    "note traffic/restoration Succeeded",
    f"start watch_traffic {ID}.traffic.restoration.watch",
    "note traffic/end Running",
    "call end_next_version",
    "note traffic/end Succeeded",
    "call list_remaining_resources",
    "entity fraud-llm end_operation Ready",
]


def update(**script: Any) -> Run:
    spec = script.pop("spec", SPEC)
    request = a_request(OperationKind.UPDATE, 2, spec=spec, former=FORMER)
    activities = {
        "list_remaining_resources": Outcome.succeeded(resourceIds=[CLUSTER]),
        "probe_version": SUCCEEDED,
        "shift_traffic": SUCCEEDED,
        "apply_workload": SUCCEEDED,
        "end_next_version": SUCCEEDED,
    }
    children = {**CHANGED, "watch_traffic": SUCCEEDED, "await_ready": SUCCEEDED}
    return run(
        update_environment,
        request.to_wire(),
        activities={**activities, **script.pop("activities", {})},
        children={**children, **script.pop("children", {})},
        instance_id=ID,
        **script,
    )


def share(weight: str) -> list[str]:
    return [
        f"note traffic/{weight} Running",
        "call shift_traffic",
        f"note traffic/{weight} Succeeded",
        f"start watch_traffic {ID}.traffic.{weight}.watch",
    ]


def inputs(done: Run, label: str) -> list[dict[str, Any]]:
    return [value for name, value in done.inputs if name.startswith(label)]


def warned_of(done: Run) -> str:
    (warning,) = [value for name, value in done.inputs if name == "record_warning"]
    return warning["warning"]["code"]


def test_its_steps_one_after_the_other():
    done = update()
    assert done.lines[3:] == [
        "note traffic/probe Running",
        "call probe_version",
        "note traffic/probe Succeeded",
        *share("10"),
        *share("50"),
        *share("100"),
        "note cell/westeurope/promotion/workload Running",
        "call apply_workload westeurope",
        "note cell/westeurope/promotion/workload Succeeded",
        f"start await_ready {ID}.{WEST}.promotion.ready",
        "note traffic/promotion/probe Running",
        "call probe_version",
        "note traffic/promotion/probe Succeeded",
        *share("promotion"),
        "note traffic/end Running",
        "call end_next_version",
        "note traffic/end Succeeded",
        "note probe Running",
        f"start await_edge {ID}.probe",
        "note probe Succeeded",
        "entity fraud-llm end_operation Ready",
    ]
    assert end_of(done).is_restored is None


def test_each_share_is_told_and_watched_for_its_time():
    done = update()
    told = [TrafficInput.from_wire(each) for each in inputs(done, "shift_traffic")]
    assert [(each.weight, each.is_promoted) for each in told] == [
        (10, None),
        (50, None),
        (100, None),
        (None, True),
    ]
    watched = [TrafficWatch.from_wire(each) for each in inputs(done, "watch_traffic")]
    assert [(w.share.routes, w.share.minutes, w.share.left_by) for w in watched] == [
        ("serving/10", 5, None),
        ("serving/50", 7, None),
        ("serving/100", 9, Version.OLD),
        ("serving", 0, Version.NEW),
    ]


def test_what_the_old_version_took_is_passed_on():
    measured = Outcome.succeeded(oldMilliseconds=120.0)
    done = update(children={"watch_traffic": [measured, SUCCEEDED, SUCCEEDED, SUCCEEDED]})
    watched = [TrafficWatch.from_wire(each) for each in inputs(done, "watch_traffic")]
    assert [w.share.old_milliseconds for w in watched] == [None, 120.0, 120.0, None]


def test_cells_know_of_the_gpus_beside_and_the_new_version_takes_the_old_place():
    done = update()
    assert CellInput.from_wire(done.input_of("provision_cell")).former_gpus == 2
    promoted = WorkloadInput.from_wire(done.input_of("apply_workload"))
    assert (promoted.version, promoted.replicas) == ("promoted", 1)
    wait = ReadyWait.from_wire(done.input_of("await_ready"))
    assert (wait.gpus_beside, wait.again, wait.is_next) == (1, "promotion", None)


def test_replicas_beside_start_at_once_and_those_in_the_old_place_in_turns():
    spec = a_spec(
        gpu={"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 8},
        update=UPDATE.to_wire(),
        workload={**spec_body()["workload"], "replicas": 4},
    )
    done = update(spec=spec)
    cell = CellInput.from_wire(done.input_of("provision_cell"))
    again = ReadyWait.from_wire(done.input_of("await_ready"))
    assert (cell.demand.startup_minutes, again.demand.startup_minutes) == (20, 80)
    took = again.operation.deadline - again.started_at
    assert took.total_seconds() == deadlines.READINESS + 3 * 20 * 60


@pytest.mark.parametrize(
    "script",
    [
        pytest.param({"children": {"provision_cell": QUOTA}}, id="no node for it"),
        pytest.param({"activities": {"probe_version": UNREADY}}, id="it does not answer"),
        pytest.param({"children": {"watch_traffic": [SLOW, SUCCEEDED]}}, id="it is slow"),
        pytest.param({"children": {"watch_traffic": [SUCCEEDED, SLOW, SUCCEEDED]}}, id="later"),
        pytest.param({"children": {"watch_traffic": [SLOW, UNSEEN]}}, id="a gateway is lost"),
    ],
)
def test_a_failure_before_it_has_taken_the_place_goes_back(script: dict[str, Any]):
    done = update(**script)
    assert done.lines[-len(BACK) :] == BACK
    end = end_of(done)
    assert (end.phase, end.is_restored) == (Phase.READY, True)
    assert done.outcome.status is Status.FAILED
    back = TrafficInput.from_wire(inputs(done, "shift_traffic")[-1])
    assert (back.weight, back.is_promoted) == (None, None)
    assert done.steps("call apply_workload") == []


def test_a_cancellation_while_the_old_version_is_kept_goes_back():
    kept = [SUCCEEDED, SUCCEEDED, CANCELED, SUCCEEDED]
    done = update(children={"watch_traffic": kept}, cancel_after=600)
    assert done.lines[-len(BACK) :] == BACK
    assert (end_of(done).phase, done.outcome) == (Phase.READY, CANCELED)


def test_a_version_that_does_not_start_in_the_old_place_gives_it_back():
    done = update(children={"await_ready": [UNREADY, SUCCEEDED]})
    assert end_of(done).is_restored
    _, restored = inputs(done, "apply_workload")
    assert WorkloadInput.from_wire(restored).version == "restored"
    assert WorkloadInput.from_wire(restored).replicas == FORMER.replicas
    waits = [ReadyWait.from_wire(each) for each in inputs(done, "await_ready")]
    assert (waits[1].demand.gpus, waits[1].demand.startup_minutes) == (2, 30)
    lines = done.lines
    assert lines.index(f"start await_ready {ID}.{WEST}.restoration.ready") < lines.index(
        "note traffic/restoration Running"
    )


def test_what_cannot_be_brought_back_stays_as_it_is_and_is_reported():
    """All requests go to the new version, which goes on serving beside."""
    done = update(children={"await_ready": UNREADY})
    end = end_of(done)
    assert (end.phase, end.is_restored) == (Phase.FAILED, None)
    assert done.steps("call end_next_version") == []
    assert warned_of(done) == "NextVersionLeft"


def test_gateways_that_cannot_be_told_keep_both_versions():
    refused = [SUCCEEDED, UNREADY]
    done = update(children={"watch_traffic": [SLOW]}, activities={"shift_traffic": refused})
    assert end_of(done).phase is Phase.FAILED
    assert done.steps("call end_next_version") == []


def test_replicas_that_do_not_end_are_reported():
    done = update(
        children={"watch_traffic": [SLOW, SUCCEEDED]}, activities={"end_next_version": UNREADY}
    )
    assert end_of(done).is_restored
    assert warned_of(done) == "NextVersionLeft"


def test_a_version_that_has_taken_the_place_does_not_give_it_back():
    done = update(activities={"end_next_version": [UNREADY, SUCCEEDED]})
    end = end_of(done)
    assert (end.phase, end.is_restored) == (Phase.FAILED, None)
    assert len(done.steps("call apply_workload")) == 1
    assert len(done.steps("call end_next_version")) == 2
    told = TrafficInput.from_wire(inputs(done, "shift_traffic")[-1])
    assert told.is_promoted
    assert done.steps("tell fraud-llm record_warning") == []


def test_a_cancellation_after_that_ends_what_runs_beside():
    watched = [SUCCEEDED, SUCCEEDED, SUCCEEDED, CANCELED, SUCCEEDED]
    done = update(children={"watch_traffic": watched})
    assert (end_of(done).phase, done.outcome) == (Phase.CANCELED, CANCELED)
    assert f"start watch_traffic {ID}.traffic.completion.watch" in done.lines
    assert len(done.steps("call end_next_version")) == 1


def test_what_still_runs_beside_after_that_is_reported():
    done = update(activities={"end_next_version": UNREADY})
    assert warned_of(done) == "NextVersionLeft"


def test_all_cells_shift_together():
    regions = ("westeurope", "northeurope")
    cells = [Outcome.succeeded(region=each, **CELL) for each in regions]
    done = update(
        spec=a_spec(update=UPDATE.to_wire(), regions=list(regions)),
        children={"provision_cell": cells},
    )
    assert end_of(done).phase is Phase.READY
    assert {tuple(each["regions"]) for each in inputs(done, "shift_traffic")} == {regions}
    assert done.steps("call apply_workload") == [
        "call apply_workload westeurope",
        "call apply_workload northeurope",
    ]
    assert len(done.steps("start await_ready")) == 2
