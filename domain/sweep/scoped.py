"""A sweep's report as a caller sees it who sees some cost centers only."""

from collections.abc import Mapping

from domain.sweep.model import SweepDecision
from domain.sweep.summary import SweepSummary, count_values
from domain.sweep.views import SweepAnswer


def restrict(answer: SweepAnswer, health: Mapping[str, str]) -> SweepAnswer:
    """`health`: status of the environments that the caller sees, by name.

    Sums that cannot be told apart by environment are left out; orphans belong to no cost center.
    """
    decisions = tuple(each for each in answer.decisions or () if each.environment in health)
    summary = answer.summary and _restrict(answer.summary, decisions, health)
    shown = None if answer.decisions is None else decisions
    return answer.model_copy(update={"decisions": shown, "summary": summary})


def _restrict(
    summary: SweepSummary, decisions: tuple[SweepDecision, ...], health: Mapping[str, str]
) -> SweepSummary:
    failures = tuple(each for each in summary.failures if each.environment in health)
    idle = [each.pool.hourly_cost or 0 for each in decisions if each.idle_since is not None]
    return summary.model_copy(
        update={
            "pools": len(decisions),
            "actions": count_values(each.action for each in decisions),
            "reasons": count_values(each.reason for each in decisions),
            "results": {"failed": len(failures)} if failures else {},
            "saved_per_hour_usd": "unknown",
            "idle_per_hour_usd": round(sum(idle), 3),
            "unpriced_pools": 0,
            "failures": failures,
            "health": count_values(health.values()),
            "unhealthy": tuple(each for each in summary.unhealthy if each.environment in health),
            "orphans": (),
        }
    )
