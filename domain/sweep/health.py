"""Assesses environments: what is wanted against what one snapshot of Azure has found."""

from collections.abc import Sequence
from datetime import datetime

from domain.environment.health import Finding, Health, HealthStatus
from domain.sweep.cell_health_rules import CELL_HEALTH_RULES
from domain.sweep.edge_health_rules import EDGE_HEALTH_RULES
from domain.sweep.health_facts import Found
from domain.sweep.health_rule import Effect, judge
from domain.sweep.wanted import WantedEnvironment


def is_due(wanted: WantedEnvironment, listed_at: datetime) -> bool:
    """Whether it rested when Azure was listed: what was built afterwards would look missing."""
    return wanted.settled_at is not None and wanted.settled_at < listed_at


def assess_health(wanted: WantedEnvironment, found: Found, now: datetime) -> Health:
    cells = [list(judge(CELL_HEALTH_RULES, facts)) for facts in found.cells(wanted)]
    edge = list(judge(EDGE_HEALTH_RULES, found.edge(wanted)))
    findings = [finding for part in (*cells, edge) for finding, _ in part]
    effects = [[effect for _, effect in part] for part in (*cells, edge)]
    return Health(
        status=_decide_status(effects, findings),
        findings=tuple(findings),
        since=now,
        checked_at=now,
    )


def _decide_status(
    effects: Sequence[Sequence[Effect]], findings: Sequence[Finding]
) -> HealthStatus:
    """`effects`: of each cell, and of the edge at the end."""
    if any(Effect.UNREAD in part for part in effects):
        return HealthStatus.UNKNOWN
    *cells, edge = (Effect.LOST in part for part in effects)
    if edge or all(cells):
        return HealthStatus.UNREACHABLE
    return HealthStatus.DEGRADED if findings else HealthStatus.HEALTHY
