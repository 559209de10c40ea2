from datetime import timedelta
from typing import Any

from domain.idleness import IdleState
from domain.phases import Phase
from domain.spec import Idle
from domain.sweep_payloads import CellRef, UsageInput
from domain.usage import SweepPolicy, lookback_minutes
from domain.usage_questions import plan_usage_questions
from tests.support.specs import NOON, minutes
from tests.support.sweeps import a_gpu_pool, a_swept

POLICY = SweepPolicy()


def ask(**environments: dict[str, Any]) -> list[UsageInput]:
    """By name: what is special about each environment."""
    states: dict[str, IdleState] = {n: a_swept(n, **c).state for n, c in environments.items()}
    pools = [a_gpu_pool(name) for name in environments]
    return plan_usage_questions("sweep", pools, states, NOON, POLICY)


def cells(*names: str) -> tuple[CellRef, ...]:
    return tuple(CellRef(environment=name, region="westeurope") for name in names)


def test_environments_of_one_time_grain_share_a_question_that_reaches_back_for_all():
    short, longer = Idle(after_minutes=30), Idle(after_minutes=60)
    (asked,) = ask(one={"policy": short}, two={"policy": longer})
    assert (asked.cells, asked.interval_minutes) == (cells("one", "two"), 1)
    assert asked.end - asked.start == timedelta(minutes=lookback_minutes(longer, POLICY))


def test_a_long_window_is_asked_for_in_coarser_grains_and_by_itself():
    short, week = Idle(after_minutes=30), Idle(after_minutes=10080)
    minutely, hourly = ask(patient={"policy": week}, hasty={"policy": short})
    assert (minutely.cells, minutely.interval_minutes) == (cells("hasty"), 1)
    assert (hourly.cells, hourly.interval_minutes) == (cells("patient"), 60)
    assert minutely.end - minutely.start == timedelta(minutes=lookback_minutes(short, POLICY))


def test_nobody_is_asked_where_the_answer_changes_nothing():
    assert (
        ask(
            asleep={"phase": Phase.SCALED_DOWN},
            building={"phase": Phase.PROVISIONING},
            fresh={"ready_since": NOON - minutes(5)},
            woken={"woken_at": NOON - minutes(5)},
            kept={"policy": Idle(keep_until=NOON + minutes(5))},
            exempt={"policy": Idle.model_validate({"action": "none"})},
        )
        == []
    )


def test_pools_of_nobody_and_of_others_are_not_asked_about():
    foreign = a_gpu_pool("foreign", is_ours=False)
    unknown = a_gpu_pool("unknown")
    states = {"foreign": a_swept("foreign").state}
    assert plan_usage_questions("sweep", [foreign, unknown], states, NOON, POLICY) == []
