"""A small durable engine: runs orchestrators on a simulated clock and writes down what they do.

It uses the SDK's own Task classes and resumes generators as the SDK does; what activities,
children and entities answer is scripted by the test.
"""

import heapq
import itertools
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from durabletask.entities import EntityInstanceId
from durabletask.task import (
    CancellableTask,
    CompletableTask,
    RetryPolicy,
    Task,
    TimerTask,
)

from domain.durable import names
from domain.outcomes import Outcome
from tests.support.specs import NOON

ACTIVITY_SECONDS = 1.0
CHILD_SECONDS = 60.0
CANCEL_SECONDS = 1.0
LONGEST_RUN = timedelta(days=2)
NO_MORE = object()

type Orchestrator = Callable[[Any, dict[str, Any]], Generator[Task[Any], Any, Any]]
type Answer = Any
"""An Outcome (or an entity's plain value), an Exception to raise, or an After around them."""


@dataclass(frozen=True, slots=True)
class After:
    """An answer that takes this long."""

    seconds: float
    answer: Answer


@dataclass(slots=True)
class Script:
    """Answers by the longest label that fits: `begin_resource route` before `begin_resource`.

    A list is used up one by one, anything else is given each time.
    """

    answers: Mapping[str, Answer | list[Answer]]
    left: dict[str, Iterator[Answer]] = field(default_factory=dict[str, Iterator[Answer]])

    def next(self, label: str) -> Answer:
        key = max((k for k in self.answers if _fits(k, label)), key=len, default=None)
        assert key is not None, f"the test says nothing about '{label}'"
        answer = self.answers[key]
        if not isinstance(answer, list):
            return answer
        left = self.left.setdefault(key, iter(answer))
        answer = next(left, NO_MORE)
        assert answer is not NO_MORE, f"the test has no more answers for '{label}'"
        return answer


@dataclass(slots=True)
class Run:
    """What an orchestration did and what it came to."""

    lines: list[str]
    outcome: Outcome
    seconds: float
    inputs: list[tuple[str, dict[str, Any]]]
    """What was handed to activities, children and entities, by their labels."""

    def steps(self, *kinds: str) -> list[str]:
        """The lines that begin with one of `kinds`."""
        return [line for line in self.lines if line.startswith(kinds)]

    def input_of(self, label: str) -> dict[str, Any]:
        """The first input of this label."""
        return next(value for name, value in self.inputs if _fits(label, name))


def run(
    orchestrator: Orchestrator,
    value: Mapping[str, Any],
    *,
    activities: Mapping[str, Answer] | None = None,
    children: Mapping[str, Answer] | None = None,
    entity: Mapping[str, Answer] | None = None,
    cancel_after: float | None = None,
    supersede_after: float | None = None,
    approval: tuple[float, dict[str, Any]] | None = None,
    instance_id: str = "fraud-llm.1",
) -> Run:
    """Run one orchestrator from noon until it ends. `approval`: an answer, and when it comes."""
    engine = Engine(
        Script(activities or {}), Script(children or {}), Script({**ENTITY, **(entity or {})})
    )
    context = engine.start(instance_id, orchestrator, dict(value))
    if cancel_after is not None:
        engine.at(cancel_after, lambda: context.receive(names.CANCEL_EVENT))
    if approval:
        after, decision = approval
        engine.at(after, lambda: context.receive(names.APPROVAL_EVENT, decision))
    if supersede_after is not None:
        engine.at(supersede_after, lambda: context.receive(names.SUPERSEDE_EVENT))
        engine.at(supersede_after, lambda: context.receive(names.CANCEL_EVENT))
    while not context.has_ended:
        engine.advance()
    return Run(
        engine.lines,
        Outcome.from_wire(context.result),
        (engine.now - NOON).total_seconds(),
        engine.inputs,
    )


ENTITY = {
    "start_operation": True,
    "request_approval": True,
    "decide_approval": True,
    "has_ended": True,
    "get_kept_pools": {},
    "end_operation": True,
    "record_attempt": True,
    "note": {},
    "read": {},
}


OF_ANOTHER_OPERATION = frozenset({"start_orchestration", "record_idle_note"})
"""The sweep names the operation that it starts, and not itself."""


class Engine:
    """The clock, what is due when, and the transcript."""

    def __init__(self, activities: Script, children: Script, entity: Script) -> None:
        self.now = NOON
        self.activities, self.children, self.entity = activities, children, entity
        self.lines: list[str] = []
        self.inputs: list[tuple[str, dict[str, Any]]] = []
        self.children_by_id: dict[str, CompletableTask[Any]] = {}
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def at(self, seconds: float, happen: Callable[[], None]) -> None:
        """Let something happen in so many seconds."""
        due_at = self.now + timedelta(seconds=seconds)
        heapq.heappush(self._due, (due_at, next(self._order), happen))

    def advance(self) -> None:
        assert self._due, f"nothing will ever happen any more:\n{'\n'.join(self.lines)}"
        self.now, _, happen = heapq.heappop(self._due)
        assert self.now - NOON < LONGEST_RUN, "the orchestration does not end"
        happen()

    def start(
        self, instance_id: str, orchestrator: Orchestrator, value: dict[str, Any]
    ) -> "Context":
        context = Context(self, instance_id, orchestrator)
        context.begin(value)
        return context


