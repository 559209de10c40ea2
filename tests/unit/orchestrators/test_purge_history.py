"""The purge goes on batch by batch, and then turns to records and plans."""

from domain.durable.inputs import PurgeRequest
from domain.outcomes import Outcome
from orchestrators.purge_history import BATCHES, purge_history
from tests.support.engine import Run, run
from tests.support.payloads import QUOTA

MORE = Outcome.succeeded(instances=100, isComplete=False)
LAST = Outcome.succeeded(instances=7, isComplete=True)


def purge(purged, buried=None, forgotten=None) -> Run:
    return run(
        purge_history,
        PurgeRequest(retention_days=30).to_wire(),
        instance_id="purge",
        activities={
            "purge_ended": purged,
            "bury_deleted": buried or Outcome.succeeded(records=2),
            "forget_plans": forgotten or Outcome.succeeded(plans=3),
        },
    )


def test_batches_follow_each_other_and_records_and_plans_come_last():
    done = purge([MORE, MORE, LAST])
    assert done.lines == [*["call purge_ended"] * 3, "call bury_deleted", "call forget_plans"]
    assert done.outcome == Outcome.succeeded(instances=207, records=2, plans=3)
    assert done.input_of("bury_deleted")["before"] == "2026-10-23T12:00:00Z"
    assert done.input_of("forget_plans")["before"] == "2026-11-22T12:00:00Z"


def test_a_purge_ends_some_time():
    done = purge(MORE)
    assert done.lines.count("call purge_ended") == BATCHES
    assert done.outcome.is_success


def test_a_failure_ends_it():
    assert purge(QUOTA).outcome == QUOTA
    assert purge(LAST, buried=QUOTA).outcome == QUOTA
    assert purge(LAST, forgotten=QUOTA).outcome == QUOTA
