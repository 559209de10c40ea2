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
from domain.durable.inputs import CellDemand, DeployedVersion, TrafficInput, TrafficWatch
from domain.durable.names import ActivityName, Orchestrator
from domain.environment.failures import next_version_left
from domain.environment.operation import first_failure
from domain.environment.operation_request import OperationRequest
from domain.environment.record import RecordWarning
from domain.environment.step_keys import (
    COMPLETION,
    END_NEXT_STEP,
    NEXT_PROBE_STEP,
    PROMOTION,
    RESTORATION,
    StepKey,
    again_step,
    traffic_step,
    version_probe_step,
    watch_step,
)
from domain.outcomes import Failure, Outcome
from domain.placement.offers import Offer
from domain.serving.gateway.routes import describe_routes
from domain.serving.gateway.settings import GatewayState
from domain.serving.manifests import build_next_settings
from domain.serving.share_watch import Share, Version
from domain.serving.shift import GATEWAYS_NOT_SHIFTED
from domain.spec.update import WHOLE, Update
from orchestrators.children import run_child, run_children
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import run_step
from orchestrators.sequence import in_order
from orchestrators.workload_steps import deploy_workload, start_wait_again


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


@dataclass(frozen=True, slots=True)
class _Shift:
    """What its steps have in common."""

    operation: OperationContext
    request: OperationRequest
    demand: CellDemand
    update: Update

    def traffic(self, weight: int | None = None, *, is_promoted: bool = False) -> TrafficInput:
        return TrafficInput(
            operation_id=self.operation.ref.operation_id,
            environment=self.operation.ref.environment,
            regions=self.request.regions,
            weight=weight,
            is_promoted=is_promoted or None,
        )


def bring_beside(
    operation: OperationContext,
    request: OperationRequest,
    demand: CellDemand,
    build: Callable[[], Steps[Outcome]],
) -> Steps[BesideResult]:
    """`build`: the new version beside the old one, until it is ready."""
    progress = Progress()
    shift = _Shift(operation, request, demand, request.spec.update or Update())
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


def _shift_all(shift: _Shift, progress: Progress) -> Steps[Outcome]:
    steps = shift.update.steps
    return in_order(
        lambda: _probe(shift, NEXT_PROBE_STEP, shift.traffic()),
        *(partial(_share, shift, progress, each.weight, each.minutes) for each in steps),
        lambda: _share(shift, progress, WHOLE, shift.update.keep_minutes),
        lambda: _promote(shift, progress),
        lambda: _leave_next(shift, PROMOTION),
    )


def _complete(shift: _Shift) -> Steps[Outcome]:
    """The new version has the old one's place: nothing is left to go back to."""
    return _leave_next(shift, COMPLETION)


def _leave_next(shift: _Shift, why: str) -> Steps[Outcome]:
    return in_order(lambda: _serve_alone(shift, why), lambda: _end_next(shift))


def _probe(shift: _Shift, step: StepKey, traffic: TrafficInput) -> Steps[Outcome]:
    """Before requests are sent: a name that leads to new replicas is resolved a while later."""
    value, activity = traffic.to_wire(), ActivityName.PROBE_VERSION
    return run_step(shift.operation, step, activity, value, deadlines.TRAFFIC)


def _share(shift: _Shift, progress: Progress, weight: int, minutes: int) -> Steps[Outcome]:
    """Of the requests: told to the gateways, seen at each, and watched for its time."""
    next_version = build_next_settings(shift.request.spec, weight)
    share = Share(
        routes=describe_routes(GatewayState.SERVING, next_version),
        minutes=minutes,
        bounds=shift.update.rollback_on,
        left_by=Version.OLD if weight == WHOLE else None,
        old_milliseconds=progress.old_milliseconds,
    )
    outcome = yield from _tell(shift, str(weight), shift.traffic(weight), share)
    progress.old_milliseconds = outcome.result.get("oldMilliseconds", share.old_milliseconds)
    return outcome


