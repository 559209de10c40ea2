"""The first screen of the program: all commands by what they are for."""

from typing import Any

from typer.core import TyperGroup


class CommandsByPanel(TyperGroup):
    """Typer lists them by panel only in boxes, and cuts what they do off otherwise."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        panels: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command: Any = self.get_command(ctx, name)
            meaning = (command.help or "").partition("\n")[0]
            panels.setdefault(command.rich_help_panel, []).append((name, meaning))
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)
