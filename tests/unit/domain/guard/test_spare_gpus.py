"""What a plan says of two versions side by side, and of an update in place."""

from typing import Any

import pytest

from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.guard.changes import ChangeEffect
from domain.guard.plan import Plan
from domain.guard.plan_check import PlanCheck, Verdict
from domain.guard.spare_gpus import count_nodes_beside
from domain.placement.offers import list_offers
from domain.spec.model import EnvironmentSpec
from tests.support.markets import A100_FAMILY, a_market
from tests.support.specs import a_record, a_request, a_spec, minutes, spec_body
from tests.unit.domain.guard.test_plan import WEST, plan

BLUE_GREEN = {"strategy": "blueGreen"}
A100 = "Standard_NC24ads_A100_v4"
FOUR_GPUS = "Standard_NC96ads_A100_v4"


def spec_with(
    update: Any = BLUE_GREEN, max_nodes: int = 2, vm_size: str = A100, **workload: Any
) -> EnvironmentSpec:
    return a_spec(
        gpu={"vmSize": vm_size, "maxNodes": max_nodes},
        update=update,
        workload={**spec_body()["workload"], **workload},
    )


def ready(spec: EnvironmentSpec) -> EnvironmentRecord:
    record = a_record(a_request(spec=spec))
    cells = ({"region": WEST},)
    return EnvironmentRecord.from_wire(
        {
            **record.to_wire(),
            "phase": Phase.READY,
            "activeOperation": None,
            "cells": cells,
            "gpuUsage": {"observed": {WEST: one_node(record)}},
        }
    )


def one_node(record: EnvironmentRecord) -> dict[str, Any]:
    at = record.created_at + minutes(5)
    return {"region": WEST, "at": at, "nodes": 1, "vmSize": A100}


SCALED: dict[str, Any] = {"autoscale": {"min": 1, "max": 3}}
NEW: dict[str, Any] = {"image": "registry.example.com/llm:2"}


def spare_check(made: Plan) -> PlanCheck:
    (found,) = [each for each in made.checks if each.code.startswith("SpareNodes")]
    return found


@pytest.mark.parametrize(
    ("max_nodes", "verdict", "said"),
    [
        (2, Verdict.OK, "2 nodes of Standard_NC24ads_A100_v4 are needed in westeurope; maxNodes"),
        (1, Verdict.FAIL, "Raise maxNodes to 2, or set update.strategy to replace"),
    ],
)
def test_an_update_needs_room_for_both_versions(max_nodes: int, verdict: Verdict, said: str):
    record = ready(spec_with(max_nodes=max_nodes))
    check = spare_check(plan(spec_with(max_nodes=max_nodes, **NEW), record=record))
    assert (check.verdict, check.target) == (verdict, "gpu.maxNodes")
    assert (check.required, check.limit, check.unit) == (2, max_nodes, "nodes")
    assert said in check.message


def test_a_creation_without_room_is_a_warning():
    check = spare_check(plan(spec_with(max_nodes=1)))
    assert check.verdict is Verdict.WARN
    assert "The next update of the workload would be refused." in check.message


def test_without_the_strategy_nothing_is_said():
    made = plan(spec_with(None, 1, **NEW), record=ready(spec_with(None, 1)))
    assert [each for each in made.checks if each.code.startswith("SpareNodes")] == []


def test_the_quota_has_to_grant_the_spare_node():
    record = ready(spec_with())
    market = a_market(quota={A100_FAMILY: (72, 95)})
    made = plan(spec_with(**NEW), record=record, markets={WEST: market})
    (failed,) = [each for each in made.checks if each.code == "QuotaExceeded"]
    assert failed.required == 24
    same = plan(spec_with(max_nodes=3), record=record, markets={WEST: market})
    assert [each for each in same.checks if each.code == "QuotaExceeded"] == []


def test_room_for_as_many_replicas_as_there_may_be_is_needed():
    record = ready(spec_with(max_nodes=5, **SCALED))
    check = spare_check(plan(spec_with(max_nodes=5, **SCALED, **NEW), record=record))
    assert (check.verdict, check.required) == (Verdict.FAIL, 6)
    assert "up to 6 nodes" in check.message
    assert "Raise maxNodes to 6" in check.message


