"""Queries of instances and their pages, and what a replay finds in the history."""

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from durabletask import task
from durabletask.client import OrchestrationQuery, OrchestrationStatus, TaskHubGrpcClient
from durabletask.internal import orchestrator_service_pb2 as pb
from durabletask.internal.orchestrator_service_pb2_grpc import TaskHubSidecarServiceStub

from emulators.tests.integration.task_hub.served_hubs import StartWorker, ThreadHub, completed


def instant(context: task.OrchestrationContext, given: Any) -> Any:
    return given
    yield


def failing(context: task.OrchestrationContext, _: Any) -> Any:
    raise ValueError("on purpose")
    yield


@pytest.fixture
def seven(client: TaskHubGrpcClient, start_worker: StartWorker) -> list[str]:
    """Five that completed, one that failed, one that waits."""
    start_worker(orchestrators=(instant, failing), filters=True)
    ids = [f"op-{number}" for number in range(5)]
    for instance_id in ids:
        client.schedule_new_orchestration(instant, input=instance_id, instance_id=instance_id)
        completed(client, instance_id)
    client.schedule_new_orchestration(failing, instance_id="sweep-failed")
    completed(client, "sweep-failed")
    client.schedule_new_orchestration("waiting", instance_id="sweep-waiting")
    return [*ids, "sweep-failed", "sweep-waiting"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (OrchestrationQuery(), slice(None)),
        (OrchestrationQuery(max_instance_count=2), slice(None)),
        (OrchestrationQuery(max_instance_count=7), slice(None)),
        (OrchestrationQuery(instance_id_prefix="op-", max_instance_count=3), slice(0, 5)),
        (OrchestrationQuery(runtime_status=[OrchestrationStatus.FAILED]), slice(5, 6)),
        (
            OrchestrationQuery(
                runtime_status=[OrchestrationStatus.FAILED, OrchestrationStatus.PENDING]
            ),
            slice(5, 7),
        ),
        (OrchestrationQuery(created_time_to=datetime(2020, 1, 1, tzinfo=UTC)), slice(0, 0)),
        (OrchestrationQuery(created_time_from=datetime(2020, 1, 1, tzinfo=UTC)), slice(None)),
    ],
    ids=["all", "pages", "one page", "prefix", "status", "statuses", "older", "newer"],
)
def test_queries_find_what_they_ask_for_over_all_pages(
    client: TaskHubGrpcClient, seven: list[str], query: OrchestrationQuery, found: slice
) -> None:
    states = client.get_all_orchestration_states(query)

    assert [state.instance_id for state in states] == seven[found]


def test_a_query_for_one_moment_finds_what_was_created_then(
    client: TaskHubGrpcClient, seven: list[str]
) -> None:
    state = client.get_orchestration_state(seven[2])
    assert state is not None

    found = client.get_all_orchestration_states(
        OrchestrationQuery(created_time_from=state.created_at, created_time_to=state.created_at)
    )

    assert [state.instance_id for state in found] == [seven[2]]


@pytest.mark.parametrize("with_payloads", [True, False])
def test_payloads_come_only_when_they_are_asked_for(
    client: TaskHubGrpcClient, seven: list[str], with_payloads: bool
) -> None:
    query = OrchestrationQuery(instance_id_prefix="op-1", fetch_inputs_and_outputs=with_payloads)

    [listed] = client.get_all_orchestration_states(query)
    fetched = client.get_orchestration_state("op-1", fetch_payloads=with_payloads)

    assert fetched is not None
    for state in (listed, fetched):
        assert (state.get_input(), state.get_output()) == (
            ("op-1", "op-1") if with_payloads else (None, None)
        )


def test_finished_ids_are_listed_in_the_order_of_their_completion(
    client: TaskHubGrpcClient, seven: list[str]
) -> None:
    listed: list[str] = []
    page = client.list_instance_ids(page_size=4)
    listed += page.items
    while page.continuation_token:
        page = client.list_instance_ids(page_size=4, continuation_token=page.continuation_token)
        listed += page.items

    assert listed == seven[:6]
    assert client.list_instance_ids(runtime_status=[OrchestrationStatus.FAILED]).items == [
        "sweep-failed"
    ]
    with pytest.raises(grpc.RpcError):
        client.list_instance_ids(continuation_token="made up")


def test_an_unknown_instance_is_absent_and_nobody_waits_for_it(client: TaskHubGrpcClient) -> None:
    assert client.get_orchestration_state("unknown") is None
    assert client.wait_for_orchestration_completion("unknown", timeout=5) is None


def test_many_waits_at_once_need_no_threads(
    hub: ThreadHub, client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    """The in-memory backend of the SDK freezes at nine."""

    def waiter(context: task.OrchestrationContext, _: None) -> Any:
        return (yield context.wait_for_external_event("go"))

    start_worker(orchestrators=(waiter,))
    instance_id = client.schedule_new_orchestration(waiter)
    request = pb.GetInstanceRequest(instanceId=instance_id, getInputsAndOutputs=True)
    with grpc.insecure_channel(hub.address) as channel:
        stub = TaskHubSidecarServiceStub(channel)
        waits = [stub.WaitForInstanceCompletion.future(request) for _ in range(200)]
        client.raise_orchestration_event(instance_id, "go", data=1)

        outputs = {wait.result(timeout=5).orchestrationState.output.value for wait in waits}

    assert outputs == {"1"}


def test_each_replay_sees_the_same_times_and_ids(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    replays: list[list[Any]] = []

    def story(context: task.OrchestrationContext, _: None) -> Any:
        seen: list[Any] = []
        replays.append(seen)
        for minutes in (1, 2, 3):
            seen.append((context.current_utc_datetime, context.new_uuid()))
            yield context.create_timer(timedelta(minutes=minutes))
        seen.append((context.current_utc_datetime, context.new_uuid()))

    start_worker(orchestrators=(story,))
    completed(client, client.schedule_new_orchestration(story))

    assert [len(seen) for seen in replays] == [1, 2, 3, 4]
    assert all(seen == replays[-1][: len(seen)] for seen in replays)


def test_deleting_the_task_hub_empties_it(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, seven: list[str]
) -> None:
    stub.CreateTaskHub(pb.CreateTaskHubRequest())
    assert len(client.get_all_orchestration_states()) == len(seven)

    stub.DeleteTaskHub(pb.DeleteTaskHubRequest())

    assert client.get_all_orchestration_states() == []
    client.schedule_new_orchestration(instant, input=1, instance_id=seven[0])
    assert completed(client, seven[0]).get_output() == 1
