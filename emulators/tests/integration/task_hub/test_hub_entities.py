"""Entities on the task hub: operations, signals, locks, queries and their end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import grpc
import pytest
from durabletask import entities, task
from durabletask.client import EntityQuery, TaskHubGrpcClient
from durabletask.entities import EntityInstanceId
from durabletask.internal import orchestrator_service_pb2 as pb
from durabletask.internal.orchestrator_service_pb2_grpc import TaskHubSidecarServiceStub

from emulators.tests.integration.task_hub.served_hubs import StartWorker, ThreadHub, eventually

COUNTER = EntityInstanceId("counter", "main")


def counter(context: entities.EntityContext, given: Any) -> Any:
    value = context.get_state(int, 0)
    match context.operation:
        case "add":
            context.set_state(value + given)
            return value + given
        case "get":
            return value
        case "delete":
            context.set_state(None)
        case "fail":
            context.set_state(-1)
            raise ValueError("no such operation")
        case "start":
            context.schedule_new_orchestration("recorder", given)
        case "tell":
            context.set_state(value + given)
            context.schedule_new_orchestration("messenger", value + given, instance_id="news")
        case "forward":
            context.signal_entity(EntityInstanceId("counter", given), "add", input=value)


def output(client: TaskHubGrpcClient, orchestrator: Any, given: Any = None) -> Any:
    instance_id = client.schedule_new_orchestration(orchestrator, input=given)
    state = client.wait_for_orchestration_completion(instance_id, timeout=10)
    assert state is not None
    state.raise_if_failed()
    return state.get_output()


def value_of(client: TaskHubGrpcClient, entity: EntityInstanceId) -> Callable[[], Any]:
    def read() -> Any:
        metadata = client.get_entity(entity)
        return None if metadata is None else metadata.get_state(int)

    return read


def test_calls_answer_with_results_and_signals_leave_their_mark(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def caller(context: task.OrchestrationContext, _: None) -> Any:
        context.signal_entity(COUNTER, "add", 1)
        first = yield context.call_entity(COUNTER, "add", 10)
        second = yield context.call_entity(COUNTER, "get")
        return [first, second]

    start_worker(orchestrators=(caller,), entities=(counter,))

    assert output(client, caller) == [11, 11]
    assert value_of(client, COUNTER)() == 11


def test_a_failed_operation_is_told_to_its_caller_and_leaves_the_state_alone(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def caller(context: task.OrchestrationContext, _: None) -> Any:
        yield context.call_entity(COUNTER, "add", 5)
        try:
            yield context.call_entity(COUNTER, "fail")
        except task.TaskFailedError as error:
            return str(error)

    start_worker(orchestrators=(caller,), entities=(counter,))

    assert "no such operation" in output(client, caller)
    assert value_of(client, COUNTER)() == 5


def test_two_hundred_signals_count_one_by_one(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    start_worker(entities=(counter,))
    for _ in range(200):
        client.signal_entity(COUNTER, "add", 1)

    eventually(value_of(client, COUNTER), 200)


def test_a_delayed_signal_waits_for_its_time(
    hub: ThreadHub, client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    start_worker(entities=(counter,))
    due = hub.clock.now() + timedelta(minutes=20)
    client.signal_entity(COUNTER, "add", 1, signal_time=due)
    client.signal_entity(COUNTER, "add", 10)

    eventually(value_of(client, COUNTER), 10)
    assert hub.clock.now() < due
    eventually(value_of(client, COUNTER), 11)
    assert hub.clock.now() >= due


def test_a_lock_holds_back_what_everybody_else_asks_for(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, start_worker: StartWorker
) -> None:
    """Not only other locks: calls and signals of others wait as well, and come through later."""

    def holder(context: task.OrchestrationContext, _: None) -> Any:
        with (yield context.lock_entities([COUNTER])):
            seen = [(yield context.call_entity(COUNTER, "get"))]
            yield context.wait_for_external_event("go on")
            seen.append((yield context.call_entity(COUNTER, "get")))
        return seen

    def intruder(context: task.OrchestrationContext, _: None) -> Any:
        return (yield context.call_entity(COUNTER, "add", 100))

    start_worker(orchestrators=(holder, intruder), entities=(counter,))
    holding = client.schedule_new_orchestration(holder)
    eventually(lambda: _locked_by(stub), holding)
    intruding = client.schedule_new_orchestration(intruder)
    client.signal_entity(COUNTER, "add", 1)
    eventually(lambda: _backlog(stub), 2)
    client.raise_orchestration_event(holding, "go on")

    held = client.wait_for_orchestration_completion(holding, timeout=10)
    assert held is not None
    assert held.get_output() == [0, 0]
    assert client.wait_for_orchestration_completion(intruding, timeout=10)
    eventually(value_of(client, COUNTER), 101)


def _traces(stub: TaskHubSidecarServiceStub) -> pb.EntityMetadata:
    """What the SDK's own metadata hides: it takes the lock's owner for an entity."""
    query = pb.EntityQuery(includeTransient=True)
    found = stub.QueryEntities(pb.QueryEntitiesRequest(query=query)).entities
    return found[0] if found else pb.EntityMetadata()


def _locked_by(stub: TaskHubSidecarServiceStub) -> str:
    return _traces(stub).lockedBy.value


def _backlog(stub: TaskHubSidecarServiceStub) -> int:
    return _traces(stub).backlogQueueSize


def test_transfers_under_locks_of_both_accounts_lose_nothing(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    accounts = [EntityInstanceId("counter", name) for name in ("a", "b")]

    def transfer(context: task.OrchestrationContext, direction: int) -> Any:
        source, target = accounts[::direction]
        with (yield context.lock_entities([source, target])):
            yield context.call_entity(source, "add", -1)
            balance = yield context.call_entity(target, "get")
            yield context.call_entity(target, "add", 1)
            return (yield context.call_entity(target, "get")) == balance + 1

    start_worker(orchestrators=(transfer,), entities=(counter,))
    ids = [
        client.schedule_new_orchestration(transfer, input=1 if number % 2 else -1)
        for number in range(10)
    ]

    states = [client.wait_for_orchestration_completion(one, timeout=10) for one in ids]

    assert [state.get_output() for state in states if state] == [True] * 10
    eventually(lambda: [value_of(client, account)() for account in accounts], [0, 0])


@pytest.mark.parametrize("ending", ["terminate", "fail", "continue as new"])
def test_whoever_ends_while_holding_a_lock_gives_it_back(
    client: TaskHubGrpcClient,
    stub: TaskHubSidecarServiceStub,
    start_worker: StartWorker,
    ending: str,
) -> None:
    def holder(context: task.OrchestrationContext, run: int) -> Any:
        if run == 2:
            return "again"
        yield context.lock_entities([COUNTER])
        what = yield context.wait_for_external_event("end")
        if what == "fail":
            raise ValueError("while holding a lock")
        context.continue_as_new(2)

    def caller(context: task.OrchestrationContext, _: None) -> Any:
        return (yield context.call_entity(COUNTER, "add", 3))

    start_worker(orchestrators=(holder, caller), entities=(counter,))
    holding = client.schedule_new_orchestration(holder, input=1)
    eventually(lambda: _locked_by(stub), holding)

    if ending == "terminate":
        client.terminate_orchestration(holding)
    else:
        client.raise_orchestration_event(holding, "end", data=ending)

    assert output(client, caller) == 3


def test_a_lock_that_is_still_awaited_at_the_end_is_never_granted(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, start_worker: StartWorker
) -> None:
    def holder(context: task.OrchestrationContext, _: None) -> Any:
        with (yield context.lock_entities([COUNTER])):
            yield context.wait_for_external_event("end")

    start_worker(orchestrators=(holder,), entities=(counter,))
    first = client.schedule_new_orchestration(holder)
    eventually(lambda: _locked_by(stub), first)
    second = client.schedule_new_orchestration(holder)
    eventually(lambda: _backlog(stub), 1)

    client.terminate_orchestration(second)
    client.raise_orchestration_event(first, "end")

    assert client.wait_for_orchestration_completion(first, timeout=10)
    eventually(lambda: _locked_by(stub), "")


def test_entities_signal_each_other_and_start_orchestrations(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    recorded: list[Any] = []

    def recorder(context: task.OrchestrationContext, given: Any) -> Any:
        recorded.append(given)
        return given
        yield

    start_worker(orchestrators=(recorder,), entities=(counter,))
    client.signal_entity(COUNTER, "add", 4)
    client.signal_entity(COUNTER, "forward", "other")
    client.signal_entity(COUNTER, "start", "from an entity")

    eventually(value_of(client, EntityInstanceId("counter", "other")), 4)
    eventually(lambda: recorded, ["from an entity"])


def test_an_id_that_an_entity_starts_while_it_runs_goes_on_and_the_entity_too(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def messenger(context: task.OrchestrationContext, given: Any) -> Any:
        yield context.wait_for_external_event("deliver")
        return given

    start_worker(orchestrators=(messenger,), entities=(counter,))
    client.signal_entity(COUNTER, "tell", 1)
    client.signal_entity(COUNTER, "tell", 1)
    eventually(value_of(client, COUNTER), 2)
    client.raise_orchestration_event("news", "deliver")
    state = client.wait_for_orchestration_completion("news", timeout=10)
    assert state is not None
    assert state.get_output() == 1


def test_entities_are_listed_page_by_page_and_a_deleted_one_is_gone(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    start_worker(entities=(counter,))
    for number in range(5):
        client.signal_entity(EntityInstanceId("counter", f"c{number}"), "add", number)
    eventually(lambda: len(client.get_all_entities()), 5)

    client.signal_entity(EntityInstanceId("counter", "c3"), "delete")

    eventually(value_of(client, EntityInstanceId("counter", "c3")), None)
    listed = client.get_all_entities(
        EntityQuery(instance_id_starts_with="@counter@c", page_size=2)
    )
    assert [str(one.id) for one in listed] == [f"@counter@c{number}" for number in (0, 1, 2, 4)]
    assert [one.get_state(int) for one in listed] == [0, 1, 2, 4]
    assert not client.get_all_entities(EntityQuery(instance_id_starts_with="@other@"))
    assert client.clean_entity_storage().empty_entities_removed == 1


def test_answers_of_entities_do_not_reach_a_later_run_of_their_caller(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def eternal(context: task.OrchestrationContext, run: int) -> Any:
        if run == 1:
            context.call_entity(COUNTER, "add", 1)
            yield context.create_timer(timedelta(seconds=0))
            context.continue_as_new(2)
            return None
        yield context.create_timer(timedelta(minutes=10))
        return "undisturbed"

    instance_id = client.schedule_new_orchestration(eternal, input=1)
    start_worker(orchestrators=(eternal,))
    eventually(lambda: _input_of(client, instance_id), 2)
    start_worker(entities=(counter,), filters=True)

    state = client.wait_for_orchestration_completion(instance_id, timeout=10)

    assert state is not None
    assert state.get_output() == "undisturbed"


def _input_of(client: TaskHubGrpcClient, instance_id: str) -> Any:
    state = client.get_orchestration_state(instance_id)
    assert state is not None
    return state.get_input()


def test_entity_names_are_compared_in_lower_case(
    client: TaskHubGrpcClient, stub: TaskHubSidecarServiceStub, start_worker: StartWorker
) -> None:
    start_worker(entities=(counter,))
    stub.SignalEntity(
        pb.SignalEntityRequest(instanceId="@Counter@Main", name="add", input={"value": "2"})
    )

    eventually(value_of(client, EntityInstanceId("counter", "Main")), 2)


@pytest.mark.parametrize("entity_id", ["counter", "@counter", "@@main", "x@counter@main"])
def test_what_is_no_entity_id_is_refused(stub: TaskHubSidecarServiceStub, entity_id: str) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        stub.SignalEntity(pb.SignalEntityRequest(instanceId=entity_id, name="add"))

    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