@pytest.mark.parametrize(("seen", "spare"), [(1, 1), (2, 2), (3, 3), (4, 2)])
def test_the_quota_has_to_grant_as_many_replicas_as_there_are_by_now(seen: int, spare: int):
    """Of at most six nodes in all."""
    record = ready(spec_with(max_nodes=6, **SCALED))
    nodes = record.gpu_usage.observed[WEST].model_copy(update={"nodes": seen})
    usage = record.gpu_usage.model_copy(update={"observed": {WEST: nodes}})
    record = record.model_copy(update={"gpu_usage": usage})
    market = a_market(quota={A100_FAMILY: (24 * seen, 24 * seen)})
    made = plan(spec_with(max_nodes=6, **SCALED, **NEW), record=record, markets={WEST: market})
    (failed,) = [each for each in made.checks if each.code == "QuotaExceeded"]
    assert failed.required == 24 * spare


@pytest.mark.parametrize(
    ("vm_size", "old", "new", "nodes"),
    [
        (A100, {}, {}, 2),
        (A100, {"replicas": 2}, {"replicas": 1}, 3),
        (FOUR_GPUS, {"replicas": 2}, {"replicas": 2}, 1),
        (FOUR_GPUS, {"gpusPerReplica": 2}, {"gpusPerReplica": 4}, 2),
        (A100, SCALED, SCALED, 6),
        (A100, SCALED, {"replicas": 1}, 4),
    ],
)
def test_versions_share_nodes_where_they_fit(
    vm_size: str, old: dict[str, Any], new: dict[str, Any], nodes: int
):
    spec = spec_with(max_nodes=9, vm_size=vm_size, **new)
    before = spec_with(max_nodes=9, vm_size=vm_size, **old)
    offer = list_offers(spec, WEST)[0]
    assert count_nodes_beside(spec, offer, before.workload) == nodes


def test_what_moves_the_requests_is_told_apart_from_a_rollout():
    made = plan(spec_with(**NEW), record=ready(spec_with()))
    effects = {each.field: each.effect for each in made.changes}
    assert effects == {"workload.image": ChangeEffect.SHIFTED}
    assert made.outage is None
    assert made.minutes_to_ready
    assert (made.minutes_to_ready.typical, made.minutes_to_ready.starting_up_to) == (25.6, 40)


@pytest.mark.parametrize(
    ("update", "replicas", "minutes"),
    [(None, 1, 20), (None, 3, 60), (None, 8, 80), (BLUE_GREEN, 3, 80)],
)
def test_replicas_start_in_turns_where_they_are_replaced(update: Any, replicas: int, minutes: int):
    before = spec_with(update, 16, replicas=replicas)
    made = plan(spec_with(update, 16, replicas=replicas, **NEW), record=ready(before))
    assert made.minutes_to_ready
    assert made.minutes_to_ready.starting_up_to == minutes


def test_a_single_replica_that_is_replaced_does_not_answer_meanwhile():
    made = plan(spec_with(None, **NEW), record=ready(spec_with(None)))
    assert made.outage
    assert made.outage.minutes_up_to == 20
    assert "answered 503" in made.outage.message
    assert "blueGreen avoids it" in made.outage.message


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(spec_with(None), spec_with(None, max_nodes=3), id="the same version"),
        pytest.param(
            spec_with(None, replicas=2), spec_with(None, replicas=2, **NEW), id="another replica"
        ),
    ],
)
def test_what_goes_on_answering_has_no_outage(before: EnvironmentSpec, after: EnvironmentSpec):
    assert plan(after, record=ready(before)).outage is None


def test_a_field_that_both_versions_share_fails_the_plan():
    made = plan(spec_with(port=9000, **NEW), record=ready(spec_with()))
    (failed,) = [each for each in made.checks if each.code == "FieldNeedsReplace"]
    assert (failed.verdict, failed.target) == (Verdict.FAIL, "workload.port")
