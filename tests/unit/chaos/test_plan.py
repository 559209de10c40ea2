"""A seed is a plan: the same again from the same seed, another from another."""

from collections import Counter
from itertools import pairwise

import pytest

from domain.spec.validation import parse_spec
from tests.chaos.faults import OF_EVERYTHING, OF_ONE_ENVIRONMENT
from tests.chaos.plan import WINDOW_MINUTES, Door, DriftKind, Plan, Process, plan_run
from tests.support.specs import NOON, a_policy

SEEDS = (1, 2, 7, 2026)
REGIONS = ("westeurope", "northeurope")


def some_plans() -> list[Plan]:
    return [plan_run(seed, 50) for seed in SEEDS]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_seed_gives_the_same_plan(seed: int):
    assert plan_run(seed, 20) == plan_run(seed, 20)


@pytest.mark.parametrize(
    "part", ["requests", "faults", "shortages", "kills", "drifts", "broken_connections"]
)
def test_another_seed_gives_another_plan(part: str):
    drawn = [getattr(plan, part) for plan in some_plans()]
    assert all(first != second for first, second in pairwise(drawn))


def test_everything_happens_within_the_window_and_in_the_order_of_time():
    for plan in some_plans():
        for actions in (plan.requests, plan.faults, plan.shortages, plan.kills, plan.drifts):
            times = [each.at for each in actions]
            assert times == sorted(times)
            assert times[0] >= 0
            assert times[-1] < WINDOW_MINUTES


def test_each_environment_is_created_first_and_each_request_has_an_id_of_its_own():
    plan = plan_run(1, 50)
    firsts = {name: plan.requests_of(name)[0].command for name in plan.environments}
    assert firsts == dict.fromkeys(plan.environments, "provision")
    assert len({each.request_id for each in plan.requests}) == len(plan.requests)


def test_every_command_comes_through_both_doors():
    drawn = Counter((each.command, each.door) for plan in some_plans() for each in plan.requests)
    commands = {command for command, _ in drawn}
    assert set(drawn) == {(command, door) for command in commands for door in Door}
    assert {"provision", "update", "rollback", "delete", "scale-down", "wake"} <= commands


def test_every_kind_of_fault_kill_and_drift_is_drawn():
    plans = some_plans()
    kinds = {each.kind for plan in plans for each in plan.faults}
    assert kinds == {kind.name for kind in (*OF_ONE_ENVIRONMENT, *OF_EVERYTHING)}
    assert {each.kind for plan in plans for each in plan.drifts} == set(DriftKind)
    for plan in plans:
        assert {each.process for each in plan.kills} == set(Process)


def test_some_environments_have_each_kind_of_alternative_and_some_have_none():
    bodies = [each.body for plan in some_plans() for each in plan.requests if each.body]
    placements: list[dict[str, list[str]]] = [each.get("placement", {}) for each in bodies]
    assert {name for each in placements for name in each} == {"zones", "vmSizes", "regions"}
    assert {} in placements


def test_every_specification_is_valid():
    bodies = [each.body for each in plan_run(3, 50).requests if each.body]
    assert bodies
    for body in bodies:
        assert not isinstance(parse_spec(body, a_policy(REGIONS), NOON), list), body


def test_a_calm_run_has_the_same_requests_and_nothing_else():
    calm, wild = plan_run(5, 10, is_calm=True), plan_run(5, 10)
    assert calm.requests == wild.requests
    assert (calm.faults, calm.shortages, calm.kills, calm.drifts, calm.broken_connections) == (
        (),
    ) * 5
