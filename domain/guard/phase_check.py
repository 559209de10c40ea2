"""Whether an environment is in a phase in which it can be built or updated."""

from collections.abc import Iterable, Sequence

from domain.environment.phases import Phase
from domain.guard.changes import FieldChange
from domain.guard.plan_check import PlanCheck, Verdict
from domain.guard.situation import Situation
from domain.spec.model import EnvironmentSpec


def check_phase(
    situation: Situation, spec: EnvironmentSpec, changes: Sequence[FieldChange]
) -> Iterable[PlanCheck]:
    """A warning, as the plan can be carried out later."""
    record, existing = situation.record, situation.existing
    if record and record.phase is Phase.AWAITING_APPROVAL and record.spec != spec:
        yield _wrong_phase(
            "Another request of this name waits for approval: have it answered, or withdraw it "
            f"with POST /environments/{record.name}/cancel first."
        )
    if existing and existing.phase is Phase.DELETING:
        yield _wrong_phase("It is being deleted: wait for that, and make another plan then.")
        return
    if existing is None or not changes or existing.phase is Phase.READY or existing.has_failed:
        return
    sleeps = existing.phase is Phase.SCALED_DOWN
    way = f"POST /environments/{existing.name}/wake first" if sleeps else "wait for its operation"
    yield _wrong_phase(f"It is {existing.phase}, and can be updated once it is Ready: {way}.")


def _wrong_phase(message: str) -> PlanCheck:
    return PlanCheck(code="WrongPhase", verdict=Verdict.WARN, message=message, target="")
