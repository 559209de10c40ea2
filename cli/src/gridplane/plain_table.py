"""Tables as kubectl prints them: no lines, upper-case headings."""

from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Column, Table
from rich.text import Text

GAP = 3
FOLDED = "MESSAGE"
"""The heading of a column whose texts may take several lines."""
LEAST_FOLDED = 20


class PlainTable(Table):
    """Where it is too wide, columns at its right are left out and named: a name that is cut in
    half tells nothing."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        hidden: list[str] = []
        while len(self.columns) > 1 and _width(self.columns) > options.max_width:
            hidden.insert(0, str(self.columns.pop().header))
        yield from super().__rich_console__(console, options)
        if hidden:
            yield Text(f"Too narrow for {', '.join(hidden)}: -o yaml shows all.", style="dim")


def plain_table(*columns: str, right: Iterable[str] = ()) -> Table:
    table = PlainTable(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for column in columns:
        justify = "right" if column in set(right) else "left"
        table.add_column(column, justify=justify, no_wrap=column != FOLDED, overflow="fold")
    return table


def _width(columns: Iterable[Column]) -> int:
    """Without the gap after the last one, which may stay empty."""
    return sum(_least(each) + GAP for each in columns) - GAP


def _least(column: Column) -> int:
    widest = max(cell_len(str(each)) for each in (column.header, *column.cells))
    return widest if column.no_wrap else min(widest, LEAST_FOLDED)
