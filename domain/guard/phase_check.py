"""Whether an environment is in a phase in which it can be updated."""

from collections.abc import Iterable, Sequence

from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.guard.changes import FieldChange
from domain.guard.plan_check import PlanCheck, Verdict


def check_phase(
    existing: EnvironmentRecord | None, changes: Sequence[FieldChange]
) -> Iterable[PlanCheck]:
    """A warning, as the plan can be carried out later."""
    if existing is None or not changes or existing.phase is Phase.READY or existing.has_failed:
        return
    sleeps = existing.phase is Phase.SCALED_DOWN
    way = f"POST /environments/{existing.name}/wake first" if sleeps else "wait for its operation"
    yield PlanCheck(
        code="WrongPhase",
        verdict=Verdict.WARN,
        message=f"It is {existing.phase}, and can be updated once it is Ready: {way}.",
        target="",
    )
