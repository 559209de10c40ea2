"""The program: its commands, and what the process ends with."""

import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn, TextIO

import typer
from typer.completion import completion_init  # pyright: ignore[reportPrivateImportUsage]

from gridplane.commands import (
    catalog,
    changes,
    environments,
    governance,
    models,
    plans,
    service,
    sign_in,
)
from gridplane.errors import CliError, EnoughRead, ExitCode, Interrupted, invalid
from gridplane.help import CommandsByPanel
from gridplane.output import make_console, print_error
from gridplane.session import Surroundings, with_session

HELP = """GPU inference environments on Azure: plan, apply, watch, ask.

Begin with `gridplane init`, then `gridplane apply -f environment.yaml`."""

app = typer.Typer(
    name="gridplane",
    cls=CommandsByPanel,
    help=HELP,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# What `gridplane completion` prints asks the program itself.
completion_init()

GROUPS = (sign_in, plans, environments, changes, governance, models, catalog, service)


def register(command: Callable[..., None], name: str, panel: str) -> None:
    app.command(name, rich_help_panel=panel)(with_session(command))


for group in GROUPS:
    for name, command in group.COMMANDS.items():
        register(command, name, group.PANEL)


def run(arguments: Sequence[str] | None = None, around: Surroundings | None = None) -> int:
    """The exit code of a command."""
    around = around or Surroundings()
    try:
        app(args=arguments, obj=around, prog_name="gridplane")
    except CliError as error:
        print_error(error, make_console(sys.stderr, around.environ))
        return int(error.code)
    except EnoughRead:
        # Python would complain at its exit that it cannot write the rest.
        sys.stdout = None  # pyright: ignore[reportAttributeAccessIssue]
        return int(ExitCode.OK)
    except OSError as error:
        print_error(_unusable_file(error), make_console(sys.stderr, around.environ))
        return int(ExitCode.INVALID)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ExitCode.FAILED)
    return int(ExitCode.OK)


def _unusable_file(error: OSError) -> CliError:
    named = f"{error.filename}: " if error.filename else ""
    return invalid(f"{named}{error.strerror or error}", "Check the path and its permissions.")


def main() -> NoReturn:
    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise Interrupted

    signal.signal(signal.SIGINT, interrupt)
    sys.stdout, sys.stderr = _writable(sys.stdout), _writable(sys.stderr)
    sys.exit(run())


def _writable(stream: TextIO | None) -> TextIO:
    """Python has none for one that is closed. What its encoding lacks is replaced."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    return stream or Path(os.devnull).open("w", encoding="utf-8")
