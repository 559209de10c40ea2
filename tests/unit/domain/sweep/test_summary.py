"""The sweep acts in the order that saves most, at the pace that Azure takes, and adds up."""

from typing import Any

import pytest

from domain.environment.health import Finding, Health, HealthStatus
from domain.outcomes import Failure
from domain.sweep.model import SweepAction, SweepDecision
from domain.sweep.schedule import PaceLimits, PlannedAction, order_actions, pace
from domain.sweep.summary import ActionResult, ResultStatus, SweepSummary, summarise_sweep
from tests.unit.domain.sweep_models import NOW, ago, make_pool

LIMITS = PaceLimits(burst=2, spacing_seconds=5, cluster_spacing_seconds=60)


def decision(
    name: str, action: str = "scaleToZero", idle_for: float | None = 60, **pool: Any
) -> SweepDecision:
    return SweepDecision(
        pool=make_pool(environment=name, **{"hourly_price": 3.673, **pool}),
        environment=name,
        action=SweepAction(action),
        reason="Idle",
        evidence={"nodeCount": 2},
        idle_since=None if idle_for is None else ago(idle_for),
    )


def result(name: str, status: str = "succeeded", action: str = "scaleToZero") -> ActionResult:
    return ActionResult(
        environment=name, action=SweepAction(action), status=ResultStatus(status), reason="InUse"
    )


def planned(name: str, action: str = "scaleToZero", **pool: Any) -> PlannedAction:
    pools = (make_pool(environment=name, **pool),)
    return PlannedAction(environment=name, action=SweepAction(action), reason="Idle", pools=pools)


@pytest.mark.parametrize(
    ("decisions", "order"),
    [
        pytest.param(
            [decision("young", idle_for=31), decision("old", idle_for=90)],
            ["old", "young"],
            id="oldest idle first",
        ),
        pytest.param(
            [decision("cheap", node_count=1), decision("dear", node_count=4)],
            ["dear", "cheap"],
            id="most expensive first on ties",
        ),
        pytest.param(
            [decision("unknown", hourly_price=None), decision("known")],
            ["known", "unknown"],
            id="an unknown price comes last",
        ),
        pytest.param(
            [
                decision("unknown", hourly_price=None),
                decision("cheap", hourly_price=0.526, node_count=1),
            ],
            ["cheap", "unknown"],
            id="after the lowest price, too",
        ),
        pytest.param(
            [decision("b-env"), decision("a-env")], ["a-env", "b-env"], id="then by name"
        ),
        pytest.param(
            [decision("untold", "withdrawWarning", idle_for=None), decision("old")],
            ["old", "untold"],
            id="what is not idle comes last",
        ),
        pytest.param([decision("left", "none"), decision("old")], ["old"], id="nothing is no act"),
        pytest.param([], [], id="nothing to do"),
    ],
)
def test_the_order_of_actions(decisions: list[SweepDecision], order: list[str]) -> None:
    assert [action.environment for action in order_actions(decisions)] == order


def test_the_pools_of_an_environment_are_one_action() -> None:
    regions = ("northeurope", "westeurope")
    (action,) = order_actions([decision("fraud-llm", region=region) for region in regions])
    assert [pool.region for pool in action.pools] == list(regions)
    assert action.evidence == {region: {"nodeCount": 2} for region in regions}
    assert PlannedAction.from_wire(action.to_wire()) == action


def test_an_action_takes_along_the_pools_that_need_nothing() -> None:
    """Without them the look just before acting would miss a cell and leave the rest alone."""
    (action,) = order_actions(
        [
            decision("fraud-llm", "none", None, region="uksouth", node_count=0),
            decision("fraud-llm", region="westeurope"),
            decision("fraud-llm", "none", None, region="northeurope", is_ours=False),
        ]
    )
    assert [pool.region for pool in action.pools] == ["uksouth", "westeurope"]
    assert (str(action.action), action.idle_since) == ("scaleToZero", ago(60))


@pytest.mark.parametrize(
    ("actions", "delays"),
    [
        pytest.param([planned("a"), planned("b")], [0, 0], id="a burst at once"),
        pytest.param([planned(name) for name in "abcd"], [0, 0, 5, 10], id="then one by one"),
        pytest.param(
            [planned("a", "warn"), planned("b", "withdrawWarning"), planned("c"), planned("d")],
            [0, 0, 0, 0],
            id="a warning takes no turn",
        ),
        pytest.param(
            [planned("a"), planned("b", "delete"), planned("c", "wake")],
            [0, 0, 5],
            id="everything that changes Azure takes one",
        ),
        pytest.param(
            [planned(name, cluster_id="/clusters/shared") for name in "abc"],
            [0, 60, 120],
            id="one PUT a minute to one cluster",
        ),
        pytest.param(
            [
                planned("a", cluster_id="/clusters/one"),
                planned("b", cluster_id="/clusters/two"),
                planned("c", cluster_id="/clusters/one"),
            ],
            [0, 0, 60],
            id="whatever is sent to another cluster in between",
        ),
        pytest.param([], [], id="nothing to do"),
    ],
)
def test_the_pace_of_actions(actions: list[PlannedAction], delays: list[float]) -> None:
    assert [action.start_delay_seconds for action in pace(actions, LIMITS)] == delays