class Context:
    """The part of `durabletask.task.OrchestrationContext` that orchestrators use."""

    def __init__(self, engine: Engine, instance_id: str, orchestrator: Orchestrator) -> None:
        self.engine = engine
        self.instance_id = instance_id
        self.result: Any = None
        self.has_ended = False
        self._orchestrator = orchestrator
        self._buffered: dict[str, int] = {}

    def begin(self, value: dict[str, Any]) -> None:
        self._prepare(value)
        self._resume()

    def _prepare(self, value: dict[str, Any]) -> None:
        """A run from the start: the first one, or the next after `continue_as_new`."""
        self._waiting: Task[Any] | None = None
        self._waiters: dict[str, list[CancellableTask[Any]]] = {}
        self._next_value: dict[str, Any] | None = None
        self._generator = self._orchestrator(self, value)

    def receive(self, event: str, data: Any = None) -> None:
        if waiters := self._waiters.get(event):
            waiters.pop(0).complete(data)
            self._resume()
        else:
            self._buffered[event] = self._buffered.get(event, 0) + 1

    @property
    def current_utc_datetime(self) -> datetime:
        return self.engine.now.replace(tzinfo=None)

    def wait_for_external_event(self, name: str) -> CancellableTask[Any]:
        task = CancellableTask[Any]()
        if self._buffered.get(name):
            self._buffered[name] -= 1
            task.complete(None)
        else:
            self._waiters.setdefault(name, []).append(task)
        return task

    def create_timer(self, fire_at: timedelta) -> TimerTask:
        timer = TimerTask()
        self.write(f"timer {_seconds(fire_at.total_seconds())}")
        timer.set_cancel_handler(lambda: self.write("cancel timer"))
        self._complete_later(fire_at.total_seconds(), timer, None)
        return timer

    def call_activity(
        self, activity: str, *, input: dict[str, Any], retry_policy: RetryPolicy
    ) -> Task[Any]:
        task = CompletableTask[Any]()
        label = " ".join([activity, *_subject(input)])
        self._check_operation(activity, input)
        self.engine.inputs.append((label, input))
        self._attempt(task, label, retry_policy, 1)
        return task

    def call_sub_orchestrator(
        self, orchestrator: str, *, input: dict[str, Any], instance_id: str
    ) -> Task[Any]:
        task = CompletableTask[Any]()
        self.write(f"start {orchestrator} {instance_id}")
        self.engine.inputs.append((f"{orchestrator} {instance_id}", input))
        self.engine.children_by_id[instance_id] = task
        seconds, answer = _timed(
            self.engine.children.next(f"{orchestrator} {instance_id}"), CHILD_SECONDS
        )
        self._complete_later(seconds, task, answer)
        return task

    def send_event(self, instance_id: str, event_name: str) -> None:
        self.write(f"send {event_name} to {instance_id}")
        child = self.engine.children_by_id.get(instance_id)
        if child and not child.is_complete:
            self._complete_later(CANCEL_SECONDS, child, Outcome.canceled())

    def signal_entity(self, entity_id: EntityInstanceId, operation: str, value: Any) -> None:
        self._check_report(operation, value)
        if operation == "keep_pool":
            self._note_kept(value)
            return
        if operation in TOLD:
            self.engine.inputs.append((f"{operation} {entity_id.key}", value))
            self.write(f"tell {entity_id.key} {operation} {TOLD[operation](value)}")
            return
        if operation == "note_own_request":
            self.engine.inputs.append((f"{operation} {entity_id.key}", value))
            return
        if operation in ("record_image", "keep_profile"):
            self.engine.inputs.append((operation, value))
            self.write(f"tell {entity_id.key} {operation}")
            return
        if operation == "record_warning":
            self.engine.inputs.append((operation, value))
            self.write(f"tell {entity_id.key} {operation} {value['warning']['target']}")
            return
        if operation == "record_attempt":
            self.engine.inputs.append((operation, value))
            self.write(f"tell {entity_id.key} {_attempt(value)}")
            return
        if operation == "add":
            self.engine.inputs.append((operation, value))
            self.write(f"tell {entity_id.entity} {operation} {value['failure']['reason']}")
            return
        assert operation == "record_step"
        self.engine.inputs.append((f"{operation} {value['step']}", value))
        detail = value.get("detail") or value.get("failure", {}).get("reason")
        self.write(f"note {value['step']} {value['status']}{f' ({detail})' if detail else ''}")

    def call_entity(
        self, entity_id: EntityInstanceId, operation: str, value: Any = None
    ) -> Task[Any]:
        self.write(" ".join(["entity", entity_id.key, operation, *_asked(operation, value)]))
        self._check_report(operation, value)
        label = f"{operation} {entity_id.key}"
        self.engine.inputs.append((label, value))
        task = CompletableTask[Any]()
        self._complete_later(ACTIVITY_SECONDS, task, self.engine.entity.next(label))
        return task

    def set_custom_status(self, value: Any) -> None:
        self.engine.inputs.append(("status", value))
        self.write(f"status {' '.join(value)}")

    def continue_as_new(self, value: dict[str, Any], *, save_events: bool) -> None:
        assert save_events, "a cancellation that arrives now would be lost"
        self.write("continue as new")
        self._next_value = value

    def write(self, line: str) -> None:
        self.engine.lines.append(line)

    def _check_operation(self, what: str, value: Mapping[str, Any]) -> None:
        """Logs and records find the operation by it, however deep the orchestration is."""
        named = value.get("operationId", self.instance_id)
        if what in OF_ANOTHER_OPERATION:
            return
        assert f"{self.instance_id}.".startswith(f"{named}."), f"{what} names '{named}'"

    def _check_report(self, what: str, value: Any) -> None:
        """What is recorded is of this operation and of this moment."""
        if not isinstance(value, dict):
            return
        self._check_operation(what, value)
        written = value.get("attempt", value).get("at", self.engine.now.isoformat())
        at = datetime.fromisoformat(written)
        assert at == self.engine.now, f"{what} is of {at}, and it is {self.engine.now}"

    def _note_kept(self, value: Mapping[str, Any]) -> None:
        label = f"keep_pool {value['region']}"
        self.engine.inputs.append((label, dict(value)))
        self.write(f"tell {label}")

    def _attempt(
        self, task: CompletableTask[Any], label: str, policy: RetryPolicy, attempt: int
    ) -> None:
        self.write(f"call {label}")
        seconds, answer = _timed(self.engine.activities.next(label), ACTIVITY_SECONDS)
        if not isinstance(answer, Exception) or attempt == policy.max_number_of_attempts:
            self._complete_later(seconds, task, answer)
            return
        backoff = (policy.backoff_coefficient or 1.0) ** (attempt - 1)
        delay = policy.first_retry_interval.total_seconds() * backoff
        self.engine.at(seconds + delay, lambda: self._attempt(task, label, policy, attempt + 1))

    def _complete_later(self, seconds: float, task: CompletableTask[Any], answer: Answer) -> None:
        def complete() -> None:
            if task.is_complete:
                return
            if isinstance(answer, Exception):
                task.fail(str(answer), answer)
            else:
                task.complete(answer.to_wire() if isinstance(answer, Outcome) else answer)
            if not self.has_ended:
                self._resume()

        self.engine.at(seconds, complete)

    def _resume(self) -> None:
        while not self.has_ended and (self._waiting is None or self._waiting.is_complete):
            self._step(self._waiting)

    def _step(self, finished: Task[Any] | None) -> None:
        try:
            if finished is None:
                self._waiting = next(self._generator)
            elif finished.is_failed:
                self._waiting = self._generator.throw(finished.get_exception())
            else:
                self._waiting = self._generator.send(finished.get_result())
        except StopIteration as end:
            if self._next_value is None:
                self.has_ended, self.result = True, end.value
            else:
                self._prepare(self._next_value)


