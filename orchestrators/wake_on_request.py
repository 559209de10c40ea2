"""Wakes sleeping environments that were called.

1. Read the records of those that may be woken by a call.
2. Read the counters of their gateways, and compare them with the last look.
3. Record what has moved, and start a wake where a call was counted. Nothing waits for its end, so
   that the next look comes a minute later.
"""

from datetime import timedelta
from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable.names import ActivityName
from domain.durable.sweep_inputs import CallsInput, CellLook, SweepInput, SweepRef
from domain.environment.counters import CounterLook
from domain.outcomes import Outcome
from domain.sweep.model import EnvironmentSweepState, SweepAction
from domain.sweep.usage_queries import CellRef
from domain.sweep.wake_on_request import build_wake_note, find_watched_cells, look_for_calls
from orchestrators.activity_calls import call_activity
from orchestrators.environment_proxy import EnvironmentProxy
from orchestrators.operation_context import Steps, utc_now
from orchestrators.sweep_snapshot import SweepContext, read_environments
from orchestrators.swept_operation import begin_operation

type LooksByCell = dict[str, dict[str, CounterLook | None]]
"""By environment and region."""


def wake_on_request(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    names = SweepInput.from_wire(value).environments
    deadline = utc_now(context) + timedelta(seconds=deadlines.WAKE_LOOK)
    sweep = SweepContext.open(context, SweepRef(sweep_id=context.instance_id, deadline=deadline))
    environments = yield from read_environments(sweep, names)
    cells = tuple(find_watched_cells(each.state for each in environments.values()))
    looks = yield from _look(sweep, cells)
    woken: list[str] = []
    for name, found in looks.items():
        operation_id = yield from _follow(sweep, environments[name], found)
        woken += [operation_id] if operation_id else []
    return Outcome.succeeded(woken=woken).to_wire()


def _look(sweep: SweepContext, cells: tuple[CellRef, ...]) -> Steps[LooksByCell]:
    if not cells:
        return {}
    value = CallsInput(operation_id=sweep.ref.sweep_id, cells=cells).to_wire()
    outcome = yield from call_activity(sweep, ActivityName.GET_CALLS, value)
    looks: LooksByCell = {}
    for each in map(CellLook.from_wire, outcome.result.get("looks", ())):
        looks.setdefault(each.cell.environment, {})[each.cell.region] = each.look
    return looks


def _follow(
    sweep: SweepContext,
    environment: EnvironmentSweepState,
    looks: dict[str, CounterLook | None],
) -> Steps[str | None]:
    """The id of the wake that the calls have started."""
    seen = look_for_calls(environment.state, looks, sweep.now)
    proxy = EnvironmentProxy(sweep.context, environment.state.environment)
    if seen.news:
        proxy.signal_counters(seen.news)
    if not seen.calls:
        return None
    note = build_wake_note(environment.notes, seen.calls, sweep.now)
    begun = yield from begin_operation(sweep, proxy, SweepAction.WAKE, note)
    return begun if isinstance(begun, str) else None
