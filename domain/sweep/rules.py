"""Ordered rules by which the sweep assesses environments and cells; the first match decides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.environment.phases import UNSUCCESSFUL, Phase
from domain.spec.idle import IdleAction
from domain.spec.off_hours import is_off_hours
from domain.sweep.model import GpuPool, IdleState
from domain.sweep.usage import Judgement, SweepPolicy, UsageVerdict
from domain.wire import format_time


class Standing(StrEnum):
    """The state of a pool or its whole environment, before warnings are considered."""

    NOT_ELIGIBLE = "notEligible"
    """Not decided now; a warning stays as it is."""
    IN_USE_OR_PINNED = "inUseOrPinned"
    """A warning is withdrawn."""
    UNUSED = "unused"
    """Nothing serves, whatever its usage says."""
    EMPTY = "empty"
    IDLE = "idle"
    ASLEEP = "asleep"


@dataclass(frozen=True, slots=True)
class Assessment:
    standing: Standing
    reason: str
    evidence: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class EnvironmentSnapshot:
    """One environment and its pools at one moment."""

    state: IdleState
    pools: Sequence[GpuPool]
    now: datetime
    policy: SweepPolicy

    @property
    def warned_at(self) -> datetime | None:
        """A warning from before the last build, update, wake or scale-down is void."""
        state = self.state
        if state.warned_at is None or not self.may_serve:
            return None
        starts = [start for start in (state.ready_since, state.woken_at) if start is not None]
        return None if any(start > state.warned_at for start in starts) else state.warned_at

    @property
    def may_serve(self) -> bool:
        state = self.state
        return state.phase is Phase.READY or (
            state.phase in UNSUCCESSFUL and state.unused_since is None
        )

    @property
    def is_asleep(self) -> bool:
        return self.state.phase is Phase.SCALED_DOWN

    @property
    def is_off_hours(self) -> bool:
        return is_off_hours(self.state.policy.off_hours, self.now)

    @property
    def missing_regions(self) -> list[str]:
        return sorted(set(self.state.regions) - {pool.region for pool in self.pools})

    @property
    def node_count(self) -> int:
        return sum(pool.node_count for pool in self.pools)

    def is_within(self, start: datetime | None, minutes: int) -> bool:
        """A start in the future, by a wrong clock, counts as within until it has passed."""
        return start is not None and self.now - start < timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class CellSnapshot:
    """One cell of an environment, with what its usage amounts to."""

    environment: EnvironmentSnapshot
    pool: GpuPool
    usage: Judgement


@dataclass(frozen=True, slots=True)
class SweepRule[Facts]:
    """One row: the reason and standing if it applies, with the evidence for it."""

    reason: str
    standing: Standing
    applies: Callable[[Facts], bool]
    evidence: Callable[[Facts], dict[str, Any]] = lambda facts: {}


def _scaled_down_at(e: EnvironmentSnapshot) -> dict[str, Any]:
    return {"scaledDownAt": e.state.scaled_down_at and format_time(e.state.scaled_down_at)}


def _unused(e: EnvironmentSnapshot) -> dict[str, Any]:
    since = e.state.unused_since
    return {
        "phase": str(e.state.phase),
        "unusedSince": since and format_time(since),
        "nodeCount": e.node_count,
    }


def _grace(name: str, start: datetime | None, minutes: int) -> dict[str, Any]:
    return {name: start and format_time(start), "graceMinutes": minutes}


def _cell_evidence(cell: CellSnapshot) -> dict[str, Any]:
    return cell.usage.evidence | {
        "nodeCount": cell.pool.node_count,
        "minNodes": cell.environment.state.min_nodes,
        "offHours": cell.environment.is_off_hours,
    }


ACTION_NONE, KEPT_UNTIL = "ActionNone", "KeptUntil"
PINNED = frozenset({ACTION_NONE, KEPT_UNTIL})
"""Reasons for which a serving environment stays awake, used or not."""

NOT_ELIGIBLE, IN_USE_OR_PINNED = Standing.NOT_ELIGIBLE, Standing.IN_USE_OR_PINNED

ENVIRONMENT_RULES: tuple[SweepRule[EnvironmentSnapshot], ...] = (
    SweepRule(
        "NodesAfterFailure",
        Standing.UNUSED,
        lambda e: e.state.unused_since is not None and e.node_count > 0,
        _unused,
    ),
    # Emptied by hand, or in a cluster that was stopped: what the record warns of is over.
    SweepRule(
        "NodesGone",
        Standing.UNUSED,
        lambda e: (
            e.state.warns_of_gpu_cost and e.state.phase in UNSUCCESSFUL and e.node_count == 0
        ),
        _unused,
    ),
    SweepRule(
        "NotReady",
        NOT_ELIGIBLE,
        lambda e: not e.may_serve and not e.is_asleep,
        lambda e: {"phase": str(e.state.phase)},
    ),
    SweepRule(ACTION_NONE, IN_USE_OR_PINNED, lambda e: e.state.policy.action is IdleAction.NONE),
    SweepRule(
        KEPT_UNTIL,
        IN_USE_OR_PINNED,
        lambda e: (until := e.state.policy.keep_until) is not None and until > e.now,
        lambda e: {
            "keepUntil": e.state.policy.keep_until and format_time(e.state.policy.keep_until)
        },
    ),
    SweepRule(
        "CellMissing",
        NOT_ELIGIBLE,
        lambda e: bool(e.missing_regions),
        lambda e: {"missingRegions": e.missing_regions},
    ),
    SweepRule(
        "ScaledDownAtUnknown",
        NOT_ELIGIBLE,
        lambda e: e.is_asleep and e.state.scaled_down_at is None,
    ),
    # A pool that was scaled up manually may be in use.
    SweepRule(
        "NodesWhileAsleep",
        NOT_ELIGIBLE,
        lambda e: e.is_asleep and e.node_count > 0,
        lambda e: {**_scaled_down_at(e), "nodeCount": e.node_count},
    ),
    SweepRule("Asleep", Standing.ASLEEP, lambda e: e.is_asleep, _scaled_down_at),
    SweepRule("ReadySinceUnknown", NOT_ELIGIBLE, lambda e: e.state.ready_since is None),
    SweepRule(
        "GraceAfterCreate",
        NOT_ELIGIBLE,
        lambda e: e.is_within(e.state.ready_since, e.policy.grace_after_create_minutes),
        lambda e: _grace("readySince", e.state.ready_since, e.policy.grace_after_create_minutes),
    ),
    SweepRule(
        "GraceAfterWake",
        NOT_ELIGIBLE,
        lambda e: e.is_within(e.state.woken_at, e.policy.grace_after_wake_minutes),
        lambda e: _grace("wokenAt", e.state.woken_at, e.policy.grace_after_wake_minutes),
    ),
)
"""What applies to all pools of an environment, whatever their usage."""

CELL_RULES: tuple[SweepRule[CellSnapshot], ...] = (
    SweepRule(
        "AlreadyAtZero",
        Standing.EMPTY,
        lambda c: c.usage.verdict is not UsageVerdict.IN_USE and c.pool.node_count == 0,
        _cell_evidence,
    ),
    SweepRule(
        "MinNodes",
        IN_USE_OR_PINNED,
        lambda c: (
            c.usage.verdict is UsageVerdict.IDLE
            and c.environment.state.min_nodes > 0
            and not c.environment.is_off_hours
        ),
        _cell_evidence,
    ),
)
"""What applies to one cell; without a match its usage decides."""

STANDING_BY_USAGE = {
    UsageVerdict.IN_USE: IN_USE_OR_PINNED,
    UsageVerdict.UNKNOWN: NOT_ELIGIBLE,
    UsageVerdict.IDLE: Standing.IDLE,
}


def assess_environment(environment: EnvironmentSnapshot) -> Assessment | None:
    """None if the usage of its cells decides."""
    return _first_match(ENVIRONMENT_RULES, environment)


def assess_cell(cell: CellSnapshot) -> Assessment:
    by_usage = Assessment(
        STANDING_BY_USAGE[cell.usage.verdict], cell.usage.reason, _cell_evidence(cell)
    )
    return _first_match(CELL_RULES, cell) or by_usage


def _first_match[Facts](rules: Sequence[SweepRule[Facts]], facts: Facts) -> Assessment | None:
    for rule in rules:
        if rule.applies(facts):
            return Assessment(rule.standing, rule.reason, rule.evidence(facts))
    return None
