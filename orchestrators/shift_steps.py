"""Steps of an update that has two versions side by side, for all cells together."""

from dataclasses import dataclass

from domain import deadlines
from domain.durable.inputs import CellDemand, DeployedVersion, TrafficInput, TrafficWatch
from domain.durable.names import ActivityName, Orchestrator
from domain.environment.operation import first_failure
from domain.environment.operation_request import OperationRequest
from domain.environment.step_keys import (
    END_NEXT_STEP,
    RESTORATION,
    StepKey,
    again_step,
    traffic_step,
    version_probe_step,
    watch_step,
)
from domain.outcomes import Outcome
from domain.placement.offers import Offer
from domain.serving.gateway.routes import describe_routes
from domain.serving.gateway.settings import GatewayState
from domain.serving.manifests import build_next_settings
from domain.serving.share_watch import Share, Version
from domain.spec.update import WHOLE, Update
from orchestrators.children import run_child, run_children
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import run_step
from orchestrators.sequence import in_order
from orchestrators.workload_steps import deploy_workload, start_wait_again


@dataclass(frozen=True, slots=True)
class Shift:
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


def probe_through_gateways(shift: Shift, step: StepKey, traffic: TrafficInput) -> Steps[Outcome]:
    """Before requests are sent: a name that leads to new replicas is resolved a while later."""
    value, activity = traffic.to_wire(), ActivityName.PROBE_VERSION
    return run_step(shift.operation, step, activity, value, deadlines.TRAFFIC)


def shift_share(
    shift: Shift, weight: int, minutes: int, old_milliseconds: float | None
) -> Steps[Outcome]:
    """Of the requests: told to the gateways, seen at each, and watched for its time."""
    next_version = build_next_settings(shift.request.spec, weight)
    share = Share(
        routes=describe_routes(GatewayState.SERVING, next_version),
        minutes=minutes,
        bounds=shift.update.rollback_on,
        left_by=Version.OLD if weight == WHOLE else None,
        old_milliseconds=old_milliseconds,
    )
    return _tell(shift, str(weight), shift.traffic(weight), share)


def serve_alone(shift: Shift, why: str) -> Steps[Outcome]:
    traffic = shift.traffic(is_promoted=why != RESTORATION)
    share = Share(
        routes=describe_routes(GatewayState.SERVING),
        minutes=0,
        bounds=shift.update.rollback_on,
        left_by=Version.NEW,
    )
    return _tell(shift, why, traffic, share)


def _tell(shift: Shift, name: str, traffic: TrafficInput, share: Share) -> Steps[Outcome]:
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


def deploy_in_place(shift: Shift, version: DeployedVersion, why: str) -> Steps[Outcome]:
    """Into the place of the replicas that serve nothing now, in all cells, until it is ready."""
    operation, request = shift.operation, shift.request
    in_place = {"startup_minutes": request.spec.workload.rollout_minutes}
    if version is DeployedVersion.RESTORED and request.former:
        in_place = request.former.model_dump()
    demand, beside = shift.demand.model_copy(update=in_place), shift.demand.gpus
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
    return (
        yield from probe_through_gateways(
            shift, version_probe_step(why), shift.traffic(is_promoted=True)
        )
    )


def end_next(shift: Shift) -> Steps[Outcome]:
    grace = shift.request.spec.workload.termination_grace_seconds
    value, activity = shift.traffic().to_wire(), ActivityName.END_NEXT_VERSION
    timeout = deadlines.ending(grace)
    return run_step(shift.operation, END_NEXT_STEP, activity, value, timeout)


def _offer_in(request: OperationRequest, region: str) -> Offer:
    """A cell that serves has one offer."""
    offers = (request.offers_of(cell)[0] for cell in request.spec.regions)
    return next(offer for offer in offers if offer.region == region)
