"""Each rule of the sweep is one row: what it finds, what it does, and the word for why."""

import json
from datetime import timedelta
from typing import Any

import pytest

from domain.environment.phases import IN_MOTION, Phase
from domain.sweep.decisions import decide_sweep, find_watched
from domain.sweep.model import GpuPool, IdleState, SweepDecision
from domain.sweep.usage import Usage
from tests.unit.domain.sweep_models import (
    NOW,
    POLICY,
    ago,
    job,
    make_pool,
    make_state,
    make_usage,
    samples,
)

BUSY = {"requests": samples({5: 1})}
WARNED: dict[str, Any] = {"warned_at": ago(20)}
TWO_REGIONS = ("northeurope", "westeurope")
NIGHTLY = {"timeZone": "UTC", "start": "20:00", "end": "07:00"}
AT_NOON = {"timeZone": "UTC", "start": "11:00", "end": "13:00"}
DAYS = 24 * 60


def decide(
    pools: list[GpuPool], states: list[IdleState], usage: list[Usage]
) -> list[SweepDecision]:
    return decide_sweep(pools, states, usage, NOW, POLICY)


def decide_one(
    pool: dict[str, Any] | None = None,
    state: dict[str, Any] | None = None,
    usage: dict[str, Any] | None = None,
) -> SweepDecision:
    (decision,) = decide(
        [make_pool(**pool or {})], [make_state(**state or {})], [make_usage(**usage or {})]
    )
    return decision


def asleep(minutes: float = 8 * DAYS, **changes: Any) -> dict[str, Any]:
    return {"phase": Phase.SCALED_DOWN, "scaled_down_at": ago(minutes), **changes}


@pytest.mark.parametrize(
    ("state", "action", "reason"),
    [
        pytest.param({}, "warn", "Idle", id="idle: a warning first"),
        pytest.param({"warned_at": ago(14)}, "none", "WarningRunning", id="the warning runs"),
        pytest.param(
            {"warned_at": ago(15)}, "scaleToZero", "IdleAfterWarning", id="the warning is over"
        ),
        pytest.param({"warned_at": ago(-10)}, "none", "WarningRunning", id="warned in the future"),
        pytest.param(
            {"warned_at": ago(20), "woken_at": ago(16)},
            "warn",
            "Idle",
            id="a warning of before the wake is none",
        ),
        pytest.param({"idle": {"action": "warn"}}, "warn", "Idle", id="action warn: warns"),
        pytest.param(
            {"idle": {"action": "warn"}, "warned_at": ago(500)},
            "none",
            "OnlyWarned",
            id="action warn: and no more",
        ),
        pytest.param({"idle": {"action": "none"}}, "none", "ActionNone", id="action none"),
        pytest.param(
            {"idle": {"action": "none"}, **WARNED},
            "withdrawWarning",
            "ActionNone",
            id="action none after the warning",
        ),
        pytest.param(
            {"idle": {"keepUntil": "2026-11-23T12:00:01Z"}}, "none", "KeptUntil", id="kept"
        ),
        pytest.param(
            {"idle": {"keepUntil": "2026-11-23T12:00:01Z"}, **WARNED},
            "withdrawWarning",
            "KeptUntil",
            id="kept after the warning",
        ),
        pytest.param(
            {"idle": {"keepUntil": "2026-11-23T12:00:00Z"}}, "warn", "Idle", id="kept no longer"
        ),
        pytest.param({"ready_since": ago(29)}, "none", "GraceAfterCreate", id="just created"),
        pytest.param({"ready_since": ago(30)}, "warn", "Idle", id="created a while ago"),
        pytest.param(
            {"ready_since": ago(-10)}, "none", "GraceAfterCreate", id="created in the future"
        ),
        pytest.param({"ready_since": None}, "none", "ReadySinceUnknown", id="ready since when"),
        pytest.param({"woken_at": ago(1)}, "none", "GraceAfterWake", id="woken a minute ago"),
        pytest.param({"woken_at": ago(15)}, "warn", "Idle", id="woken a while ago"),
        pytest.param({"woken_at": ago(-10)}, "none", "GraceAfterWake", id="woken in the future"),
        pytest.param(
            {"regions": TWO_REGIONS}, "none", "CellMissing", id="a cell that Azure did not list"
        ),
    ],
)
def test_an_idle_environment_goes_by_its_policy_and_stages(
    state: dict, action: str, reason: str
) -> None:
    decision = decide_one(state=state)
    assert (decision.action, decision.reason) == (action, reason)


