from typing import Any

from domain.durable.sweep_inputs import CallsInput, CellLook, OperationStart, SweepInput
from domain.environment.counters import CounterLook, RecordCounters
from domain.environment.failures import operation_in_progress
from domain.environment.idle_notes import IdleNote
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.outcomes import Outcome
from domain.spec.idle import Idle
from domain.sweep.model import EnvironmentSweepState
from domain.sweep.usage_queries import CellRef
from orchestrators.wake_on_request import wake_on_request
from tests.support.engine import Run, run
from tests.support.payloads import QUOTA, REGION, SUCCEEDED
from tests.support.specs import NOON, a_request, minutes
from tests.support.sweeps import a_look, a_note, a_swept

WATCHED = Idle(wake_on_request=True)


def a_sleeper(name: str = "fraud-llm", **changes: Any) -> EnvironmentSweepState:
    """Asleep for an hour, and looked at since."""
    values = {
        "phase": Phase.SCALED_DOWN,
        "scaled_down_at": NOON - minutes(60),
        "policy": WATCHED,
        "counters": {REGION: a_note(since=30)},
    }
    return a_swept(name, **{**values, **changes})


def told(looks: dict[str, CounterLook | None]) -> Outcome:
    found = [
        CellLook(cell=CellRef(environment=name, region=REGION), look=look)
        for name, look in looks.items()
    ]
    return Outcome.succeeded(looks=[each.to_wire() for each in found])


def look(
    looks: dict[str, CounterLook | None], *sleepers: EnvironmentSweepState, **script: Any
) -> Run:
    names = [each.state.environment for each in sleepers]
    return run(
        wake_on_request,
        SweepInput(environments=tuple(names)).to_wire(),
        instance_id="wake-on-request",
        activities={
            "get_calls": told(looks),
            "start_orchestration": SUCCEEDED,
            **script.get("activities", {}),
        },
        entity={
            "record_idle_note": True,
            "plan_operation": a_request(OperationKind.WAKE, 3).to_wire(),
            **{f"get_sweep_state {s.state.environment}": s.to_wire() for s in sleepers},
            **script.get("entity", {}),
        },
    )


def test_a_call_starts_a_wake_whose_end_nobody_waits_for():
    done = look({"called": a_look(8), "quiet": a_look()}, a_sleeper("called"), a_sleeper("quiet"))
    assert done.lines == [
        "entity called get_sweep_state",
        "entity quiet get_sweep_state",
        "call get_calls",
        f"tell called record_counters {REGION}:InvocationsSeen",
        "entity called plan_operation wake",
        "call start_orchestration",
        "entity called record_idle_note WakeRequested",
    ]
    assert done.outcome.result == {"woken": ["fraud-llm.3"]}
    asked = CallsInput.from_wire(done.input_of("get_calls"))
    assert [cell.environment for cell in asked.cells] == ["called", "quiet"]
    assert OperationStart.from_wire(done.input_of("start_orchestration")).request.kind == "wake"
    note = IdleNote.from_wire(done.input_of("record_idle_note"))
    assert note.evidence[REGION]["calls"] == 1
    assert note.operation_id == "fraud-llm.3"


def test_the_record_knows_of_a_call_before_its_wake_begins():
    """A wake that fails is not started again by the same call."""
    done = look({"fraud-llm": a_look(8)}, a_sleeper())
    seen = RecordCounters.from_wire(done.input_of("record_counters fraud-llm"))
    assert seen.notes[REGION].look == a_look(8)


def test_the_first_look_is_recorded_and_wakes_nobody():
    sleeper = a_sleeper(counters={REGION: a_note(since=90)})
    done = look({"fraud-llm": a_look(8)}, sleeper)
    assert done.lines[-1] == f"tell fraud-llm record_counters {REGION}:CountersNew"
    assert done.outcome.result == {"woken": []}


def test_gateways_that_tell_nothing_wake_nobody():
    for answer in (told({"fraud-llm": None}), QUOTA):
        done = look({}, a_sleeper(), activities={"get_calls": answer})
        assert done.lines == ["entity fraud-llm get_sweep_state", "call get_calls"]


def test_an_environment_that_is_awake_by_now_is_not_asked():
    done = look({}, a_sleeper(phase=Phase.WAKING))
    assert done.lines == ["entity fraud-llm get_sweep_state"]


def test_an_environment_that_has_gone_is_not_asked():
    done = look({}, a_sleeper(), entity={"get_sweep_state fraud-llm": None})
    assert done.lines == ["entity fraud-llm get_sweep_state"]


def test_whoever_was_faster_wakes_it():
    """A user, or the end of its off hours."""
    busy = look({"fraud-llm": a_look(8)}, a_sleeper(), entity={"plan_operation": None})
    assert busy.lines[-1] == "entity fraud-llm plan_operation wake"
    taken = Outcome.failed(operation_in_progress("fraud-llm.3"))
    raced = look({"fraud-llm": a_look(8)}, a_sleeper(), activities={"start_orchestration": taken})
    assert raced.lines[-1] == "call start_orchestration"
    assert busy.outcome.result == raced.outcome.result == {"woken": []}


def test_one_that_cannot_be_started_hides_no_other():
    done = look(
        {"one": a_look(8), "two": a_look(8)},
        a_sleeper("one"),
        a_sleeper("two"),
        activities={"start_orchestration": [QUOTA, SUCCEEDED]},
    )
    assert done.outcome.result == {"woken": ["fraud-llm.3"]}
