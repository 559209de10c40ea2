"""Renders operations and facts for a terminal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich import box
from rich.table import Table

SYMBOLS = {
    "NotStarted": "[dim]·[/]",
    "Running": "[yellow]●[/]",
    "Succeeded": "[green]✔[/]",
    "Failed": "[red]✘[/]",
    "Canceled": "[magenta]■[/]",
}
STEP_WIDTH = 36
ELAPSED_WIDTH = 11


def render_operation(operation: Mapping[str, Any], now: datetime) -> Table:
    """A row per step with state, elapsed simulated time and detail."""
    title = f"{operation['kind']} {operation['environment']}: {operation['status']}"
    title = f"{title}, {operation['percentComplete']} %"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, expand=True)
    table.add_column("", min_width=1)
    table.add_column("step", no_wrap=True, min_width=STEP_WIDTH)
    table.add_column("elapsed", justify="right", no_wrap=True, min_width=ELAPSED_WIDTH)
    table.add_column("detail", no_wrap=True, overflow="ellipsis", ratio=1)
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
