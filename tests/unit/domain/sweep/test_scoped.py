from domain.environment.health import HealthStatus
from domain.sweep.model import GpuPool, SweepAction, SweepDecision
from domain.sweep.orphans import Orphan, Removal
from domain.sweep.scoped import restrict
from domain.sweep.summary import SweepFailure, SweepSummary, UnhealthyEnvironment
from domain.sweep.views import SweepAnswer
from tests.support.specs import NOON


def a_decision(environment: str) -> SweepDecision:
    pool = GpuPool(
        environment=environment,
        region="westeurope",
        pool_id="p",
        cluster_id="c",
        vm_size="s",
        node_count=2,
        is_ours=True,
        hourly_price=1.5,
    )
    return SweepDecision(
        pool=pool,
        environment=environment,
        action=SweepAction.SCALE_TO_ZERO,
        reason="IdleAfterWarning",
        idle_since=NOON,
    )


def a_failure(environment: str) -> SweepFailure:
    return SweepFailure(
        environment=environment, action=SweepAction.SCALE_TO_ZERO, reason="NoQuota", message=""
    )


def a_summary() -> SweepSummary:
    unhealthy = [
        UnhealthyEnvironment(environment=each, status=HealthStatus.DEGRADED, findings=())
        for each in ("mine", "theirs")
    ]
    return SweepSummary(
        started_at=NOON,
        ended_at=NOON,
        dry_run=False,
        pools=2,
        actions={"scaleToZero": 2},
        reasons={"IdleAfterWarning": 2},
        results={"failed": 2, "succeeded": 7},
        saved_per_hour_usd=42.0,
        idle_per_hour_usd=6.0,
        unpriced_pools=3,
        failures=(a_failure("mine"), a_failure("theirs")),
        health={"Healthy": 9, "Degraded": 2},
        unhealthy=tuple(unhealthy),
        orphans=(
            Orphan(
                environment="theirs",
                region="westeurope",
                resource_group_id="/group",
                node_count=1,
                first_seen=NOON,
                removal=Removal.OFF,
            ),
        ),
    )


def test_a_report_keeps_what_is_about_environments_that_the_caller_sees():
    decisions = (a_decision("mine"), a_decision("theirs"))
    answer = SweepAnswer(status="Succeeded", decisions=decisions, summary=a_summary())
    shown = restrict(answer, {"mine": "Degraded"})
    assert shown.decisions == decisions[:1]
    assert shown.summary == a_summary().model_copy(
        update={
            "pools": 1,
            "actions": {"scaleToZero": 1},
            "reasons": {"IdleAfterWarning": 1},
            "results": {"failed": 1},
            "saved_per_hour_usd": "unknown",
            "idle_per_hour_usd": 3.0,
            "unpriced_pools": 0,
            "failures": (a_failure("mine"),),
            "health": {"Degraded": 1},
            "unhealthy": a_summary().unhealthy[:1],
            "orphans": (),
        }
    )
    assert "theirs" not in str(shown.to_wire())


def test_a_sweep_that_has_decided_nothing_yet_says_so():
    assert restrict(SweepAnswer(status="Running"), {}) == SweepAnswer(status="Running")
