"""How an update of the workload is specified."""

from typing import Any

import pytest

from domain.problem import Problem
from domain.spec.model import EnvironmentSpec
from domain.spec.update import MAX_WATCHED_MINUTES, Update, UpdateStrategy
from domain.spec.validation import parse_spec
from tests.support.specs import NOON, a_policy, a_spec, spec_body

BLUE_GREEN = {"strategy": "blueGreen"}


def parse(update: Any, **workload: Any) -> EnvironmentSpec | list[Problem]:
    body = spec_body(update=update)
    return parse_spec({**body, "workload": {**body["workload"], **workload}}, a_policy(), NOON)


def refuse(update: Any, **workload: Any) -> Problem:
    problems = parse(update, **workload)
    assert isinstance(problems, list)
    (problem,) = problems
    return problem


def test_it_replaces_unless_something_else_is_said():
    assert not a_spec().is_blue_green
    assert Update().strategy is UpdateStrategy.REPLACE
    assert "update" not in a_spec().to_wire()


def test_the_strategy_alone_is_enough():
    spec = parse(BLUE_GREEN)
    assert isinstance(spec, EnvironmentSpec)
    assert spec.is_blue_green
    assert spec.update
    assert spec.update.weights() == (10, 50, 100)
    assert (spec.update.watched_minutes, spec.update.keep_minutes) == (20, 10)


def step(weight: int, minutes: int = 5) -> dict[str, int]:
    return {"weight": weight, "minutes": minutes}


@pytest.mark.parametrize(
    ("update", "target", "said"),
    [
        ({"steps": [step(50), step(10)]}, "update.steps", "ascend"),
        ({"steps": [step(10), step(10)]}, "update.steps", "ascend"),
        ({"steps": [step(100)]}, "update.steps[0].weight", "at most 99"),
        ({"steps": [step(0)]}, "update.steps[0].weight", "at least 1"),
        ({"steps": [step(1, 121)]}, "update.steps[0].minutes", "at most 120"),
        ({"steps": [step(n) for n in range(1, 12)]}, "update.steps", "at most 10"),
        ({"keepMinutes": 241}, "update.keepMinutes", "at most 240"),
        ({"rollbackOn": {"errorRatePercent": 0}}, "update.rollbackOn.errorRatePercent", "least 1"),
        ({"rollbackOn": {"latencyFactor": 1}}, "update.rollbackOn.latencyFactor", "1.1"),
        ({"strategy": "bluegreen"}, "update.strategy", "blueGreen"),
        (
            {"steps": [{"weigth": 1, "minutes": 5, "weight": 2}]},
            "update.steps[0].weigth",
            "weight",
        ),
    ],
)
def test_what_cannot_work_names_the_field_and_the_fix(update: Any, target: str, said: str):
    problem = refuse({**BLUE_GREEN, **update})
    assert problem.target == target
    assert said in problem.message


def test_all_steps_together_have_a_limit():
    steps = [step(weight, 120) for weight in (10, 20, 30)]
    assert isinstance(parse({**BLUE_GREEN, "steps": steps, "keepMinutes": 120}), EnvironmentSpec)
    problem = refuse({**BLUE_GREEN, "steps": steps, "keepMinutes": 121})
    assert (problem.code, problem.target) == ("InvalidValue", "update.steps")
    assert str(MAX_WATCHED_MINUTES) in problem.message


@pytest.mark.parametrize("strategy", ["replace", "blueGreen"])
def test_replicas_may_follow_requests_with_either_strategy(strategy: str):
    spec = parse({"strategy": strategy}, autoscale={"max": 2})
    assert isinstance(spec, EnvironmentSpec)
    assert spec.workload.autoscale
