"""An operation while it runs: its steps with elapsed times, and what stops it."""

from dataclasses import dataclass
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gridplane import times
from gridplane.api_types import ErrorBody, MinutesToReady, OperationView, StepView

SYMBOLS = {
    "NotStarted": ("·", "dim"),
    "Running": ("●", "yellow"),
    "Succeeded": ("✔", "green"),
    "Failed": ("✘", "red"),
    "Canceled": ("■", "magenta"),
}
WAITING = "waiting"
ENDED = frozenset({"Succeeded", "Failed", "Canceled"})


@dataclass(frozen=True)
class Look:
    """An operation as it was at a time."""

    operation: OperationView
    now: datetime
    expected: MinutesToReady | None = None

    @property
    def has_ended(self) -> bool:
        return self.operation["status"] in ENDED

    @property
    def elapsed(self) -> str:
        return times.clock(self.elapsed_seconds)

    @property
    def elapsed_seconds(self) -> float:
        end = times.parse(self.operation["lastActionDateTime"]) if self.has_ended else self.now
        return (end - times.parse(self.operation["createdDateTime"])).total_seconds()

    def elapsed_until(self, step: StepView) -> float:
        """Seconds from the beginning of the operation to the latest change of the step."""
        at = step.get("endDateTime") or step.get("startDateTime")
        start = times.parse(self.operation["createdDateTime"])
        return ((times.parse(at) if at else self.now) - start).total_seconds()

    def elapsed_of(self, step: StepView) -> str:
        if "startDateTime" not in step:
            return ""
        end = times.parse(step["endDateTime"]) if "endDateTime" in step else self.now
        return times.clock((end - times.parse(step["startDateTime"])).total_seconds())


def operation_view(look: Look) -> RenderableType:
    operation = look.operation
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False, expand=True)
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1, style="dim")
    for step in operation["steps"]:
        symbol, style = SYMBOLS[step["status"]]
        table.add_row(
            Text(symbol, style=style),
            Text(step["name"], style="dim" if step["status"] == "NotStarted" else ""),
            look.elapsed_of(step),
            Text(_detail(step)),
        )
    waiting = [Text(line, style="yellow") for line in waiting_lines(look)]
    return Group(title_line(look), *waiting, table)


def title_line(look: Look) -> Text:
    operation = look.operation
    _, style = SYMBOLS[operation["status"]]
    return Text.assemble(
        (f"{operation['kind']} {operation['environment']}", "bold"),
        "  ",
        (operation["status"], style),
        f"  {operation['percentComplete']} %  {look.elapsed}",
        (_expectation(look), "dim"),
    )


def waiting_lines(look: Look) -> list[str]:
    """What keeps it from starting, and who can change that."""
    approval = look.operation.get("approval")
    if look.has_ended or approval is None or approval["state"] != WAITING:
        return []
    name = look.operation["environment"]
    return [
        f"Waits for approval until {times.local_with_zone(approval['deadline'])}. "
        f"{' '.join(approval['reasons'])}",
        f"Someone else approves it with `gridplane approve {name}`.",
    ]


def _expectation(look: Look) -> str:
    if look.expected is None or look.has_ended:
        return ""
    typical, slow = look.expected["typical"], look.expected["slow"]
    return f" of about {times.clock(typical * 60)}, seldom over {times.clock(slow * 60)}"


def _detail(step: StepView) -> str:
    error = step.get("error")
    return error["message"] if error else step.get("detail", "")


def step_lines(before: Look | None, look: Look) -> list[str]:
    """What has changed since, in the order of time: one line for each step, for logs and pipes."""
    known = {each["name"]: each for each in before.operation["steps"]} if before else {}
    changed = [
        (at, step)
        for step in look.operation["steps"]
        if (at := _changed_at(look, step, known.get(step["name"]))) is not None
    ]
    known_waiting = waiting_lines(before) if before else []
    waiting = [line for line in waiting_lines(look) if line not in known_waiting]
    return [*waiting, *(_line(at, step) for at, step in sorted(changed, key=lambda each: each[0]))]


def _changed_at(look: Look, step: StepView, before: StepView | None) -> float | None:
    """Seconds from the beginning; None if nothing is new. What keeps a step from ending is."""
    if step["status"] != (before["status"] if before else "NotStarted"):
        return look.elapsed_until(step)
    is_new = "error" in step and _detail(step) != (_detail(before) if before else "")
    return look.elapsed_seconds if is_new else None


def _line(at: float, step: StepView) -> str:
    text = _detail(step)
    what = f"{step['name']}: {text}" if text else step["name"]
    return f"{times.clock(at)}  {step['status']:<10} {what}"


def failure_lines(operation: OperationView) -> list[tuple[str, str]]:
    """Where it stopped, as labels and texts; without the operation's own error."""
    failed = [each for each in operation["steps"] if each["status"] == "Failed"]
    lines = [(f"step {each['name']}", _detail(each)) for each in failed]
    refused = [
        (
            f"{each['status'].lower()} {each['offer']['vmSize']} in {each['offer']['region']}",
            each["error"]["message"] if "error" in each else "",
        )
        for each in operation.get("attempts", ())
        if each["status"] != "Succeeded"
    ]
    return [*lines, *refused]


def error_title(error: ErrorBody) -> str:
    return f"{error['code']}: {error['message']}"
