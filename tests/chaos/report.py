"""The figures of a run, and the timeline of an environment whose invariant is violated."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.chaos.invariants import Violation
from tests.chaos.plan import Door
from tests.chaos.run import Result
from tests.chaos.snapshot import Sent

LONGEST_LINE = 240


def format_figures(result: Result) -> str:
    snapshot, sent = result.settled, result.log.sent
    operations = [each for each in snapshot.orchestrations if each.environment]
    ends = Counter(f"{each.kind} {_status(each.output)}" for each in operations)
    phases = Counter(
        snapshot.environments.get(name, {}).get("phase", "absent") for name in snapshot.names
    )
    answers = Counter(str(each.status or "none") for each in sent if each.door is Door.REST)
    offers = Counter(
        attempt["status"]
        for each in snapshot.operations.values()
        for attempt in each.get("attempts", ())
    )
    messages = sum(each.door is Door.MESSAGE for each in sent)
    disturbances = result.disturbances
    return "\n".join(
        [
            f"environments  {len(snapshot.names)}: {_counts(phases)}",
            f"requests      {len(sent)}: {_counts(answers)}; {messages} messages, "
            f"{len(snapshot.dead_letters)} dead-lettered",
            f"operations    {len(operations)}: {_counts(ends)}",
            f"offers        {sum(offers.values())}: {_counts(offers)}",
            f"faults        {sum(disturbances.injected.values())}: "
            f"{_counts(disturbances.injected)}",
            f"kills         {_counts(disturbances.kills)}",
            f"drift         {len(result.hands.done)}: "
            f"{_counts(Counter(str(each.kind) for each in result.hands.done))}; "
            f"{result.hands.refused} not possible",
            f"duration      {result.seconds:.0f} s, {result.cpu_seconds:.0f} s of CPU time",
        ]
    )


def format_violations(result: Result, violations: list[Violation]) -> str:
    lines = [f"{v.invariant}: {v.environment or '-'}: {v.text}" for v in violations]
    for name in sorted({v.environment for v in violations if v.environment}):
        lines += ["", f"Timeline of {name}:", *_timeline(result, name)]
    return "\n".join(lines)


def _timeline(result: Result, name: str) -> list[str]:
    entries = [*_of_the_run(result, name), *_of_operations(result, name)]
    return [
        f"  {at:%H:%M:%S} {text}"[:LONGEST_LINE]
        for at, text in sorted(entries, key=lambda each: each[0])
    ]


def _of_the_run(result: Result, name: str) -> Iterator[tuple[datetime, str]]:
    for event in result.log.events:
        if event.environment in (None, name):
            yield event.at, f"{event.kind}: {event.text}"
    for sent in result.log.sent:
        if sent.environment == name:
            yield sent.answered_at, _describe(sent)


def _describe(sent: Sent) -> str:
    answer = f"{sent.status} {sent.code or ''} {sent.operation_id or ''}"
    return f"{sent.door} {sent.command} {sent.request_id}: {answer}"


def _of_operations(result: Result, name: str) -> Iterator[tuple[datetime, str]]:
    for each in result.removed.operations_of(name):
        view: Any = result.removed.operations.get(each.id, {})
        begun = view.get("createdDateTime")
        ended = view.get("lastActionDateTime")
        error = (view.get("error") or {}) if view else each.output
        yield (
            datetime.fromisoformat(begun) if begun else each.created_at,
            f"{each.id} {each.kind} begins, request {each.request_id}",
        )
        yield (
            datetime.fromisoformat(ended) if ended else each.ended_at,
            f"{each.id} {each.kind} {_status(each.output)}: {error}",
        )


def _status(output: Any) -> str:
    return str(output.get("status")) if isinstance(output, dict) else "without a result"


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counter.items())) or "none"
