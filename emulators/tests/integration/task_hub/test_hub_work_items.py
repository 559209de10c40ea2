"""How the task hub hands out work items: leases, limits, filters, stale and doubled answers."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from durabletask.client import OrchestrationStatus, TaskHubGrpcClient
from durabletask.internal import helpers
from durabletask.internal import orchestrator_service_pb2 as pb
from durabletask.internal.orchestrator_service_pb2_grpc import TaskHubSidecarServiceStub
from google.protobuf.wrappers_pb2 import StringValue

from emulators.tests.integration.task_hub.served_hubs import ThreadHub, completed, eventually
from emulators.tests.integration.task_hub.work_streams import (
    WorkStream,
    answer_activity,
    answer_turn,
    finish,
    results_of,
    schedule,
)

type OpenStream = Callable[..., WorkStream]


@pytest.fixture
def open_stream(stub: TaskHubSidecarServiceStub) -> Iterator[OpenStream]:
    streams: list[WorkStream] = []

    def open_one(**request: Any) -> WorkStream:
        streams.append(WorkStream(stub, **request))
        return streams[-1]

    yield open_one
    for stream in streams:
        stream.close()


@contextmanager
def impatient_hub(directory: Path) -> Iterator[tuple[TaskHubSidecarServiceStub, Any]]:
    """A hub whose leases end after a tenth of a second."""
    with (
        closing(ThreadHub(directory / "impatient.db", lease_seconds=0.1)) as hub,
        TaskHubGrpcClient(host_address=hub.address, emit_trace_spans=False) as client,
        grpc.insecure_channel(hub.address) as channel,
    ):
        yield TaskHubSidecarServiceStub(channel), client


def test_an_unfinished_turn_is_handed_out_again_when_its_stream_ends(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, open_stream: OpenStream
) -> None:
    instance_id = client.schedule_new_orchestration("story")
    lost = open_stream()
    zombie = lost.next()
    lost.close()

    again = open_stream().next()
    answer_turn(stub, zombie, schedule("from", "the", "dead"))
    answer_turn(stub, again, finish())

    assert zombie.completionToken != again.completionToken
    assert completed(client, instance_id).get_output() == "done"
    kinds = [type(event).__name__ for event in client.get_orchestration_history(instance_id)]
    assert "TaskScheduledEvent" not in kinds


def test_a_turn_whose_lease_runs_out_is_handed_out_again(tmp_path: Path) -> None:
    with impatient_hub(tmp_path) as (stub, client):
        instance_id = client.schedule_new_orchestration("story")
        stream = WorkStream(stub)
        slow, again = stream.next(), stream.next()
        answer_turn(stub, slow, schedule("too", "late"))
        answer_turn(stub, again, finish())

        assert completed(client, instance_id).get_output() == "done"
        stream.close()


def test_an_activity_keeps_its_lease_as_long_as_its_stream_lives(tmp_path: Path) -> None:
    with impatient_hub(tmp_path) as (stub, client):
        client.schedule_new_orchestration("story")
        stream = WorkStream(stub)
        answer_turn(stub, stream.next(), schedule("long"))
        stream.next()

        assert stream.is_silent()
        stream.close()


def test_the_first_result_of_an_activity_counts_and_a_second_is_dropped(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, open_stream: OpenStream
) -> None:
    instance_id = client.schedule_new_orchestration("story")
    first = open_stream()
    answer_turn(stub, first.next(), schedule("work"))
    lost = first.next()
    first.close()
    second = open_stream()
    again = second.next()

    answer_activity(stub, lost, '"by the lost worker"')
    answer_activity(stub, again, '"by the second worker"')
    turn = second.next()
    answer_turn(stub, turn, finish())

    assert results_of(turn) == ['"by the lost worker"']
    assert completed(client, instance_id).get_output() == "done"
    assert second.is_silent()


def test_a_repeated_completion_of_a_turn_is_ignored(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, open_stream: OpenStream
) -> None:
    client.schedule_new_orchestration("story")
    stream = open_stream()
    turn = stream.next()
    answer_turn(stub, turn, schedule("once"))
    answer_turn(stub, turn, schedule("twice"))

    assert stream.next().activityRequest.name == "once"
    assert stream.is_silent()


@pytest.mark.parametrize("token", ["", "bogus", "activity-bogus-1-1", "turn-1"])
def test_a_completion_without_a_lease_changes_nothing(
    client: TaskHubGrpcClient,
    stub: TaskHubSidecarServiceStub,
    open_stream: OpenStream,
    token: str,
) -> None:
    client.schedule_new_orchestration("story")
    stream = open_stream()
    answer_turn(stub, stream.next(), schedule("work"))
    activity = stream.next()
    real_token, activity.completionToken = activity.completionToken, token
    answer_activity(stub, activity, '"forged"')
    assert stream.is_silent()

    activity.completionToken = real_token
    answer_activity(stub, activity, '"real"')

    assert results_of(stream.next()) == ['"real"']


def test_a_stream_gets_no_more_than_it_asked_for(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, open_stream: OpenStream
) -> None:
    for _ in range(3):
        client.schedule_new_orchestration("story")
    stream = open_stream(maxConcurrentOrchestrationWorkItems=2, maxConcurrentActivityWorkItems=1)
    first, _ = stream.next(), stream.next()
    assert stream.is_silent()

    answer_turn(stub, first, schedule("a", "b"))

    kinds = {stream.next().WhichOneof("request") for _ in range(2)}
    assert kinds == {"orchestratorRequest", "activityRequest"}
    assert stream.is_silent()


def test_one_turn_of_an_instance_at_a_time_and_events_wait_for_the_next(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, open_stream: OpenStream
) -> None:
    instance_id = client.schedule_new_orchestration("story")
    stream = open_stream()
    turn = stream.next()
    client.raise_orchestration_event(instance_id, "news", data=1)
    assert stream.is_silent()

    answer_turn(stub, turn, [])

    following = stream.next().orchestratorRequest
    assert [event.WhichOneof("eventType") for event in following.pastEvents] == [
        *("orchestratorStarted", "executionStarted", "orchestratorCompleted")
    ]
    assert [event.WhichOneof("eventType") for event in following.newEvents] == [
        *("orchestratorStarted", "eventRaised")
    ]


def test_an_abandoned_item_comes_back_with_another_token(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, open_stream: OpenStream
) -> None:
    client.schedule_new_orchestration("story")
    stream = open_stream()
    turn = stream.next()
    stub.AbandonTaskOrchestratorWorkItem(
        pb.AbandonOrchestrationTaskRequest(completionToken=turn.completionToken)
    )

    again = stream.next()

    assert again.orchestratorRequest.instanceId == turn.orchestratorRequest.instanceId
    assert again.completionToken != turn.completionToken


def test_a_history_of_any_size_reaches_its_worker(hub: ThreadHub) -> None:
    """One that does not would end each stream that is to get it, and nothing else would run."""
    sizes = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    large = "x" * 70_000_000
    with grpc.insecure_channel(hub.address, options=sizes) as channel:
        stub = TaskHubSidecarServiceStub(channel)
        stub.StartInstance(pb.CreateInstanceRequest(name="story", input=StringValue(value=large)))
        with closing(WorkStream(stub)) as stream:
            started = stream.next().orchestratorRequest.newEvents[1].executionStarted

    assert started.input.value == large


def test_filters_keep_away_what_a_worker_has_no_code_for(
    client: TaskHubGrpcClient, open_stream: OpenStream
) -> None:
    filters = pb.WorkItemFilters(
        orchestrations=[pb.OrchestrationFilter(name="story", versions=["2"])]
    )
    picky = open_stream(workItemFilters=filters)
    for name, version in (("other", "2"), ("story", "1"), ("story", "2")):
        client.schedule_new_orchestration(name, version=version, instance_id=f"{name}-{version}")

    assert picky.next().orchestratorRequest.instanceId == "story-2"
    assert picky.is_silent()
    rest = open_stream()
    assert {rest.next().orchestratorRequest.instanceId for _ in range(2)} == {"other-2", "story-1"}


def test_an_entity_batch_is_one_at_a_time_and_comes_again_when_it_is_lost(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, open_stream: OpenStream
) -> None:
    def signal(number: int) -> None:
        stub.SignalEntity(
            pb.SignalEntityRequest(instanceId="@counter@a", name="add", requestId=str(number))
        )

    def operations(item: pb.WorkItem) -> list[str]:
        requests = item.entityRequestV2.operationRequests
        return [request.entityOperationSignaled.requestId for request in requests]

    signal(1)
    lost = open_stream()
    zombie = lost.next()
    signal(2)
    assert lost.is_silent()
    lost.close()
    again = open_stream().next()
    for item, state in ((zombie, "1"), (again, "2"), (again, "3")):
        results = [pb.OperationResult(success=pb.OperationResultSuccess())] * len(operations(item))
        stub.CompleteEntityTask(
            pb.EntityBatchResult(
                results=results,
                entityState=StringValue(value=state),
                completionToken=item.completionToken,
            )
        )

    assert operations(again) == ["1", "2"]
    entity = stub.GetEntity(pb.GetEntityRequest(instanceId="@counter@a", includeState=True)).entity
    assert entity.serializedState.value == "2"


def test_operations_without_a_result_are_handed_out_once_more(
    stub: TaskHubSidecarServiceStub, open_stream: OpenStream
) -> None:
    for number in range(3):
        stub.SignalEntity(
            pb.SignalEntityRequest(instanceId="@counter@a", name="add", requestId=str(number))
        )
    stream = open_stream()
    batch = stream.next()
    assert len(batch.entityRequestV2.operationRequests) == 3
    stub.CompleteEntityTask(
        pb.EntityBatchResult(
            results=[pb.OperationResult(success=pb.OperationResultSuccess())],
            completionToken=batch.completionToken,
        )
    )

    left = stream.next().entityRequestV2.operationRequests

    assert [one.entityOperationSignaled.requestId for one in left] == ["1", "2"]


def test_a_turn_that_cannot_be_applied_fails_its_instance_instead_of_hanging(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, open_stream: OpenStream
) -> None:
    instance_id = client.schedule_new_orchestration("story")
    turn = open_stream().next()
    signal = pb.EntityOperationSignaledEvent(
        operation="add", targetInstanceId=StringValue(value="no entity id")
    )
    action = pb.OrchestratorAction(
        id=1, sendEntityMessage=pb.SendEntityMessageAction(entityOperationSignaled=signal)
    )

    answer_turn(stub, turn, [action])

    state = completed(client, instance_id)
    assert state.runtime_status is OrchestrationStatus.FAILED
    assert state.failure_details is not None
    assert "no entity id" in state.failure_details.message


def test_a_child_without_an_id_gets_one_of_its_parents_run(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, open_stream: OpenStream
) -> None:
    client.schedule_new_orchestration("story", instance_id="parent")
    stream = open_stream()
    turn = stream.next()
    answer_turn(
        stub, turn, [helpers.new_create_sub_orchestration_action(1, "child", None, None, None)]
    )

    child = stream.next().orchestratorRequest

    assert child.instanceId == f"{turn.orchestratorRequest.executionId.value}:0001"
    parent = child.newEvents[1].executionStarted.parentInstance
    assert parent.orchestrationInstance.instanceId == "parent"
    assert parent.taskScheduledId == 1


def test_a_terminate_action_ends_its_target_and_one_without_target_does_no_harm(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, open_stream: OpenStream
) -> None:
    stream = open_stream()
    client.schedule_new_orchestration("target", instance_id="target")
    answer_turn(stub, stream.next(), [])
    client.schedule_new_orchestration("story", instance_id="story")
    actions = [
        pb.OrchestratorAction(
            id=number, terminateOrchestration=pb.TerminateOrchestrationAction(instanceId=target)
        )
        for number, target in enumerate(("target", "unknown"), start=1)
    ]

    answer_turn(stub, stream.next(), actions + finish())

    assert completed(client, "target").runtime_status is OrchestrationStatus.TERMINATED
    assert completed(client, "story").runtime_status is OrchestrationStatus.COMPLETED


def test_a_worker_that_never_comes_leaves_the_work_waiting(
    hub: ThreadHub, client: TaskHubGrpcClient
) -> None:
    instance_id = client.schedule_new_orchestration("story")

    with pytest.raises(TimeoutError):
        client.wait_for_orchestration_start(instance_id, timeout=0.1)

    eventually(lambda: _status(client, instance_id), OrchestrationStatus.PENDING)


def _status(client: TaskHubGrpcClient, instance_id: str) -> OrchestrationStatus | None:
    state = client.get_orchestration_state(instance_id)
    return None if state is None else state.runtime_status
