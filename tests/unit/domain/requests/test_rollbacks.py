"""A rollback is an update to the workload, and the image, of an earlier version."""

from typing import Any

import pytest

from domain.environment.image_records import record_image
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.pinned_image import PinnedImage, RecordImage
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation
from domain.outcomes import Outcome
from domain.requests.caller import Caller
from domain.requests.command import ROLLBACK, Command
from domain.requests.command_decision import decide
from domain.requests.decision import AlreadyStarted, NotFound, Refused, Start
from domain.requests.rollbacks import find_forbidden
from domain.spec.model import EnvironmentSpec
from tests.support.payloads import QUOTA
from tests.support.specs import NOON, a_policy, a_spec, spec_body

SUCCEEDED = Outcome.succeeded()


def spec(tag: str, **changes: Any) -> EnvironmentSpec:
    workload = {**spec_body()["workload"], "image": f"registry.example.com/llm:{tag}"}
    return a_spec(workload=workload, **changes)


def run(
    record: EnvironmentRecord | None,
    command: Command,
    outcome: Outcome | None = SUCCEEDED,
    digest: str | None = None,
) -> EnvironmentRecord:
    """Let the command's operation run to its end; None: it runs still."""
    decision = decide(record, command)
    assert isinstance(decision, Start), decision
    request = decision.request
    begun = start_operation(record, request, NOON)
    assert begun
    if digest:
        reference = request.spec.workload.image
        image = PinnedImage(reference=reference, digest=digest, resolved_at=NOON)
        found = RecordImage(operation_id=request.operation_id, at=NOON, image=image)
        begun = record_image(begun, found) or begun
    if outcome is None:
        return begun
    end = OperationEnd(
        operation_id=request.operation_id,
        phase=Phase.READY if outcome.is_success else Phase.FAILED,
        outcome=outcome,
        at=NOON,
        endpoint="https://fraud-llm.azurefd.net",
    )
    return end_operation(begun, end)


def update(wanted: EnvironmentSpec) -> Command:
    return Command(OperationKind.UPDATE, "fraud-llm", wanted)


def roll_back(to_version: int | None = None, reason: str | None = None) -> Command:
    caller = Caller(requested_by="someone")
    return Command(ROLLBACK, "fraud-llm", to_version=to_version, reason=reason, caller=caller)


@pytest.fixture
def updated() -> EnvironmentRecord:
    """Version 1 is built, version 2 runs."""
    create = Command(OperationKind.PROVISION, "fraud-llm", spec("1"))
    first = run(None, create, digest="sha256:1")
    return run(first, update(spec("2", costCenter="ML-9")), digest="sha256:2")


def test_it_goes_back_to_the_workload_with_the_digest_that_ran_before(updated: EnvironmentRecord):
    back = run(updated, roll_back(reason="It is slow."))
    assert back.spec.workload.image == "registry.example.com/llm:1"
    assert back.spec.cost_center == "ML-9", "what else is specified stays"
    assert back.image
    assert back.image.digest == "sha256:1"
    assert [each.version for each in back.versions] == [1, 2, 3]
    assert back.versions[-1].digest == "sha256:1"


def test_it_is_on_the_timeline_with_actor_and_reason(updated: EnvironmentRecord):
    back = run(updated, roll_back(reason="It is slow."))
    (event,) = [each for each in back.events if each.message.startswith("update started, a roll")]
    assert event.message == (
        "update started, a rollback from version 2 (sha256:2) to version 1 (sha256:1): It is slow."
    )
    assert event.evidence == {
        "fromVersion": 2,
        "toVersion": 1,
        "digestBefore": "sha256:2",
        "digest": "sha256:1",
        "reason": "It is slow.",
    }
    assert event.actor == "someone"
    assert back.operations[-1].rollback


def test_the_same_again_does_not_bring_back_what_it_went_away_from(updated: EnvironmentRecord):
    back = run(updated, roll_back())
    decision = decide(back, roll_back())
    assert isinstance(decision, Refused)
    assert decision.code == "VersionNotFound"
    forward = run(back, roll_back(2))
    assert forward.spec.workload.image == "registry.example.com/llm:2"


def test_what_a_rollback_went_away_from_is_not_brought_back_by_one_that_follows_a_later_update(
    updated: EnvironmentRecord,
):
    back = run(updated, roll_back())
    fourth = run(back, update(spec("4")), digest="sha256:4")
    again = run(fourth, roll_back())
    assert again.versions[-1].rollback
    assert again.versions[-1].rollback.to_version == 3
    assert again.spec.workload.image == "registry.example.com/llm:1"
    decision = decide(again, roll_back())
    assert isinstance(decision, Refused)
    assert decision.code == "VersionNotFound"


def test_while_it_runs_it_is_known(updated: EnvironmentRecord):
    running = run(updated, roll_back(1), None)
    for repeated in (roll_back(1), roll_back()):
        assert decide(running, repeated) == AlreadyStarted("fraud-llm.3")
    other = decide(running, roll_back(2))
    assert isinstance(other, Refused)
    assert (other.code, other.is_passing) == ("WrongPhase", True)


