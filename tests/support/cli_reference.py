"""Writes docs/cli.md from the commands of the command line.

`python -m tests.support.cli_reference`
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from gridplane.app import GROUPS, app
from gridplane.errors import MEANINGS
from gridplane.session import COMMON

from tests.architecture.source import REPOSITORY

FILE = REPOSITORY / "docs/cli.md"
EXAMPLE = re.compile(r"\n\s*Example: (.*)\Z", re.DOTALL)

TEMPLATE = Path(__file__).with_suffix(".txt")


def render() -> str:
    parts = {
        "exit_codes": "".join(
            f"| {int(code)} | {meaning} |\n" for code, meaning in MEANINGS.items()
        ),
        "index": "".join(_index()),
        "commands": "".join(part for each in _commands().values() for part in _command(each)),
    }
    text = TEMPLATE.read_text()
    for name, part in parts.items():
        text = text.replace(f"{{{name}}}", part)
    return text


def _commands() -> dict[str, Any]:
    group: Any = typer.main.get_command(app)
    return dict(group.commands)


def _index() -> Iterator[str]:
    for group in GROUPS:
        names = ", ".join(f"[`{name}`](#{name})" for name in group.COMMANDS)
        yield f"- {group.PANEL}: {names}\n"


def _command(command: Any) -> Iterator[str]:
    text = str(command.help or "")
    found = EXAMPLE.search(text)
    meaning = EXAMPLE.sub("", text).strip()
    yield f"\n### {command.name}\n\n"
    yield re.sub(r"(?<!\n)\n(?!\n)\s*", " ", re.sub(r"(?m)^ +", "", meaning)) + "\n\n"
    if found:
        yield f"```sh\n{found[1].strip()}\n```\n"
    own = [each for each in command.params if each.name not in {*COMMON, "help"}]
    if own:
        yield "\n| | default | meaning |\n| --- | --- | --- |\n"
        yield from (_parameter(each) for each in own)


def _parameter(each: Any) -> str:
    is_option = each.param_type_name == "option"
    names = ", ".join(f"`{name}`" for name in sorted(each.opts, key=len, reverse=True))
    written = names if is_option else f"`{each.metavar or each.name.upper()}`"
    if each.required:
        default = "**required**"
    else:
        default = f"`{each.default}`" if each.default not in (None, False, "") else ""
    meaning = str(each.help or "").replace("|", "\\|")
    return f"| {written} | {default} | {meaning} |\n"


if __name__ == "__main__":
    FILE.write_text(render())