@pytest.mark.parametrize(
    ("state", "evidence"),
    [
        ({"ready_since": ago(10)}, {"readySince": "2026-11-23T11:50:00Z", "graceMinutes": 30}),
        ({"woken_at": ago(10)}, {"wokenAt": "2026-11-23T11:50:00Z", "graceMinutes": 15}),
    ],
)
def test_grace_is_told_with_its_beginning_and_length(state: dict, evidence: dict) -> None:
    assert decide_one(state=state).evidence == evidence


@pytest.mark.parametrize("phase", [*sorted(IN_MOTION), Phase.DELETED])
def test_what_an_operation_owns_is_left_alone(phase: Phase) -> None:
    decision = decide_one(state={"phase": phase, **WARNED})
    assert (decision.action, decision.reason) == ("none", "NotReady")
    assert decision.evidence["phase"] == phase


OVER = pytest.mark.parametrize("phase", [Phase.FAILED, Phase.CANCELED])


@OVER
@pytest.mark.parametrize("idle", [{}, {"action": "none"}, {"action": "warn"}])
def test_nodes_that_serve_nothing_after_a_failure_are_removed_at_once(
    phase: Phase, idle: dict[str, Any]
) -> None:
    state = {"phase": phase, "unused_since": ago(1), "idle": idle}
    decision = decide_one(state=state, usage=BUSY)
    assert (decision.action, decision.reason) == ("stopGpuCost", "NodesAfterFailure")
    assert decision.idle_since == ago(1), "their cost counts as idle from then on"
    assert decision.evidence == {
        "phase": phase,
        "unusedSince": "2026-11-23T11:59:00Z",
        "nodeCount": 2,
    }


@OVER
def test_without_nodes_a_failure_costs_nothing(phase: Phase) -> None:
    decision = decide_one({"node_count": 0}, {"phase": phase, "unused_since": ago(1)})
    assert (decision.action, decision.reason) == ("none", "NotReady")
    assert decision.idle_since is None


@OVER
def test_nodes_that_others_have_removed_end_the_warning_of_their_cost(phase: Phase) -> None:
    decision = decide_one({"node_count": 0}, {"phase": phase, "warns_of_gpu_cost": True})
    assert (decision.action, decision.reason) == ("stopGpuCost", "NodesGone")


def test_an_operation_under_way_ends_its_warnings_itself() -> None:
    state = {"phase": Phase.PROVISIONING, "warns_of_gpu_cost": True}
    assert decide_one({"node_count": 0}, state).action == "none"


@OVER
def test_what_may_still_serve_after_a_failure_goes_by_its_usage(phase: Phase) -> None:
    assert decide_one(state={"phase": phase}).action == "warn"
    assert decide_one(state={"phase": phase, **WARNED}).action == "scaleToZero"
    assert decide_one(state={"phase": phase}, usage=BUSY).reason == "RequestsSeen"


def test_one_cell_with_nodes_is_enough_to_stop_the_cost_of_all() -> None:
    pools = [make_pool(node_count=0), make_pool(region="northeurope")]
    state = make_state(phase=Phase.FAILED, unused_since=ago(1), regions=TWO_REGIONS)
    assert [d.action for d in decide(pools, [state], [])] == ["stopGpuCost"] * 2


@pytest.mark.parametrize(
    ("usage", "action", "reason"),
    [
        pytest.param(BUSY, "withdrawWarning", "RequestsSeen", id="traffic takes the warning back"),
        pytest.param(
            {"gpu_pods": (job("Running"),)},
            "withdrawWarning",
            "GpuPodRunning",
            id="so does a batch job",
        ),
        pytest.param({"requests": None}, "none", "RequestsUnknown", id="the unknown does not"),
        pytest.param(
            {"requests": samples(newest=12, oldest=60)}, "none", "RequestsStale", id="fast clock"
        ),
    ],
)
def test_after_the_warning_only_idleness_leads_to_zero(
    usage: dict, action: str, reason: str
) -> None:
    decision = decide_one(state=WARNED, usage=usage)
    assert (decision.action, decision.reason) == (action, reason)


