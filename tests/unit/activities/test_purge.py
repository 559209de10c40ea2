"""Old histories and records of deleted environments go; what they promise stays."""

from datetime import datetime, timedelta

from durabletask.client import OrchestrationStatus

from activities.bury_deleted import bury_deleted
from activities.purge_ended import purge_ended
from domain.durable.inputs import PurgeInput
from domain.environment.gpu_usage import GpuUsage, NodeHours
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.events.cloud_events import derive_event
from domain.outcomes import Outcome
from domain.requests.command import Command
from domain.requests.command_decision import decide
from domain.requests.decision import Start
from tests.support.fake_hub import FakeHub, a_hub
from tests.support.specs import NOON, a_request, a_spec
from triggers import task_hub

LATER = NOON + timedelta(days=31)


def before(at: datetime = LATER) -> dict[str, object]:
    return PurgeInput(operation_id="purge", before=at).to_wire()


def a_hub_after(*ends: tuple[OperationKind, Phase]) -> FakeHub:
    """Of one environment, whose operations have ended so."""
    hub = FakeHub()
    for sequence, (kind, phase) in enumerate(ends, start=1):
        request = a_request(
            kind, sequence, spec=a_spec(workload={"image": "llm", "env": {"A": "1"}})
        )
        hub.start(request)
        hub.finish(request.operation_id, phase)
    return hub


BUILT = (OperationKind.PROVISION, Phase.READY)
DELETED = (OperationKind.DELETE, Phase.DELETED)


def record_of(hub: FakeHub) -> EnvironmentRecord:
    record = hub.records["fraud-llm"]
    assert record
    return record


async def test_ended_orchestrations_are_purged_a_batch_at_a_time():
    hub = a_hub_after(BUILT, DELETED)
    hub.purged_at_once = 1
    assert await purge_ended(before(), hub) == Outcome.succeeded(instances=1, isComplete=False)
    assert await purge_ended(before(), hub) == Outcome.succeeded(instances=1, isComplete=True)
    assert hub.instances == {}


async def test_what_runs_or_is_recent_is_not_purged():
    hub = a_hub()
    await purge_ended(before(), hub)
    assert [each.runtime_status for each in hub.instances.values()] == [
        OrchestrationStatus.RUNNING
    ]
    ended = a_hub_after(BUILT, DELETED)
    await purge_ended(before(NOON), ended)
    assert len(ended.instances) == 2


async def test_a_deleted_environment_keeps_its_name_owner_sequence_deletion_and_cost():
    hub = a_hub_after(BUILT, DELETED)
    paid = NodeHours(vm_size="Standard_NC24ads_A100_v4", spot=False, hourly_price=3.673, hours=2)
    usage = GpuUsage(hours=(paid,), since=NOON)
    hub.records["fraud-llm"] = record_of(hub).model_copy(update={"gpu_usage": usage})
    before_it = record_of(hub)
    assert await bury_deleted(before(), hub) == Outcome.succeeded(records=1)
    record = record_of(hub)
    assert (record.sequence, record.spec.owner) == (2, "fraud-team@example.com")
    assert record.spec.workload.env == {}
    assert record.gpu_usage == usage
    assert [event.type for event in record.events] == ["OperationSucceeded"]
    assert derive_event(before_it, record, "source") is None, "nothing has happened"
    (deletion,) = record.operations
    assert (deletion.kind, deletion.steps) == (OperationKind.DELETE, ())
    again = decide(record, Command(OperationKind.PROVISION, "fraud-llm", a_spec()))
    assert isinstance(again, Start)
    assert again.request.operation_id == "fraud-llm.3", "ids never repeat"
    assert await bury_deleted(before(), hub) == Outcome.succeeded(records=0), "once"


async def test_what_exists_or_was_deleted_lately_stays_complete():
    hub = a_hub_after(BUILT)
    assert await bury_deleted(before(), hub) == Outcome.succeeded(records=0)
    hub = a_hub_after(BUILT, DELETED)
    assert await bury_deleted(before(NOON), hub) == Outcome.succeeded(records=0)


async def test_an_operation_whose_orchestration_is_gone_does_not_run_for_ever():
    hub = a_hub()
    hub.instances.clear()
    record = await task_hub.read_record(hub, "fraud-llm")
    assert record
    assert record.phase is Phase.FAILED
    assert record.failure
    assert record.failure.reason == "OperationAborted"
