"""A plan: what a specification would create or change, what it would cost, and what stands in
its way."""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, Field

from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.environment.beside import find_former, find_shared_changes, say_shared
from domain.environment.phases import AT_REST
from domain.environment.record import EnvironmentRecord
from domain.environment.steps import plan_cell, plan_edge, plan_gpu_pool
from domain.environment.views import OriginTransport, find_origin_transport
from domain.guard.admission import check_planned
from domain.guard.alternatives import Alternative, find_alternatives
from domain.guard.changes import ChangeEffect, FieldChange, find_changes
from domain.guard.checks import check_cell
from domain.guard.estimate import Estimate, estimate
from domain.guard.minutes import MinutesToReady, minutes_to_ready
from domain.guard.phase_check import check_phase
from domain.guard.plan_check import PlanCheck, Verdict, worst
from domain.guard.policy.approved import was_approved
from domain.guard.policy.checks import APPROVAL_REQUIRED, BUDGET_EXCEEDED
from domain.guard.situation import Situation
from domain.guard.spare_gpus import Outage, find_outage
from domain.guard.spare_price import SpareNodes, find_spare_nodes
from domain.placement.offers import Offer
from domain.spec.model import EnvironmentSpec, is_environment_name
from domain.wire import WireModel

PLAN_LIFETIME = timedelta(hours=24)
"""Prices are read once a day."""


_PLAN_ID = re.compile(r"([a-z0-9-]+)\.[0-9]{1,9}\.[0-9a-f]{12}")


class PlanAction(StrEnum):
    """What the plan would do."""

    CREATE = "create"
    UPDATE = "update"
    NONE = "none"


class PlannedChange(WireModel):
    """A resource that would be created."""

    resource: str = Field(
        description="Kind of resource, as steps name it.", examples=["managedCluster"]
    )
    name: str = Field(description="Its name.", examples=["gp-fraud-llm-westeurope"])
    region: str | None = Field(default=None, description="Azure region; absent for the edge.")


class Plan(WireModel):
    """What a request would do, at what price, and whether it would be granted."""

    id: str = Field(
        description="Repeated for the same specification and state.",
        examples=["fraud-llm.0.1f0c9d2a7b3e"],
    )
    digest: str = Field(
        description="SHA-256 of the specification and of the state that the plan is based on."
    )
    environment: str = Field(description="Name of the environment.", examples=["fraud-llm"])
    action: PlanAction = Field(description="What would be done.")
    based_on: int = Field(
        description="Number of the latest operation of this name; 0 before the first. The plan is "
        "refused once it is another one.",
        examples=[0],
    )
    created_date_time: AwareDatetime = Field(description="When the plan was made.")
    expires_date_time: AwareDatetime = Field(description="When the plan is no longer accepted.")
    verdict: Verdict = Field(description="The worst of its checks.")
    requires_approval: bool = Field(
        default=False,
        description="Whether a second person has to approve it: its checks `ApprovalRequired` say "
        "why. Not if this was approved before, at no lower price.",
    )
    checks: tuple[PlanCheck, ...] = Field(description="What has to hold.")
    resources: tuple[PlannedChange, ...] = Field(
        default=(), description="What would be created; empty for an update."
    )
    changes: tuple[FieldChange, ...] = Field(
        default=(), description="What would be changed; empty for a creation."
    )
    origin_transport: OriginTransport = Field(
        description="How requests would travel from the edge to the cells; `http` is unencrypted."
    )
    estimate: Estimate = Field(description="What the environment would cost.")
    minutes_to_ready: MinutesToReady | None = Field(
        default=None, description="How long it would take; absent if nothing is to do."
    )
    spare: SpareNodes | None = Field(
        default=None,
        description="GPU nodes that the update needs for some time beside those that serve; "
        "absent where it needs none.",
    )
    outage: Outage | None = Field(
        default=None,
        description="How long the model would not answer; absent where it would go on answering.",
    )
    alternatives: tuple[Alternative, ...] = Field(
        default=(), description="Offers that would be granted where one of the plan would not."
    )


class StoredPlan(WireModel):
    """The part of a plan that is needed to carry it out."""

    id: str
    digest: str
    based_on: int
    expires_at: AwareDatetime
    spec: EnvironmentSpec