@pytest.mark.parametrize(
    ("idle", "warned", "action", "reason"),
    [
        pytest.param({}, {}, "none", "MinNodes", id="minNodes holds"),
        pytest.param(
            {}, WARNED, "withdrawWarning", "MinNodes", id="minNodes was raised after the warning"
        ),
        pytest.param({"offHours": NIGHTLY}, {}, "none", "MinNodes", id="by day"),
        pytest.param({"offHours": AT_NOON}, {}, "warn", "Idle", id="not in off hours"),
        pytest.param(
            {"offHours": AT_NOON},
            WARNED,
            "scaleToZero",
            "IdleAfterWarning",
            id="zero in off hours",
        ),
        pytest.param(
            {"offHours": NIGHTLY},
            WARNED,
            "withdrawWarning",
            "MinNodes",
            id="off hours ended in between",
        ),
    ],
)
def test_min_nodes_are_kept_unless_off_hours_say_otherwise(
    idle: dict, warned: dict, action: str, reason: str
) -> None:
    decision = decide_one(state={"min_nodes": 1, "idle": idle, **warned})
    assert (decision.action, decision.reason) == (action, reason)


def test_traffic_keeps_the_nodes_in_off_hours_too() -> None:
    decision = decide_one(state={"idle": {"offHours": AT_NOON}, **WARNED}, usage=BUSY)
    assert (decision.action, decision.reason) == ("withdrawWarning", "RequestsSeen")


@pytest.mark.parametrize(
    ("pool", "state", "usage", "action", "reason"),
    [
        pytest.param({"is_ours": False}, WARNED, {}, "none", "NotOurs", id="of another owner"),
        pytest.param({"environment": "lost"}, {}, {}, "none", "EnvironmentUnknown", id="orphan"),
        pytest.param({"node_count": 0}, {}, {}, "none", "AlreadyAtZero", id="at zero"),
        pytest.param(
            {"node_count": 0},
            WARNED,
            {},
            "withdrawWarning",
            "AlreadyAtZero",
            id="at zero by itself",
        ),
        pytest.param(
            {"node_count": 0},
            {},
            {"requests": None},
            "none",
            "AlreadyAtZero",
            id="at zero, unseen",
        ),
        pytest.param(
            {"node_count": 0},
            {},
            {"gpu_pods": (job("Pending"),)},
            "none",
            "GpuPodPending",
            id="at zero with a pod that waits for a node",
        ),
        pytest.param(
            {}, {}, {"region": "northeurope"}, "none", "UsageMissing", id="usage of another cell"
        ),
    ],
)
def test_pools_that_are_not_to_be_touched(pool, state, usage, action, reason) -> None:
    decision = decide_one(pool, state, usage)
    assert (decision.action, decision.reason) == (action, reason)


