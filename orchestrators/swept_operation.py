"""Starts an operation on behalf of the sweep, and records why."""

from domain.durable.names import ActivityName
from domain.durable.sweep_inputs import OperationStart
from domain.environment.failures import operation_in_progress
from domain.environment.idle_notes import IdleNote
from domain.outcomes import Outcome
from domain.sweep.model import SweepAction
from orchestrators.activity_calls import call_activity
from orchestrators.environment_proxy import EnvironmentProxy
from orchestrators.operation_context import Steps
from orchestrators.sweep_snapshot import SweepContext


def begin_operation(
    sweep: SweepContext, environment: EnvironmentProxy, action: SweepAction, note: IdleNote
) -> Steps[str | Outcome]:
    """The operation's id, or why it has not started: OPERATION_IN_PROGRESS if it is busy.

    The note is recorded once the operation has started: it may still be refused as busy.
    """
    request = yield from environment.plan_operation(action)
    if request is None:
        return Outcome.failed(operation_in_progress(environment.name))
    start = OperationStart(operation_id=request.operation_id, request=request)
    started = yield from call_activity(sweep, ActivityName.START_ORCHESTRATION, start.to_wire())
    if not started.is_success:
        return started
    begun = {"at": sweep.now, "operation_id": start.operation_id}
    yield from environment.record_idle_note(note.model_copy(update=begun))
    return start.operation_id