TOLD: Mapping[str, Callable[[Any], str]] = {
    "record_idle_note": lambda value: value["event"],
    "remind_of_approval": lambda value: value["operationId"],
    "record_health": lambda value: value["health"]["status"],
    "record_gpu_nodes": lambda value: " ".join(
        f"{each['region']}:{each['nodes']}" for each in value["seen"]
    ),
    "record_counters": lambda value: " ".join(
        f"{region}:{each['reason']}" for region, each in value["notes"].items()
    ),
}
"""What news of the sweep for a record are about, by the entity's operation."""


def _timed(answer: Answer, seconds: float) -> tuple[float, Answer]:
    return (answer.seconds, answer.answer) if isinstance(answer, After) else (seconds, answer)


def _fits(key: str, label: str) -> bool:
    return label == key or label.startswith((f"{key} ", f"{key}."))


def _subject(value: Mapping[str, Any]) -> Sequence[str]:
    """What a call is about: a resource's kind and region, a handle's kind, a probe's host."""
    about = value.get("handle") or value.get("probe") or value
    region = about.get("region") or about.get("offer", {}).get("region")
    found = (about.get("kind"), region, about.get("hostName"))
    return [part for part in found if part]


def _asked(operation: str, value: Any) -> Sequence[str]:
    """What a question to an entity, or news for it, is about."""
    match operation:
        case "end_operation":
            return [value["phase"]]
        case "record_idle_note":
            return [value["event"]]
        case "decide_approval":
            return [value["state"]]
        case "record_attempt":
            return [_attempt(value)]
        case "plan_operation" | "get_end":
            return [value]
        case _:
            return []


def _attempt(value: Mapping[str, Any]) -> str:
    attempt = value["attempt"]
    offer = attempt["offer"]
    parts = (offer["region"], offer["vmSize"], *offer["zones"], *["spot"] * offer["spot"])
    return " ".join(["attempt", *parts, attempt["status"]])


def _seconds(seconds: float) -> str:
    return f"{seconds:g} s"