def test_a_failed_update_is_rolled_back_to_what_ran(updated: EnvironmentRecord):
    failed = run(updated, update(spec("3")), QUOTA)
    back = run(failed, roll_back())
    assert back.versions[-1].rollback
    assert back.versions[-1].rollback.to_version == 2
    assert back.phase is Phase.READY


def test_what_was_never_built_successfully_is_no_target(updated: EnvironmentRecord):
    failed = run(updated, update(spec("3")), QUOTA)
    decision = decide(failed, roll_back(3))
    assert isinstance(decision, Refused)
    assert (decision.code, decision.target) == ("VersionNotFound", "toVersion")
    assert "Known: 1, 2." in decision.message


def test_the_version_that_runs_is_no_change(updated: EnvironmentRecord):
    assert decide(updated, roll_back(2)) == AlreadyStarted("fraud-llm.2")


def test_a_retry_of_a_failed_rollback_goes_to_the_same(updated: EnvironmentRecord):
    failed = run(updated, roll_back(), QUOTA)
    again = run(failed, Command("retry", "fraud-llm"))
    assert again.spec.workload.image == "registry.example.com/llm:1"
    assert again.image
    assert again.image.digest == "sha256:1"


def test_records_of_before_begin_with_what_is_built(updated: EnvironmentRecord):
    old = updated.model_copy(update={"versions": ()})
    decision = decide(old, roll_back())
    assert isinstance(decision, Refused)
    changed = run(old, update(spec("3")))
    assert [each.version for each in changed.versions] == [2, 3]
    assert run(changed, roll_back()).spec.workload.image == "registry.example.com/llm:2"


@pytest.mark.parametrize("phase", [Phase.SCALED_DOWN, Phase.DELETING, Phase.WAKING])
def test_it_needs_an_environment_that_can_be_updated(updated: EnvironmentRecord, phase: Phase):
    decision = decide(updated.model_copy(update={"phase": phase}), roll_back())
    assert isinstance(decision, Refused)
    assert decision.code == "WrongPhase"


def test_what_is_not_there_is_not_found(updated: EnvironmentRecord):
    assert decide(None, roll_back()) == NotFound()
    deleted = updated.model_copy(update={"phase": Phase.DELETED})
    assert decide(deleted, roll_back()) == NotFound()


def test_a_deleted_environment_starts_with_version_one_of_its_new_life(updated: EnvironmentRecord):
    deleted = updated.model_copy(update={"phase": Phase.DELETED, "active_operation": None})
    create = Command(OperationKind.PROVISION, "fraud-llm", spec("5"))
    assert [each.version for each in run(deleted, create).versions] == [3]


def test_what_would_be_refused_today_is_refused():
    open_to_all = a_spec(access={"mode": "none"})
    found = find_forbidden(open_to_all, a_policy(), NOON)
    assert found
    assert (found.code, found.target) == ("VersionNotAllowed", "toVersion")
    assert "access.mode" in found.message
    assert find_forbidden(a_spec(), a_policy(), NOON) is None


def test_a_retry_of_a_failed_rollback_is_a_rollback(updated: EnvironmentRecord):
    """Otherwise the next one would bring back what it went away from."""
    failed = run(updated, roll_back(reason="It is slow."), QUOTA)
    again = run(failed, Command("retry", "fraud-llm"))
    assert again.versions[-1].rollback == failed.versions[-1].rollback
    started = [each for each in again.events if each.type == "OperationStarted"][-1]
    assert "a rollback from version 2" in started.message
    decision = decide(again, roll_back())
    assert isinstance(decision, Refused)
    assert decision.code == "VersionNotFound"


@pytest.mark.parametrize("kind", [OperationKind.REPAIR, OperationKind.WAKE])
def test_what_another_operation_has_built_in_the_end_can_be_gone_back_to(
    updated: EnvironmentRecord, kind: OperationKind
):
    failed = run(updated, update(spec("3")), QUOTA, "sha256:3")
    if kind is OperationKind.WAKE:
        failed = failed.model_copy(update={"phase": Phase.SCALED_DOWN})
    built = run(failed, Command(kind, "fraud-llm"))
    assert built.phase is Phase.READY
    later = run(built, update(spec("4")), SUCCEEDED, "sha256:4")
    back = run(later, roll_back())
    assert back.versions[-1].rollback
    assert back.versions[-1].rollback.to_version == 3
    assert back.image
    assert back.image.digest == "sha256:3"


def test_an_operation_that_is_late_builds_no_version_of_another(updated: EnvironmentRecord):
    running = run(updated, update(spec("3")), None)
    late = running.operations[-1].model_copy(
        update={"id": "fraud-llm.9", "kind": OperationKind.REPAIR}
    )
    record = running.model_copy(update={"operations": (*running.operations, late)})
    end = OperationEnd(operation_id="fraud-llm.9", phase=Phase.READY, outcome=SUCCEEDED, at=NOON)
    assert end_operation(record, end).versions == record.versions
