"""What the engine gets of an orchestration that reports steps."""

from datetime import timedelta
from typing import Any

import pytest
from durabletask.entities import EntityInstanceId
from durabletask.task import CompletableTask

from orchestrators.operation_context import Steps
from orchestrators.step_batches import with_step_batches

ENTITY = EntityInstanceId("environment", "fraud-llm")


class FakeEngine:
    """Notes what it is asked for, and answers each task in turn."""

    instance_id = "fraud-llm.1"

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def signal_entity(self, entity_id: EntityInstanceId, operation_name: str, input: Any) -> None:
        assert entity_id == ENTITY
        self.asked.append((f"signal {operation_name}", input))

    def call_entity(
        self, entity: EntityInstanceId, operation: str, input: Any
    ) -> CompletableTask[Any]:
        return self._ask(f"call {operation}", input)

    def create_timer(self, fire_at: timedelta) -> CompletableTask[Any]:
        return self._ask("timer", fire_at)

    def _ask(self, what: str, value: Any) -> CompletableTask[Any]:
        self.asked.append((what, value))
        return CompletableTask[Any]()


PAUSE = timedelta(seconds=1)


def two_turns(context: Any, value: dict[str, Any]) -> Steps[str]:
    context.signal_entity(ENTITY, "record_step", "a")
    answer = yield context.create_timer(PAUSE)
    context.signal_entity(ENTITY, "record_step", "b")
    context.signal_entity(ENTITY, "record_step", "c")
    return f"{context.instance_id} {answer}"


def test_what_a_turn_reports_is_one_signal_at_its_end():
    engine: Any = FakeEngine()
    steps = with_step_batches(two_turns)(engine, {})
    next(steps)
    assert engine.asked == [("timer", PAUSE), ("signal record_step", "a")]
    with pytest.raises(StopIteration) as end:
        steps.send("woken")
    assert end.value.value == "fraud-llm.1 woken"
    assert engine.asked[2:] == [("signal record_steps", ["b", "c"])]


def asks_meanwhile(context: Any, value: dict[str, Any]) -> Steps[None]:
    context.signal_entity(ENTITY, "record_step", "a")
    context.signal_entity(ENTITY, "record_warning", "w")
    context.signal_entity(ENTITY, "record_step", "b")
    yield context.call_entity(ENTITY, "end_operation", "end")


def test_what_the_entity_is_asked_for_finds_what_was_reported_before():
    assert first_turn(asks_meanwhile) == [
        ("signal record_step", "a"),
        ("signal record_warning", "w"),
        ("signal record_step", "b"),
        ("call end_operation", "end"),
    ]


def first_turn(orchestrator: Any) -> list[tuple[str, Any]]:
    engine: Any = FakeEngine()
    next(with_step_batches(orchestrator)(engine, {}))
    return engine.asked


def reports_what_failed(context: Any, value: dict[str, Any]) -> Steps[str]:
    try:
        yield context.create_timer(PAUSE)
    except ValueError as error:
        context.signal_entity(ENTITY, "record_step", str(error))
        raise
    return "not reached"


def test_what_a_task_raises_reaches_the_orchestration_and_what_that_reports_the_entity():
    engine: Any = FakeEngine()
    steps = with_step_batches(reports_what_failed)(engine, {})
    next(steps)
    with pytest.raises(ValueError, match="gone"):
        steps.throw(ValueError("gone"))
    assert engine.asked[1:] == [("signal record_step", "gone")]


def test_it_keeps_the_name_that_the_engine_calls_it_by():
    assert with_step_batches(two_turns).__name__ == "two_turns"
