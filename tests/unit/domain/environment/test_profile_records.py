from domain.environment.found_profile import FoundProfile
from domain.environment.phases import Phase
from domain.environment.profile_records import keep_profile
from domain.environment.record import OperationEnd
from domain.environment.transitions import end_operation
from domain.outcomes import Outcome
from tests.support.specs import NOON, a_record

FOUND = FoundProfile(operation_id="fraud-llm.1", front_door_id="0a1b")


def test_the_profile_is_kept_without_a_new_revision():
    """No caller sees it, so an If-Match of before still holds."""
    record = a_record()
    kept = keep_profile(record, FOUND)
    assert kept
    assert kept == record.model_copy(update={"profile": FOUND})
    assert kept.etag == record.etag


def test_what_another_operation_has_found_is_not_kept():
    assert keep_profile(a_record(), FOUND.model_copy(update={"operation_id": "other.1"})) is None


def test_what_is_found_after_the_end_is_not_kept():
    end = OperationEnd(
        operation_id="fraud-llm.1", phase=Phase.FAILED, outcome=Outcome.canceled(), at=NOON
    )
    assert keep_profile(end_operation(a_record(), end), FOUND) is None
