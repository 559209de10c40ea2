"""What is kept of an environment that was deleted long ago."""

from datetime import timedelta

import pytest

from domain.environment.operation import OperationKind, Step
from domain.environment.operation_request import IdempotencyRecord
from domain.environment.record import NOTHING_BUILT, EnvironmentRecord
from domain.environment.tombstones import bury
from domain.outcomes import Status
from tests.support.specs import a_spec
from tests.unit.domain.environment.test_record import a_deleted_record, a_ready_record

MOMENT = timedelta(microseconds=1)


def a_full_record() -> EnvironmentRecord:
    """Deleted, with all that may be left on the record of what it was."""
    record = a_deleted_record()
    spec = a_spec(workload={"image": "llm", "env": {"A": "1"}, "args": ["--debug"]})
    step = Step(name="edge/profile", status=Status.SUCCEEDED)
    built, deletion = record.operations
    used = {
        "endpoint": "https://x",
        "own_requests": {7: 1},
        "spec": spec,
        "operations": (built, deletion.model_copy(update={"steps": (step,)})),
        "requests": (IdempotencyRecord(id="r", operation_id="fraud-llm.1", digest="d"),),
    }
    return record.model_copy(update=used)


def test_name_sequence_owner_and_deletion_are_kept():
    record = a_full_record()
    buried = bury(record, record.updated_at + MOMENT)
    assert buried
    assert EnvironmentRecord.from_wire(buried.to_wire()) == buried
    assert (buried.name, buried.sequence, buried.spec.owner) == (
        "fraud-llm",
        2,
        record.spec.owner,
    )
    (deletion,) = buried.operations
    assert (deletion.kind, deletion.id, deletion.steps) == (
        OperationKind.DELETE,
        "fraud-llm.2",
        (),
    )
    assert buried.events == record.events[-1:]


def test_all_else_is_gone():
    record = a_full_record()
    buried = bury(record, record.updated_at + MOMENT)
    assert buried
    assert {name: getattr(buried, name) for name in NOTHING_BUILT} == NOTHING_BUILT
    assert (buried.own_requests, buried.requests) == ({}, ())
    assert (buried.spec.workload.env, buried.spec.workload.args) == ({}, ())
    assert bury(buried, record.updated_at + MOMENT) is None, "nothing is left to change"


@pytest.mark.parametrize(
    ("make_record", "age"),
    [
        pytest.param(a_ready_record, MOMENT, id="it exists"),
        pytest.param(a_deleted_record, timedelta(), id="deleted lately"),
    ],
)
def test_what_exists_or_was_deleted_lately_stays_complete(make_record, age: timedelta):
    record = make_record()
    assert bury(record, record.updated_at + age) is None
