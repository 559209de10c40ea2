"""Starting, ending, pausing and purging orchestrations on the task hub."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import grpc
import pytest
from durabletask import task
from durabletask.client import OrchestrationStatus, TaskHubGrpcClient
from durabletask.history import ExecutionCompletedEvent, ExecutionStartedEvent
from durabletask.internal import orchestrator_service_pb2 as pb
from durabletask.internal.orchestrator_service_pb2_grpc import TaskHubSidecarServiceStub

from emulators.tests.integration.task_hub.served_hubs import (
    StartWorker,
    ThreadHub,
    completed,
    eventually,
    refused_with,
)


def waiter(context: task.OrchestrationContext, _: Any) -> Any:
    return (yield context.wait_for_external_event("go"))


def instant(context: task.OrchestrationContext, given: Any) -> Any:
    return given
    yield


def failing(context: task.OrchestrationContext, _: Any) -> Any:
    raise ValueError("on purpose")
    yield


def status_of(client: TaskHubGrpcClient, instance_id: str) -> Callable[[], Any]:
    def read() -> OrchestrationStatus | None:
        state = client.get_orchestration_state(instance_id)
        return None if state is None else state.runtime_status

    return read


# Starting


def test_a_running_id_is_refused_and_a_finished_one_replaced(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    start_worker(orchestrators=(waiter, instant))
    client.schedule_new_orchestration(waiter, instance_id="op-1")

    code = refused_with(lambda: client.schedule_new_orchestration(instant, instance_id="op-1"))
    client.raise_orchestration_event("op-1", "go", data="first")
    assert completed(client, "op-1").get_output() == "first"
    client.schedule_new_orchestration(instant, input="second", instance_id="op-1")

    assert code is grpc.StatusCode.ALREADY_EXISTS
    assert completed(client, "op-1").get_output() == "second"
    assert completed(client, "op-1").name.endswith("instant")


@pytest.mark.parametrize(
    ("replaceable", "is_replaced"),
    [
        ([], False),
        ([pb.ORCHESTRATION_STATUS_FAILED], False),
        ([pb.ORCHESTRATION_STATUS_COMPLETED], True),
    ],
    ids=["nothing is replaceable", "failed ones only", "completed ones"],
)
def test_a_reuse_policy_that_is_sent_counts_even_when_it_is_empty(
    client: TaskHubGrpcClient,
    start_worker: StartWorker,
    replaceable: list[pb.OrchestrationStatus],
    is_replaced: bool,
) -> None:
    start_worker(orchestrators=(instant,))
    client.schedule_new_orchestration(instant, input=1, instance_id="op-1")
    completed(client, "op-1")
    policy = pb.OrchestrationIdReusePolicy(replaceableStatus=replaceable)

    def again() -> str:
        return client.schedule_new_orchestration(
            instant, input=2, instance_id="op-1", reuse_id_policy=policy
        )

    if is_replaced:
        again()
    else:
        assert refused_with(again) is grpc.StatusCode.ALREADY_EXISTS
    assert completed(client, "op-1").get_output() == (2 if is_replaced else 1)


def test_a_policy_may_replace_what_still_runs(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    start_worker(orchestrators=(waiter, instant))
    client.schedule_new_orchestration(waiter, instance_id="op-1")
    client.wait_for_orchestration_start("op-1")
    policy = pb.OrchestrationIdReusePolicy(replaceableStatus=[pb.ORCHESTRATION_STATUS_RUNNING])

    client.schedule_new_orchestration(
        instant, input="new", instance_id="op-1", reuse_id_policy=policy
    )

    assert completed(client, "op-1").get_output() == "new"


@pytest.mark.parametrize(
    "instance_id",
    ["@counter@x", "a/b", "a\\b", "a#b", "a?b", "a\nb", "a\x7fb", "a\x9fb", "x" * 257],
    ids=["at", "slash", "backslash", "hash", "question", "newline", "delete", "c1", "long"],
)
def test_ids_that_azure_refuses_are_refused(client: TaskHubGrpcClient, instance_id: str) -> None:
    code = refused_with(
        lambda: client.schedule_new_orchestration(instant, instance_id=instance_id)
    )

    assert code is grpc.StatusCode.INVALID_ARGUMENT


def test_a_delayed_start_waits_for_its_time_and_keeps_what_comes_before_it(
    hub: ThreadHub, client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    start_worker(orchestrators=(waiter,))
    due = hub.clock.now() + timedelta(minutes=20)
    instance_id = client.schedule_new_orchestration(waiter, start_at=due)
    client.raise_orchestration_event(instance_id, "go", data="early")

    assert status_of(client, instance_id)() is OrchestrationStatus.PENDING
    assert completed(client, instance_id).get_output() == "early"
    assert hub.clock.now() >= due


def test_tags_and_version_are_kept_through_continue_as_new(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, start_worker: StartWorker
) -> None:
    def twice(context: task.OrchestrationContext, run: int) -> Any:
        if run == 1:
            context.continue_as_new(2)
            return None
        return context.version
        yield

    start_worker(orchestrators=(twice,))
    instance_id = client.schedule_new_orchestration(
        twice, input=1, tags={"owner": "fraud-team"}, version="1.4"
    )

    state = completed(client, instance_id)

    stored = stub.GetInstance(pb.GetInstanceRequest(instanceId=instance_id)).orchestrationState
    assert state.get_output() == "1.4"
    assert dict(stored.tags) == {"owner": "fraud-team"}
    assert stored.version.value == "1.4"
    assert stored.HasField("completedTimestamp")


# Ending


def test_a_terminated_orchestration_runs_no_further_and_late_results_change_nothing(
    hub: ThreadHub, client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    release = threading.Event()

    def slow(_: task.ActivityContext, __: None) -> str:
        release.wait(5)
        return "late"

    def worker_of(context: task.OrchestrationContext, _: None) -> Any:
        yield context.call_activity(slow)
        yield context.call_activity(slow)

    start_worker(orchestrators=(worker_of,), activities=(slow,))
    instance_id = client.schedule_new_orchestration(worker_of)
    eventually(status_of(client, instance_id), OrchestrationStatus.RUNNING)

    client.terminate_orchestration(instance_id, output="stopped")
    state = completed(client, instance_id)
    before = client.get_orchestration_history(instance_id)
    release.set()
    eventually(hub.unfinished_activities, 0)

    assert state.runtime_status is OrchestrationStatus.TERMINATED
    assert state.get_output() == "stopped"
    assert client.get_orchestration_history(instance_id) == before
    assert sum(isinstance(event, ExecutionCompletedEvent) for event in before) == 1


@pytest.mark.parametrize("recursive", [True, False], ids=["with children", "alone"])
def test_children_end_with_their_parent_when_that_is_asked_for(
    client: TaskHubGrpcClient, start_worker: StartWorker, recursive: bool
) -> None:
    def parent(context: task.OrchestrationContext, depth: int) -> Any:
        if depth == 0:
            yield context.wait_for_external_event("go")
        else:
            yield context.call_sub_orchestrator(
                parent, input=depth - 1, instance_id=f"depth-{depth - 1}"
            )

    start_worker(orchestrators=(parent,))
    client.schedule_new_orchestration(parent, input=2, instance_id="depth-2")
    eventually(status_of(client, "depth-0"), OrchestrationStatus.RUNNING)

    client.terminate_orchestration("depth-2", recursive=recursive)

    ended = OrchestrationStatus.TERMINATED if recursive else OrchestrationStatus.RUNNING
    assert status_of(client, "depth-2")() is OrchestrationStatus.TERMINATED
    assert status_of(client, "depth-1")() is ended
    assert status_of(client, "depth-0")() is ended


def test_what_is_terminated_before_its_first_turn_tells_what_it_would_have_been(
    client: TaskHubGrpcClient,
) -> None:
    instance_id = client.schedule_new_orchestration("never", input=7)

    client.terminate_orchestration(instance_id)

    history = client.get_orchestration_history(instance_id)
    started = next(event for event in history if isinstance(event, ExecutionStartedEvent))
    assert (started.name, started.input) == ("never", "7")
    assert [type(event).__name__ for event in history] == [
        "OrchestratorStartedEvent",
        "ExecutionStartedEvent",
        "ExecutionTerminatedEvent",
        "ExecutionCompletedEvent",
        "OrchestratorCompletedEvent",
    ]


def test_a_parent_hears_that_its_child_was_terminated(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def parent(context: task.OrchestrationContext, _: None) -> Any:
        try:
            yield context.call_sub_orchestrator(waiter, instance_id="child")
        except task.TaskFailedError as error:
            return error.details.message

    start_worker(orchestrators=(parent, waiter))
    instance_id = client.schedule_new_orchestration(parent)
    eventually(status_of(client, "child"), OrchestrationStatus.RUNNING)

    client.terminate_orchestration("child", output="too slow")

    assert "too slow" in completed(client, instance_id).get_output()


@pytest.mark.parametrize("call", ["raise", "terminate", "suspend", "resume"])
def test_what_is_not_there_is_not_found_and_what_has_ended_is_refused(
    client: TaskHubGrpcClient, start_worker: StartWorker, call: str
) -> None:
    calls: dict[str, Callable[[str], None]] = {
        "raise": lambda instance_id: client.raise_orchestration_event(instance_id, "go"),
        "terminate": client.terminate_orchestration,
        "suspend": client.suspend_orchestration,
        "resume": client.resume_orchestration,
    }
    start_worker(orchestrators=(instant,))
    client.schedule_new_orchestration(instant, instance_id="ended")
    completed(client, "ended")

    assert refused_with(lambda: calls[call]("unknown")) is grpc.StatusCode.NOT_FOUND
    assert refused_with(lambda: calls[call]("ended")) is grpc.StatusCode.FAILED_PRECONDITION


# Pausing


def test_a_suspended_orchestration_keeps_events_and_timers_until_it_is_resumed(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def paused(context: task.OrchestrationContext, _: None) -> Any:
        yield context.create_timer(timedelta(minutes=1))
        return (yield context.wait_for_external_event("go"))

    start_worker(orchestrators=(paused,))
    instance_id = client.schedule_new_orchestration(paused)
    client.wait_for_orchestration_start(instance_id)
    client.suspend_orchestration(instance_id, reason="cost")
    client.raise_orchestration_event(instance_id, "go", data=1)
    with pytest.raises(TimeoutError):
        client.wait_for_orchestration_completion(instance_id, timeout=0.1)
    assert status_of(client, instance_id)() is OrchestrationStatus.SUSPENDED

    client.resume_orchestration(instance_id)

    assert completed(client, instance_id).get_output() == 1


def test_a_suspended_orchestration_can_be_terminated(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    start_worker(orchestrators=(waiter,))
    instance_id = client.schedule_new_orchestration(waiter)
    client.suspend_orchestration(instance_id)

    client.terminate_orchestration(instance_id)

    assert completed(client, instance_id).runtime_status is OrchestrationStatus.TERMINATED


# Purging


def test_purging_deletes_what_has_ended_and_nothing_else(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    start_worker(orchestrators=(waiter, instant))
    client.schedule_new_orchestration(waiter, instance_id="running")
    client.schedule_new_orchestration(instant, instance_id="ended")
    completed(client, "ended")

    assert client.purge_orchestration("running").deleted_instance_count == 0
    assert client.purge_orchestration("unknown").deleted_instance_count == 0
    assert client.purge_orchestration("ended").deleted_instance_count == 1
    assert client.get_orchestration_state("ended") is None
    assert client.get_orchestration_state("running") is not None
    with pytest.raises(grpc.RpcError):
        client.get_orchestration_history("ended")


def test_purging_by_filter_and_with_children(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def parent(context: task.OrchestrationContext, _: None) -> Any:
        yield context.call_sub_orchestrator(instant, instance_id="child")

    start_worker(orchestrators=(parent, instant, failing))
    completed(client, client.schedule_new_orchestration(parent, instance_id="parent"))
    completed(client, client.schedule_new_orchestration(failing, instance_id="failed"))

    failed = client.purge_orchestrations_by(runtime_status=[OrchestrationStatus.FAILED])
    family = client.purge_orchestration("parent", recursive=True)

    assert (failed.deleted_instance_count, failed.is_complete) == (1, True)
    assert family.deleted_instance_count == 2
    assert client.get_all_orchestration_states() == []
