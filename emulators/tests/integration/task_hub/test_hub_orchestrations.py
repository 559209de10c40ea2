"""Orchestrations on the task hub, driven by durabletask's own client and worker."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from durabletask import task
from durabletask.client import OrchestrationState, OrchestrationStatus, TaskHubGrpcClient
from durabletask.history import HistoryEvent, OrchestratorStartedEvent

from emulators.tests.integration.task_hub.served_hubs import StartWorker, ThreadHub, completed


def double(_: task.ActivityContext, value: int) -> int:
    return value * 2


def explode(_: task.ActivityContext, message: str) -> None:
    raise ValueError(message)


def run(
    client: TaskHubGrpcClient, orchestrator: Any, given: Any = None, **options: Any
) -> OrchestrationState:
    instance_id = client.schedule_new_orchestration(orchestrator, input=given, **options)
    return completed(client, instance_id)


def event_names(client: TaskHubGrpcClient, instance_id: str) -> list[str]:
    return [type(event).__name__ for event in history(client, instance_id)]


def history(client: TaskHubGrpcClient, instance_id: str) -> list[HistoryEvent]:
    return client.get_orchestration_history(instance_id)


def test_a_chain_passes_results_on_and_leaves_a_well_framed_history(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def chain(context: task.OrchestrationContext, value: int) -> Any:
        for _ in range(2):
            value = yield context.call_activity(double, input=value)
        return value

    start_worker(orchestrators=(chain,), activities=(double,))

    state = run(client, chain, 5)

    assert state.runtime_status is OrchestrationStatus.COMPLETED
    assert state.get_output() == 20
    assert event_names(client, state.instance_id) == [
        *("OrchestratorStartedEvent", "ExecutionStartedEvent", "TaskScheduledEvent"),
        "OrchestratorCompletedEvent",
        *("OrchestratorStartedEvent", "TaskCompletedEvent", "TaskScheduledEvent"),
        "OrchestratorCompletedEvent",
        *("OrchestratorStartedEvent", "TaskCompletedEvent", "ExecutionCompletedEvent"),
        "OrchestratorCompletedEvent",
    ]


def test_all_times_of_a_history_are_the_hubs_and_its_turns_never_run_back(
    hub: ThreadHub, client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def waiter(context: task.OrchestrationContext, _: None) -> Any:
        began = context.current_utc_datetime
        yield context.create_timer(timedelta(minutes=30))
        return (context.current_utc_datetime - began).total_seconds()

    start_worker(orchestrators=(waiter,))
    before = hub.clock.now()

    state = run(client, waiter)

    events = history(client, state.instance_id)
    assert all(before <= event.timestamp <= hub.clock.now() for event in events)
    turns = [event.timestamp for event in events if isinstance(event, OrchestratorStartedEvent)]
    assert len(turns) == 2
    assert turns == sorted(turns)
    assert 1800 <= state.get_output() < 3600


def test_fan_out_gathers_all_results_in_order(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def fan(context: task.OrchestrationContext, width: int) -> Any:
        results = yield task.when_all(
            [context.call_activity(double, input=n) for n in range(width)]
        )
        return results

    start_worker(orchestrators=(fan,), activities=(double,))

    assert run(client, fan, 40).get_output() == [n * 2 for n in range(40)]


def test_a_failing_activity_fails_its_orchestration_with_the_reason(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def fragile(context: task.OrchestrationContext, message: str) -> Any:
        yield context.call_activity(explode, input=message)

    start_worker(orchestrators=(fragile,), activities=(explode,))

    state = run(client, fragile, "no capacity")

    assert state.runtime_status is OrchestrationStatus.FAILED
    assert state.failure_details is not None
    assert "no capacity" in state.failure_details.message


def test_an_activity_that_fails_without_a_message_is_a_failure_all_the_same(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def fragile(context: task.OrchestrationContext, _: None) -> Any:
        try:
            yield context.call_activity(explode, input="")
        except task.TaskFailedError as error:
            return error.details.error_type

    start_worker(orchestrators=(fragile,), activities=(explode,))

    assert run(client, fragile).get_output() == "builtins.ValueError"


def test_retries_wait_in_the_hubs_time_and_each_attempt_gets_one_result(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    attempts: list[int] = []

    def flaky(_: task.ActivityContext, value: int) -> int:
        attempts.append(value)
        if len(attempts) < 3:
            raise RuntimeError("not yet")
        return value

    def patient(context: task.OrchestrationContext, value: int) -> Any:
        policy = task.RetryPolicy(
            first_retry_interval=timedelta(minutes=2), max_number_of_attempts=5
        )
        began = context.current_utc_datetime
        result = yield context.call_activity(flaky, input=value, retry_policy=policy)
        return [result, (context.current_utc_datetime - began).total_seconds() >= 240]

    start_worker(orchestrators=(patient,), activities=(flaky,))

    assert run(client, patient, 7).get_output() == [7, True]
    assert attempts == [7, 7, 7]


def test_the_first_of_two_decides_and_the_late_one_changes_nothing(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def racer(context: task.OrchestrationContext, _: None) -> Any:
        soon = context.create_timer(timedelta(minutes=1))
        late = context.create_timer(timedelta(minutes=20))
        winner = yield task.when_any([soon, late])
        yield context.create_timer(timedelta(minutes=30))
        return winner is soon

    start_worker(orchestrators=(racer,))

    state = run(client, racer)

    assert state.get_output() is True
    assert event_names(client, state.instance_id).count("ExecutionCompletedEvent") == 1


def test_sub_orchestrations_report_results_and_failures_to_their_parent(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def child(context: task.OrchestrationContext, value: int) -> Any:
        yield context.create_timer(timedelta(minutes=1))
        if value < 0:
            raise ValueError("negative")
        return [context.instance_id, context.parent_instance_id, value]

    def parent(context: task.OrchestrationContext, _: None) -> Any:
        good = yield context.call_sub_orchestrator(child, input=1, instance_id="child-1")
        derived = yield context.call_sub_orchestrator(child, input=2)
        try:
            yield context.call_sub_orchestrator(child, input=-1)
        except task.TaskFailedError as error:
            return [good, derived, error.details.message]

    start_worker(orchestrators=(parent, child))

    state = run(client, parent, instance_id="parent-1")

    assert state.get_output() == [
        ["child-1", "parent-1", 1],
        ["parent-1:0002", "parent-1", 2],
        "negative",
    ]


def test_a_child_whose_id_already_runs_fails_at_its_parent(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def sleeper(context: task.OrchestrationContext, _: None) -> Any:
        yield context.wait_for_external_event("wake")

    def parent(context: task.OrchestrationContext, _: None) -> Any:
        try:
            yield context.call_sub_orchestrator(sleeper, instance_id="taken")
        except task.TaskFailedError as error:
            return error.details.message

    start_worker(orchestrators=(parent, sleeper))
    client.schedule_new_orchestration(sleeper, instance_id="taken")

    assert "already exists" in run(client, parent).get_output()


def test_external_events_arrive_in_order_and_are_kept_until_they_are_awaited(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def listener(context: task.OrchestrationContext, _: None) -> Any:
        yield context.create_timer(timedelta(minutes=5))
        first = yield context.wait_for_external_event("approval")
        second = yield context.wait_for_external_event("Approval")
        return [first, second]

    start_worker(orchestrators=(listener,))
    instance_id = client.schedule_new_orchestration(listener)
    for answer in ("yes", "no"):
        client.raise_orchestration_event(instance_id, "approval", data=answer)

    assert completed(client, instance_id).get_output() == ["yes", "no"]


def test_orchestrations_send_events_to_each_other_and_to_nobody(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def receiver(context: task.OrchestrationContext, _: None) -> Any:
        return (yield context.wait_for_external_event("news"))

    def sender(context: task.OrchestrationContext, target: str) -> Any:
        context.send_event("nobody-there", "news", data=0)
        context.send_event(target, "news", data={"from": context.instance_id})
        yield context.create_timer(timedelta(seconds=1))

    start_worker(orchestrators=(receiver, sender))
    target = client.schedule_new_orchestration(receiver)

    state = run(client, sender, target, instance_id="sender-1")

    assert state.runtime_status is OrchestrationStatus.COMPLETED
    assert completed(client, target).get_output() == {"from": "sender-1"}


def test_an_old_runs_timers_and_results_do_not_leak_through_continue_as_new(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    """The timer of the first run has the same number as the one that the second waits for."""

    def eternal(context: task.OrchestrationContext, run_number: int) -> Any:
        began = context.current_utc_datetime
        timer = context.create_timer(timedelta(minutes=10 if run_number == 1 else 40))
        if run_number == 1:
            yield context.call_activity(double, input=1)
            context.continue_as_new(2)
            return None
        yield timer
        return (context.current_utc_datetime - began) >= timedelta(minutes=40)

    start_worker(orchestrators=(eternal,), activities=(double,))

    state = run(client, eternal, 1)

    assert state.get_output() is True
    assert state.get_input() == 2


@pytest.mark.parametrize(
    ("save_events", "expected"), [(True, ["a", "b", "c"]), (False, ["c"])], ids=["saved", "lost"]
)
def test_continue_as_new_carries_unread_events_over_if_asked_to(
    client: TaskHubGrpcClient, start_worker: StartWorker, save_events: bool, expected: list[str]
) -> None:
    def collector(context: task.OrchestrationContext, state: dict[str, Any]) -> Any:
        if state["run"] == 1:
            yield context.wait_for_external_event("go")
            context.continue_as_new({"run": 2}, save_events=save_events)
            return None
        collected = []
        while not collected or collected[-1] != "c":
            collected.append((yield context.wait_for_external_event("item")))
        return collected

    start_worker(orchestrators=(collector,))
    instance_id = client.schedule_new_orchestration(collector, input={"run": 1})
    for name, data in (("item", "a"), ("item", "b"), ("go", None)):
        client.raise_orchestration_event(instance_id, name, data=data)
    while (state := client.get_orchestration_state(instance_id)) and state.get_input() != {
        "run": 2
    }:
        client.wait_for_orchestration_start(instance_id)
    client.raise_orchestration_event(instance_id, "item", data="c")

    assert completed(client, instance_id).get_output() == expected


def test_custom_status_is_shown_while_it_runs(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def reporter(context: task.OrchestrationContext, _: None) -> Any:
        context.set_custom_status({"phase": "Provisioning"})
        yield context.wait_for_external_event("done")

    start_worker(orchestrators=(reporter,))
    instance_id = client.schedule_new_orchestration(reporter)

    state = client.wait_for_orchestration_start(instance_id, fetch_payloads=True)

    assert state is not None
    assert state.serialized_custom_status == '{"phase": "Provisioning"}'


def test_a_payload_of_five_megabytes_travels(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    def measure(context: task.OrchestrationContext, text: str) -> Any:
        return len(text)
        yield

    start_worker(orchestrators=(measure,))

    assert run(client, measure, "x" * 5_000_000).get_output() == 5_000_000


def test_a_child_that_failed_may_be_tried_again_under_its_id(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    attempts: list[str] = []

    def child(context: task.OrchestrationContext, _: None) -> Any:
        attempts.append(context.instance_id)
        if len(attempts) < 3:
            raise RuntimeError("not yet")
        return len(attempts)
        yield

    def parent(context: task.OrchestrationContext, _: None) -> Any:
        policy = task.RetryPolicy(
            first_retry_interval=timedelta(minutes=1), max_number_of_attempts=3
        )
        return (yield context.call_sub_orchestrator(child, retry_policy=policy))

    start_worker(orchestrators=(parent, child))

    assert run(client, parent, instance_id="parent").get_output() == 3
    assert attempts == ["parent:0001"] * 3


def test_what_an_orchestration_starts_at_its_very_end_still_runs(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    ran = threading.Event()

    def notify(_: task.ActivityContext, __: None) -> None:
        ran.set()

    def hasty(context: task.OrchestrationContext, _: None) -> Any:
        context.call_activity(notify)
        context.create_timer(timedelta(days=900))
        return "gone"
        yield

    start_worker(orchestrators=(hasty,), activities=(notify,))

    assert run(client, hasty).get_output() == "gone"
    assert ran.wait(5)


def test_a_timer_beyond_the_longest_interval_fires_once_and_in_time(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    """The SDK cuts such a timer into pieces, each created when the one before has fired."""

    def hibernate(context: task.OrchestrationContext, _: None) -> Any:
        began = context.current_utc_datetime
        yield context.create_timer(timedelta(hours=2))
        return (context.current_utc_datetime - began).total_seconds()

    start_worker(orchestrators=(hibernate,), longest_timer=timedelta(minutes=45))

    state = run(client, hibernate)

    assert 7200 <= state.get_output() < 14400
    assert event_names(client, state.instance_id).count("TimerFiredEvent") == 3
