"""What a command prints: a table for people, or JSON, YAML and names for scripts."""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jmespath
import yaml
from jmespath.exceptions import JMESPathError
from rich.console import Console, RenderableType
from rich.text import Text

from gridplane.errors import CliError, invalid
from gridplane.tables import generic_table

FORMATS = ("table", "json", "yaml", "name")
PIPED_WIDTH = 10_000
"""Columns of what a program reads: no line is broken, and none is filled up with spaces."""


def make_console(stream: Any, environ: Mapping[str, str]) -> Console:
    """Colours for a terminal alone, unless NO_COLOR is set."""
    columns = environ.get("COLUMNS", "")
    given = int(columns) if columns.isascii() and columns.isdigit() else 0
    width = None if stream.isatty() else given or PIPED_WIDTH
    return Console(
        file=stream,
        width=width,
        no_color="NO_COLOR" in environ or None,
        highlight=False,
        soft_wrap=False,
        emoji=False,
    )


@dataclass
class Output:
    """Results go to standard output, and all that accompanies them to standard error."""

    format: str = "table"
    query: str | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    out: Console = field(init=False)
    err: Console = field(init=False)

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise invalid(f"-o {self.format} is none of {', '.join(FORMATS)}.")
        self.out = make_console(sys.stdout, self.environ)
        self.err = make_console(sys.stderr, self.environ)

    @property
    def is_table(self) -> bool:
        return self.format == "table" and not self.query

    def show(
        self,
        data: Any,
        table: Callable[[Any], RenderableType],
        name: Callable[[Any], Sequence[str]],
    ) -> None:
        """`table`: of `data`; `name`: the lines of `-o name`, one for each item."""
        if self.format == "name" and not self.query:
            self.write("\n".join(name(data)))
        elif self.is_table:
            print_table(self.out, table(data))
        else:
            self._show_data(self._select(data))

    def write(self, text: str) -> None:
        """As it is, whatever the width."""
        if text:
            print(text, file=self.out.file, flush=True)

    def say(self, text: RenderableType) -> None:
        """For people: it is no part of the result."""
        print_table(self.err, text)

    def hint(self, label: str, command: str) -> None:
        self.err.print(Text.assemble((f"{label:<10}", "dim"), (command, "bold")))

    def _select(self, data: Any) -> Any:
        try:
            return jmespath.search(self.query, data) if self.query else data
        except JMESPathError as error:
            raise invalid(f"--query is not JMESPath: {error}") from error

    def _show_data(self, found: Any) -> None:
        match self.format:
            case "yaml":
                self.write(yaml.safe_dump(found, sort_keys=False, allow_unicode=True).rstrip("\n"))
            case "json":
                self.write(json.dumps(found, indent=2, ensure_ascii=False))
            case _ if isinstance(found, list) and found and isinstance(found[0], dict):
                print_table(self.out, generic_table(found))
            case _ if isinstance(found, dict):
                print_table(self.out, generic_table([found]))
            case _:
                self.write("\n".join(_plain(found)))


def print_table(console: Console, found: RenderableType) -> None:
    if console.is_terminal:
        console.print(found)
        return
    with console.capture() as capture:
        console.print(found)
    lines = (line.rstrip() for line in capture.get().splitlines())
    print("\n".join(lines), file=console.file, flush=True)


def print_error(error: CliError, console: Console) -> None:
    style = "yellow" if error.code == 130 else "red"
    console.print(Text(error.title, style=style), soft_wrap=True)
    for label, text in error.lines:
        console.print(
            Text.assemble((f"  {label}: " if label else "  ", "bold"), text), soft_wrap=True
        )
    if error.fix:
        console.print(Text.assemble(("Fix: ", "green"), error.fix), soft_wrap=True)


def _plain(found: Any) -> list[str]:
    if found is None:
        return []
    if isinstance(found, list):
        return [line for each in found for line in _plain(each)]
    return [found if isinstance(found, str) else json.dumps(found)]