def test_two_hundred_environments_are_on_their_way_within_a_quarter_of_an_hour() -> None:
    paced = pace([planned(f"env-{number}") for number in range(200)])
    assert paced[-1].start_delay_seconds == 900


@pytest.mark.parametrize(
    ("decisions", "results", "saved", "unpriced"),
    [
        pytest.param([decision("a")], [result("a")], 7.346, 0, id="price by nodes"),
        pytest.param(
            [decision("a"), decision("b", node_count=1)],
            [result("a"), result("b")],
            11.019,
            0,
            id="added up",
        ),
        pytest.param(
            [decision("a", hourly_price=None)], [result("a")], "unknown", 1, id="no price known"
        ),
        pytest.param(
            [decision("a"), decision("b", hourly_price=None)],
            [result("a"), result("b")],
            7.346,
            1,
            id="one price known",
        ),
        pytest.param([decision("a")], [result("a", "failed")], 0, 0, id="failed saves nothing"),
        pytest.param([decision("a")], [result("a", "skipped")], 0, 0, id="so does skipped"),
        pytest.param(
            [decision("a", "warn")], [result("a", action="warn")], 0, 0, id="so does a warning"
        ),
        pytest.param(
            [decision("a", "delete", node_count=0, hourly_price=None)],
            [result("a", action="delete")],
            0,
            0,
            id="no nodes left to save",
        ),
        pytest.param(
            [decision("a", node_count=1, hourly_price=1.23456)],
            [result("a")],
            1.235,
            0,
            id="to a tenth of a cent",
        ),
        pytest.param([], [], 0, 0, id="nothing found"),
    ],
)
def test_what_was_saved_per_hour(decisions, results, saved, unpriced) -> None:
    summary = summarise_sweep(decisions, results, ago(5), NOW)
    assert (summary.saved_per_hour_usd, summary.unpriced_pools) == (saved, unpriced)


@pytest.mark.parametrize(("price", "idle"), [(1.23456, 1.235), (None, 0)])
def test_idle_nodes_cost_what_is_known_of_their_price(price: float | None, idle: float) -> None:
    found = [decision("a", "none", node_count=1, hourly_price=price)]
    assert summarise_sweep(found, [], ago(5), NOW).idle_per_hour_usd == idle


def test_a_dry_run_says_what_it_would_have_saved() -> None:
    summary = summarise_sweep([decision("a")], [], ago(5), NOW, dry_run=True)
    assert summary.dry_run
    assert summary.saved_per_hour_usd == 7.346
    assert summary.results == {}


def test_the_summary_counts_and_names_the_failures() -> None:
    failure = Failure(
        reason="ClusterBusy", message="Busy.", retryable=True, suggested_action="Wait."
    )
    decisions = [decision("a"), decision("b"), decision("c", "none"), decision("d", "warn")]
    results = [
        result("a"),
        result("b", "failed").model_copy(update={"failure": failure}),
        result("e", "failed"),
        result("f", "failed").model_copy(update={"reason": None}),
    ]
    stopped = Finding(code="ClusterStopped", what="/cluster", cause="It is.", fix="Start it.")
    health = {
        "b": Health(status=HealthStatus.UNREACHABLE, findings=(stopped, stopped)),
        "a": Health(status=HealthStatus.HEALTHY),
        "c": Health(findings=(stopped,)),
    }
    summary = summarise_sweep(decisions, results, ago(5), NOW, health=health)
    assert summary.to_wire() == {
        "health": {"Healthy": 1, "Unknown": 1, "Unreachable": 1},
        "orphans": [],
        "unhealthy": [
            {"environment": "b", "status": "Unreachable", "findings": ["ClusterStopped"]}
        ],
        "startedAt": "2026-11-23T11:55:00Z",
        "endedAt": "2026-11-23T12:00:00Z",
        "dryRun": False,
        "pools": 4,
        "actions": {"none": 1, "scaleToZero": 2, "warn": 1},
        "reasons": {"Idle": 4},
        "results": {"failed": 3, "succeeded": 1},
        "idlePerHourUsd": 29.384,
        "savedPerHourUsd": 7.346,
        "unpricedPools": 0,
        "failures": [
            {
                "environment": "b",
                "action": "scaleToZero",
                "reason": "ClusterBusy",
                "message": "Busy.",
            },
            {"environment": "e", "action": "scaleToZero", "reason": "InUse", "message": ""},
            {"environment": "f", "action": "scaleToZero", "reason": "Unknown", "message": ""},
        ],
    }
    assert SweepSummary.from_wire(summary.to_wire()) == summary