def build_plan(spec: EnvironmentSpec, situation: Situation, now: datetime) -> Plan:
    existing = situation.existing
    cells = [check_cell(spec, cell, situation) for cell in spec.regions]
    offers = [offer for offer, _ in cells]
    changes = find_changes(existing, spec) if existing else ()
    planned = estimate(spec, offers, situation.markets)
    found = check_planned(spec, (each for _, each in cells), situation)
    refused = (
        *_refusals(changes),
        *_unshared(existing, spec),
        *check_phase(situation, spec, changes),
    )
    checks = (*refused, *found)
    action = _action(existing, changes)
    digest = compute_digest(spec, situation.based_on)
    return Plan(
        id=f"{spec.name}.{situation.based_on}.{digest[:12]}",
        digest=digest,
        environment=spec.name,
        action=action,
        based_on=situation.based_on,
        created_date_time=now,
        expires_date_time=now + PLAN_LIFETIME,
        verdict=worst(checks),
        requires_approval=any(check.code == APPROVAL_REQUIRED for check in checks)
        and not was_approved(spec, existing, planned.at_replicas.usd_per_month),
        checks=checks,
        resources=() if existing else _resources(spec, offers),
        changes=changes,
        origin_transport=find_origin_transport(spec),
        estimate=planned,
        minutes_to_ready=minutes_to_ready(
            spec, changes, is_new=existing is None, is_shifted=_is_shifted(existing, spec)
        ),
        spare=find_spare_nodes(spec, offers, existing, situation.markets),
        outage=find_outage(spec, existing) if existing else None,
        alternatives=_alternatives(spec, cells, found, situation),
    )


def store(plan: Plan, spec: EnvironmentSpec) -> StoredPlan:
    return StoredPlan(
        id=plan.id,
        digest=plan.digest,
        based_on=plan.based_on,
        expires_at=plan.expires_date_time,
        spec=spec,
    )


def find_planned_environment(plan_id: str) -> str | None:
    """None for what is the id of no plan."""
    found = _PLAN_ID.fullmatch(plan_id)
    return found[1] if found and is_environment_name(found[1]) else None


def compute_digest(spec: EnvironmentSpec, based_on: int) -> str:
    text = json.dumps([spec.to_wire(), based_on], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_shifted(existing: EnvironmentRecord | None, spec: EnvironmentSpec) -> bool:
    return existing is not None and find_former(existing, spec) is not None


def _action(existing: EnvironmentRecord | None, changes: tuple[FieldChange, ...]) -> PlanAction:
    if existing is None:
        return PlanAction.CREATE
    is_as_wanted = not changes and existing.phase in AT_REST
    return PlanAction.NONE if is_as_wanted else PlanAction.UPDATE


def _refusals(changes: Iterable[FieldChange]) -> Iterable[PlanCheck]:
    for change in changes:
        if change.effect is ChangeEffect.REFUSED:
            yield PlanCheck(
                code="FieldCannotBeChanged",
                verdict=Verdict.FAIL,
                message=f"{change.field} cannot be changed in place. Keep what the environment "
                "has, or create another environment and delete this one.",
                target=change.field,
            )


def _unshared(existing: EnvironmentRecord | None, spec: EnvironmentSpec) -> Iterable[PlanCheck]:
    for field in find_shared_changes(existing, spec) if existing else ():
        yield PlanCheck(
            code="FieldNeedsReplace",
            verdict=Verdict.FAIL,
            message=say_shared([field]),
            target=field,
        )


def _resources(spec: EnvironmentSpec, offers: Iterable[Offer]) -> tuple[PlannedChange, ...]:
    regions = [offer.region for offer in offers]
    edge = plan_edge(regions, has_private_origins=spec.edge.has_private_origins)
    cells = [each for r in regions for each in (*plan_cell(r), plan_gpu_pool(r))]
    return tuple(
        PlannedChange(
            resource=each.kind,
            name=_name(spec.name, each.kind, each.region),
            region=each.region or None,
        )
        for each in (*edge, *cells)
    )


def _name(environment: str, kind: str, region: str) -> str:
    target = ResourceTarget(kind, environment, region, subscription_id="")
    return KINDS[kind].build_id(target).rpartition("/")[2]


def _alternatives(
    spec: EnvironmentSpec,
    cells: Iterable[tuple[Offer, tuple[PlanCheck, ...]]],
    found: Iterable[PlanCheck],
    situation: Situation,
) -> tuple[Alternative, ...]:
    """Of the first cell that would be refused, by Azure, by the policy or by the budget."""
    failed = {each.code for each in found if each.verdict is Verdict.FAIL}
    refused = (
        offer
        for offer, checks in cells
        if worst(checks) is Verdict.FAIL
        or not situation.allows(offer)
        or BUDGET_EXCEEDED in failed
    )
    offer = next(refused, None)
    return find_alternatives(spec, offer, situation) if offer else ()