def _serve_alone(shift: _Shift, why: str) -> Steps[Outcome]:
    traffic = shift.traffic(is_promoted=why != RESTORATION)
    share = Share(
        routes=describe_routes(GatewayState.SERVING),
        minutes=0,
        bounds=shift.update.rollback_on,
        left_by=Version.NEW,
    )
    return _tell(shift, why, traffic, share)


def _tell(shift: _Shift, name: str, traffic: TrafficInput, share: Share) -> Steps[Outcome]:
    operation, step = shift.operation, watch_step(name)

    def watch() -> Steps[Outcome]:
        timeout = deadlines.TRAFFIC + share.minutes * 60
        value = TrafficWatch(
            operation=operation.ref_until(operation.deadline_in(timeout)),
            step=step,
            traffic=traffic,
            share=share,
        ).to_wire()
        child_id = operation.ref.child_id(*step.path)
        return run_child(operation, Orchestrator.WATCH_TRAFFIC, value, child_id)

    activity, value = ActivityName.SHIFT_TRAFFIC, traffic.to_wire()
    return in_order(
        lambda: run_step(operation, traffic_step(name), activity, value, deadlines.TRAFFIC),
        watch,
    )


def _promote(shift: _Shift, progress: Progress) -> Steps[Outcome]:
    progress.is_promoting = True
    outcome = yield from _deploy(shift, DeployedVersion.PROMOTED, PROMOTION)
    progress.is_promoted = outcome.is_success
    return outcome


def _restore(shift: _Shift, progress: Progress) -> Steps[Outcome]:
    """What runs beside it ends only once the old version is there and was told to the gateways;
    one that has not told its routes by then is taken for one that serves nothing."""
    if progress.is_promoting:
        old = yield from _deploy(shift, DeployedVersion.RESTORED, RESTORATION)
        if not old.is_success:
            _warn(shift, old.failure)
            return old
    told = yield from _serve_alone(shift, RESTORATION)
    is_untold = told.failure is not None and told.failure.reason == GATEWAYS_NOT_SHIFTED
    if not told.is_success and not is_untold:
        _warn(shift, told.failure)
        return told
    ended = yield from _end_next(shift)
    if not ended.is_success:
        _warn(shift, ended.failure)
    return Outcome.succeeded()


def _deploy(shift: _Shift, version: DeployedVersion, why: str) -> Steps[Outcome]:
    """Into the place of the replicas that serve nothing now, in all cells, until it is ready."""
    operation, request = shift.operation, shift.request
    demand, beside = shift.demand, shift.demand.gpus
    if version is DeployedVersion.RESTORED and request.former:
        demand = demand.model_copy(update=request.former.model_dump())
    for region in request.regions:
        applied = yield from deploy_workload(
            operation,
            again_step(region, why, "workload"),
            _offer_in(request, region),
            replicas=demand.replicas,
            state=GatewayState.SERVING,
            image_digest=shift.demand.image_digest,
            version=version,
        )
        if not applied.is_success:
            return applied
    outcomes = yield from run_children(
        operation,
        lambda: [
            start_wait_again(operation, region, demand, beside, why) for region in request.regions
        ],
    )
    if failed := first_failure(outcomes):
        return failed
    return (yield from _probe(shift, version_probe_step(why), shift.traffic(is_promoted=True)))


def _end_next(shift: _Shift) -> Steps[Outcome]:
    grace = shift.request.spec.workload.termination_grace_seconds
    value, activity = shift.traffic().to_wire(), ActivityName.END_NEXT_VERSION
    timeout = deadlines.ending(grace)
    return run_step(shift.operation, END_NEXT_STEP, activity, value, timeout)


def _offer_in(request: OperationRequest, region: str) -> Offer:
    """A cell that serves has one offer."""
    offers = (request.offers_of(cell)[0] for cell in request.spec.regions)
    return next(offer for offer in offers if offer.region == region)


def _time_back(request: OperationRequest) -> float:
    former = request.former
    startup = deadlines.further_startup(former.startup_minutes) if former else 0
    grace = request.spec.workload.termination_grace_seconds
    return deadlines.WAY_BACK + startup + deadlines.ending(grace)


def _warn(shift: _Shift, failure: Failure | None) -> None:
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
