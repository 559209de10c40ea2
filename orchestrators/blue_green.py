"""Brings a new version beside the one that serves, and shifts the requests to it.

1. The new version is ready beside the old one, and answers through every gateway.
2. For each step of the specification: the share is told, has arrived, and is watched.
3. All requests go to the new version; the old one is kept for its time, and watched.
4. The new version takes the old one's place, and then its requests; what ran beside it ends.

A failure or a cancellation on the way goes back to the old version.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from domain import deadlines
from domain.durable.inputs import CellDemand, DeployedVersion
from domain.environment.failures import next_version_left
from domain.environment.operation_request import OperationRequest
from domain.environment.record import RecordWarning
from domain.environment.step_keys import COMPLETION, NEXT_PROBE_STEP, PROMOTION, RESTORATION
from domain.outcomes import Failure, Outcome
from domain.serving.shift import GATEWAYS_NOT_SHIFTED
from domain.spec.update import WHOLE, Update
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.sequence import in_order
from orchestrators.shift_steps import (
    Shift,
    deploy_in_place,
    end_next,
    probe_through_gateways,
    serve_alone,
    shift_share,
)


@dataclass(slots=True)
class Progress:
    """How far the new version has come: it decides the way back."""

    is_promoting: bool = False
    is_promoted: bool = False
    old_milliseconds: float | None = None
    """An answer of the old version, as measured last."""


@dataclass(frozen=True, slots=True)
class BesideResult:
    """`is_restored`: the old version answers all requests again."""

    outcome: Outcome
    is_restored: bool = False


def bring_beside(
    operation: OperationContext,
    request: OperationRequest,
    demand: CellDemand,
    build: Callable[[], Steps[Outcome]],
) -> Steps[BesideResult]:
    """`build`: the new version beside the old one, until it is ready."""
    progress = Progress()
    shift = Shift(operation, request, demand, request.spec.update or Update())
    outcome = yield from in_order(build, lambda: _shift_all(shift, progress))
    if outcome.is_success:
        return BesideResult(outcome)
    after = operation.for_compensation().begun_now(_time_back(request))
    shift = replace(shift, operation=after)
    if progress.is_promoted:
        completed = yield from _complete(shift)
        _warn(shift, completed.failure)
        return BesideResult(outcome)
    restored = yield from _restore(shift, progress)
    return BesideResult(outcome, is_restored=restored.is_success)


def _shift_all(shift: Shift, progress: Progress) -> Steps[Outcome]:
    steps = shift.update.steps
    return in_order(
        lambda: probe_through_gateways(shift, NEXT_PROBE_STEP, shift.traffic()),
        *(partial(_share, shift, progress, each.weight, each.minutes) for each in steps),
        lambda: _share(shift, progress, WHOLE, shift.update.keep_minutes),
        lambda: _promote(shift, progress),
        lambda: _leave_next(shift, PROMOTION),
    )


def _complete(shift: Shift) -> Steps[Outcome]:
    """The new version has the old one's place: nothing is left to go back to."""
    return _leave_next(shift, COMPLETION)


def _leave_next(shift: Shift, why: str) -> Steps[Outcome]:
    return in_order(lambda: serve_alone(shift, why), lambda: end_next(shift))


def _share(shift: Shift, progress: Progress, weight: int, minutes: int) -> Steps[Outcome]:
    measured = progress.old_milliseconds
    outcome = yield from shift_share(shift, weight, minutes, measured)
    progress.old_milliseconds = outcome.result.get("oldMilliseconds", measured)
    return outcome


def _promote(shift: Shift, progress: Progress) -> Steps[Outcome]:
    progress.is_promoting = True
    outcome = yield from deploy_in_place(shift, DeployedVersion.PROMOTED, PROMOTION)
    progress.is_promoted = outcome.is_success
    return outcome


def _restore(shift: Shift, progress: Progress) -> Steps[Outcome]:
    """What runs beside it ends only once the old version is there and was told to the gateways;
    one that has not told its routes by then is taken for one that serves nothing."""
    if progress.is_promoting:
        old = yield from deploy_in_place(shift, DeployedVersion.RESTORED, RESTORATION)
        if not old.is_success:
            _warn(shift, old.failure)
            return old
    told = yield from serve_alone(shift, RESTORATION)
    is_untold = told.failure is not None and told.failure.reason == GATEWAYS_NOT_SHIFTED
    if not told.is_success and not is_untold:
        _warn(shift, told.failure)
        return told
    ended = yield from end_next(shift)
    if not ended.is_success:
        _warn(shift, ended.failure)
    return Outcome.succeeded()


def _time_back(request: OperationRequest) -> float:
    former = request.former
    startup = deadlines.further_startup(former.startup_minutes) if former else 0
    grace = request.spec.workload.termination_grace_seconds
    return deadlines.WAY_BACK + startup + deadlines.ending(grace)


def _warn(shift: Shift, failure: Failure | None) -> None:
    """GPU nodes may be paid for, and nothing else ends what runs on them."""
    if failure is None:
        return
    ref = shift.operation.ref
    warning = RecordWarning(
        operation_id=ref.operation_id,
        at=shift.operation.now,
        warning=next_version_left(ref.environment, failure),
        is_standing=True,
    )
    shift.operation.environment.signal_warning(warning)
