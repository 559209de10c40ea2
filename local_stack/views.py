"""What a person sees of an operation in a terminal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.table import Table

SYMBOLS = {
    "NotStarted": "[dim]·[/]",
    "Running": "[yellow]●[/]",
    "Succeeded": "[green]✔[/]",
    "Failed": "[red]✘[/]",
    "Canceled": "[magenta]■[/]",
}
DETAIL_WIDTH = 60


def render_operation(operation: Mapping[str, Any], now: datetime) -> Table:
    """A row per step with state, elapsed simulated time and detail."""
    title = f"{operation['kind']} {operation['environment']}: {operation['status']}"
    table = Table(title=f"{title}, {operation['percentComplete']} %", title_justify="left")
    table.add_column("")
    table.add_column("step", no_wrap=True)
    table.add_column("elapsed", justify="right", no_wrap=True)
    table.add_column("detail", width=DETAIL_WIDTH, no_wrap=True, overflow="ellipsis")
    for step in operation["steps"]:
        detail = step.get("error", {}).get("message") or step.get("detail", "")
        table.add_row(SYMBOLS[step["status"]], step["name"], _elapsed(step, now), detail)
    return table


def render_facts(facts: Mapping[str, str]) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for name, value in facts.items():
        table.add_row(f"[bold]{name}[/]", value)
    return table


def format_seconds(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def read_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _elapsed(step: Mapping[str, Any], now: datetime) -> str:
    if "startDateTime" not in step:
        return ""
    end = read_time(step["endDateTime"]) if "endDateTime" in step else now
    return format_seconds((end - read_time(step["startDateTime"])).total_seconds())