@pytest.mark.parametrize(
    ("pool", "state", "action", "reason"),
    [
        pytest.param({}, asleep(), "none", "Asleep", id="never deleted without deleteAfterDays"),
        pytest.param(
            {},
            asleep(idle={"deleteAfterDays": 8}),
            "delete",
            "AsleepTooLong",
            id="asleep for its days",
        ),
        pytest.param(
            {}, asleep(8 * DAYS - 1, idle={"deleteAfterDays": 8}), "none", "Asleep", id="not yet"
        ),
        pytest.param(
            {}, asleep(-10, idle={"deleteAfterDays": 1}), "none", "Asleep", id="in the future"
        ),
        pytest.param(
            {},
            asleep(idle={"deleteAfterDays": 1, "action": "warn"}),
            "none",
            "Asleep",
            id="action warn never deletes",
        ),
        pytest.param(
            {},
            asleep(idle={"deleteAfterDays": 1, "action": "none"}),
            "none",
            "ActionNone",
            id="action none never deletes",
        ),
        pytest.param(
            {},
            asleep(idle={"deleteAfterDays": 1, "keepUntil": "2026-12-01T00:00:00Z"}),
            "none",
            "KeptUntil",
            id="kept from deletion",
        ),
        pytest.param(
            {},
            asleep(warned_at=ago(8 * DAYS + 15), idle={"keepUntil": "2026-12-01T00:00:00Z"}),
            "none",
            "KeptUntil",
            id="no warning to take back",
        ),
        pytest.param(
            {},
            asleep(scaled_down_at=None, idle={"deleteAfterDays": 1}),
            "none",
            "ScaledDownAtUnknown",
            id="asleep since when",
        ),
        pytest.param(
            {"node_count": 1},
            asleep(idle={"deleteAfterDays": 1}),
            "none",
            "NodesWhileAsleep",
            id="scaled up manually",
        ),
        pytest.param(
            {},
            asleep(min_nodes=1, minutes=600, slept_for_off_hours=True, idle={"offHours": NIGHTLY}),
            "wake",
            "OffHoursOver",
            id="the morning brings minNodes back",
        ),
        pytest.param(
            {},
            asleep(min_nodes=1, minutes=30, slept_for_off_hours=True, idle={"offHours": AT_NOON}),
            "none",
            "Asleep",
            id="not before the off hours are over",
        ),
        pytest.param(
            {},
            asleep(min_nodes=1, minutes=600, idle={"offHours": NIGHTLY}),
            "none",
            "Asleep",
            id="who was put to sleep by hand is not woken",
        ),
        pytest.param(
            {},
            asleep(600, slept_for_off_hours=True, idle={"offHours": NIGHTLY}),
            "none",
            "Asleep",
            id="without minNodes it is not woken",
        ),
    ],
)
def test_a_sleeping_environment(pool, state, action, reason) -> None:
    decision = decide_one({"node_count": 0, **pool}, state)
    assert (decision.action, decision.reason) == (action, reason)


@pytest.mark.parametrize(
    ("nodes", "evidence"),
    [
        (0, {"scaledDownAt": "2026-11-15T12:00:00Z"}),
        (2, {"scaledDownAt": "2026-11-15T12:00:00Z", "nodeCount": 2}),
    ],
)
def test_a_sleeping_environment_says_since_when_and_which_nodes_it_has(nodes, evidence) -> None:
    decision = decide_one({"node_count": nodes}, asleep(8 * DAYS))
    assert evidence.items() <= decision.evidence.items()
    assert ("nodeCount" in decision.evidence) == bool(nodes)


@pytest.mark.parametrize(
    ("north", "state", "expected"),
    [
        pytest.param({}, {}, [("warn", "Idle"), ("warn", "Idle")], id="both idle"),
        pytest.param(
            {"gpu_pods": (job("Running"),)},
            WARNED,
            [("withdrawWarning", "GpuPodRunning"), ("withdrawWarning", "AnotherCellNotIdle")],
            id="a job in one cell",
        ),
        pytest.param(
            {"gpu_pods": None},
            WARNED,
            [("none", "GpuPodsUnknown"), ("none", "AnotherCellNotIdle")],
            id="one cell does not answer",
        ),
    ],
)
def test_an_environment_sleeps_as_a_whole(north: dict, state: dict, expected: list) -> None:
    pools = [make_pool(region=region) for region in TWO_REGIONS]
    usage = [make_usage(region="northeurope", **north), make_usage()]
    decisions = decide(pools, [make_state(regions=TWO_REGIONS, **state)], usage)
    assert [(d.action, d.reason) for d in decisions] == expected


def test_a_cell_at_zero_does_not_keep_the_other_one_up() -> None:
    pools = [make_pool(region="northeurope", node_count=0), make_pool()]
    usage = [make_usage(region="northeurope", requests=None), make_usage()]
    decisions = decide(pools, [make_state(regions=TWO_REGIONS, **WARNED)], usage)
    assert [(d.action, d.reason) for d in decisions] == [
        ("none", "AlreadyAtZero"),
        ("scaleToZero", "IdleAfterWarning"),
    ]


def test_a_foreign_pool_beside_ours_changes_nothing_for_us() -> None:
    foreign = make_pool(is_ours=False, pool_id="/clusters/other/agentPools/gpu")
    decisions = decide([foreign, make_pool()], [make_state(**WARNED)], [make_usage()])
    assert [d.action for d in decisions] == ["none", "scaleToZero"]


