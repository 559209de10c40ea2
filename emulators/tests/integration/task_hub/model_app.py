"""A durable app whose orchestrations have one right answer each, whatever happens on the way."""

# The SDK runs these functions but its type annotations know only annotated ones.
# pyright: reportArgumentType=false

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
from durabletask import task
from durabletask.entities import EntityInstanceId

from emulators.functions_host.app_loader import index_function
from emulators.functions_host.functions import FunctionIndex

TALLY = EntityInstanceId("tally", "all")
ACCOUNTS = (EntityInstanceId("tally", "left"), EntityInstanceId("tally", "right"))
EVENTS = 3
"""How many events a `collecting` orchestration waits for."""

app = df.DFApp()


@app.activity_trigger(input_name="value")
def plus_one(value: int) -> int:
    return value + 1


@app.activity_trigger(input_name="value")
def break_down(value: int) -> None:
    raise ConnectionError(f"attempt of {value}")


@app.entity_trigger(context_name="context")
def tally(context: Any, amount: Any) -> int:
    total = context.get_state(int, 0) + (amount or 0)
    context.set_state(total)
    return total


@app.orchestration_trigger(context_name="context")
def chaining(context: Any, value: int) -> Any:
    for _ in range(3):
        value = yield context.call_activity("plus_one", input=value)
    return value


@app.orchestration_trigger(context_name="context")
def fanning(context: Any, width: int) -> Any:
    tasks = [context.call_activity("plus_one", input=number) for number in range(width)]
    return sum((yield task.when_all(tasks)))


@app.orchestration_trigger(context_name="context")
def parenting(context: Any, value: int) -> Any:
    """Children, one of which sleeps, one counts and one fails."""
    quick = context.call_sub_orchestrator("chaining", input=value)
    slow = context.call_sub_orchestrator("sleeping", input=value)
    counting = context.call_sub_orchestrator("counting", input=1)
    results = yield task.when_all([quick, slow, counting])
    try:
        yield context.call_sub_orchestrator("failing", input=value)
    except task.TaskFailedError:
        return results
    return "the child did not fail"


@app.orchestration_trigger(context_name="context")
def sleeping(context: Any, seconds: int) -> Any:
    began = context.current_utc_datetime
    yield context.create_timer(timedelta(seconds=seconds))
    return context.current_utc_datetime - began >= timedelta(seconds=seconds)


@app.orchestration_trigger(context_name="context")
def racing(context: Any, seconds: int) -> Any:
    """Whoever wins, what is left of the race must not disturb what comes after it."""
    event = context.wait_for_external_event("go")
    timer = context.create_timer(timedelta(seconds=seconds))
    winner = yield task.when_any([event, timer])
    after = yield context.call_activity("plus_one", input=seconds)
    return ["event" if winner is event else "timer", after]


@app.orchestration_trigger(context_name="context")
def collecting(context: Any, _: Any) -> Any:
    waits = [context.wait_for_external_event("go") for _ in range(EVENTS)]
    return (yield task.when_all(waits))


@app.orchestration_trigger(context_name="context")
def repeating(context: Any, left: int) -> Any:
    """Each run leaves a timer and an activity behind whose ids mean something else to the next."""
    context.create_timer(timedelta(seconds=20))
    mine = context.call_activity("plus_one", input=100 * left)
    next_left = yield context.call_activity("plus_one", input=left - 2)
    if left % 2 == 0 and (yield mine) != 100 * left + 1:
        return "a result of another run"
    if next_left > 0:
        context.continue_as_new(next_left)
        return None
    return "done"


@app.orchestration_trigger(context_name="context")
def counting(context: Any, times: int) -> Any:
    for _ in range(times):
        yield context.call_entity(TALLY, "add", 1)
    context.signal_entity(TALLY, "add", 1)
    return times


@app.orchestration_trigger(context_name="context")
def transferring(context: Any, amount: int) -> Any:
    """Nobody else may come between the read and the writes, not even with a mere signal."""
    left, right = ACCOUNTS if amount % 2 else ACCOUNTS[::-1]
    context.signal_entity(left, "add", 1000)
    context.signal_entity(right, "add", -1000)
    with (yield context.lock_entities([left, right])):
        before = yield context.call_entity(left, "get")
        yield context.call_activity("plus_one", input=amount)
        after = yield context.call_entity(left, "add", -amount)
        yield context.call_entity(right, "add", amount)
    return before - after


@app.orchestration_trigger(context_name="context")
def retrying(context: Any, value: int) -> Any:
    policy = task.RetryPolicy(first_retry_interval=timedelta(seconds=5), max_number_of_attempts=3)
    try:
        yield context.call_activity("break_down", input=value, retry_policy=policy)
    except task.TaskFailedError as error:
        return error.details.error_type
    return "it did not fail"


@app.orchestration_trigger(context_name="context")
def failing(context: Any, value: int) -> Any:
    yield context.call_activity("plus_one", input=value)
    raise ValueError("on purpose")


ANSWERS: dict[str, Callable[[int], object]] = {
    "chaining": lambda value: value + 3,
    "fanning": lambda width: sum(range(1, width + 1)),
    "parenting": lambda value: [value + 3, True, 1],
    "sleeping": lambda seconds: True,
    "collecting": lambda _: list(range(EVENTS)),
    "repeating": lambda left: "done",
    "counting": lambda times: times,
    "transferring": lambda amount: amount,
    "retrying": lambda value: "ConnectionError",
}
"""What each orchestration has to answer to its input; `racing` and `failing` are apart."""

COUNTS: dict[str, Callable[[int], int]] = {"counting": lambda times: times + 1}
"""How much each adds to the tally when it completes."""


def functions() -> FunctionIndex:
    return FunctionIndex(index_function(function) for function in app.get_functions())