def test_every_pool_gets_its_decision_in_order() -> None:
    names = ("c-env", "a-env", "b-env")
    pools = [make_pool(environment=name) for name in names]
    states = [make_state(environment=name) for name in names]
    usage = [make_usage(environment=name) for name in names]
    decisions = decide(pools, states, usage)
    assert [d.environment for d in decisions] == list(names)
    assert decide([], states, usage) == []


def test_the_evidence_is_plain_json_with_the_numbers_behind_the_decision() -> None:
    decision = decide_one(state=WARNED)
    assert SweepDecision.from_wire(json.loads(json.dumps(decision.to_wire()))) == decision
    assert decision.idle_since == ago(50)
    expected = {
        "afterMinutes": 30,
        "idleSince": "2026-11-23T11:10:00Z",
        "warnedAt": "2026-11-23T11:40:00Z",
        "nodeCount": 2,
        "minNodes": 0,
        "offHours": False,
    }
    assert expected.items() <= decision.evidence.items()
    assert decision.evidence["requests"]["highest"] == 0


def test_the_stages_follow_each_other_sweep_by_sweep() -> None:
    """Five-minute sweeps over an hour without traffic, the record kept as the entity keeps it."""
    state, actions = make_state(ready_since=NOW - timedelta(hours=9)), []
    for minutes in range(0, 60, 5):
        now = NOW + timedelta(minutes=minutes)
        requests = tuple(
            s.model_copy(update={"at": s.at + timedelta(minutes=minutes)}) for s in samples()
        )
        usage = make_usage(requests=requests, observed_at=now)
        pool = make_pool(node_count=0 if state.phase is Phase.SCALED_DOWN else 2)
        (decision,) = decide_sweep([pool], [state], [usage], now, POLICY)
        if decision.action == "warn":
            state = state.model_copy(update={"warned_at": now})
        if decision.action == "scaleToZero":
            changes = {"phase": Phase.SCALED_DOWN, "scaled_down_at": now}
            state = state.model_copy(update=changes)
        if decision.action != "none":
            actions.append((minutes, decision.action))
    assert actions == [(0, "warn"), (15, "scaleToZero")]


@pytest.mark.parametrize(
    ("state", "is_undecided"),
    [
        pytest.param({}, True, id="ready"),
        pytest.param(WARNED, True, id="warned"),
        pytest.param({"idle": {"afterMinutes": 60}}, True, id="with a policy of its own"),
        pytest.param(asleep(), False, id="asleep"),
        pytest.param({"phase": Phase.UPDATING}, False, id="another operation runs"),
        pytest.param({"ready_since": ago(5)}, False, id="new"),
        pytest.param({"woken_at": ago(1)}, False, id="just woken"),
        pytest.param({"regions": TWO_REGIONS}, False, id="a cell is missing"),
    ],
)
def test_usage_need_only_be_known_where_it_decides(
    state: dict[str, Any], is_undecided: bool
) -> None:
    """No usage is read that changes nothing, and none that matters is left out."""
    pools, states = [make_pool()], [make_state(**state)]
    assert bool(find_watched(pools, states, NOW, POLICY)) is is_undecided
    busy = decide(pools, states, [make_usage(**BUSY)])
    assert (decide(pools, states, []) != busy) is is_undecided


@pytest.mark.parametrize(
    "idle",
    [
        pytest.param({"action": "none"}, id="never swept"),
        pytest.param({"keepUntil": "2026-11-24T00:00:00Z"}, id="kept"),
    ],
)
def test_usage_is_read_for_advice_where_it_decides_nothing(idle: dict[str, Any]) -> None:
    pools, states = [make_pool()], [make_state(idle)]
    assert find_watched(pools, states, NOW, POLICY) == {"fraud-llm"}
    assert decide(pools, states, [make_usage(**BUSY)]) == decide(pools, states, [])


def test_of_others_pools_no_usage_need_be_known() -> None:
    assert find_watched([make_pool(is_ours=False)], [make_state()], NOW, POLICY) == frozenset()
