"""Arguments that several commands have."""

import re
from typing import Annotated

import typer

from gridplane import times
from gridplane.client import ApiClient
from gridplane.errors import CliError, invalid
from gridplane.session import Surroundings, make_session

LONGEST_COMPLETION = 100
SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def complete_name(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of environments. Completion never fails: without an API there is none."""
    try:
        session = make_session(ctx.obj or Surroundings(), no_input=True)
        with session.closing:
            answer = session.api.get("/environments", maxpagesize=LONGEST_COMPLETION)
    except CliError:
        return []
    return [each["name"] for each in answer.body["value"] if each["name"].startswith(incomplete)]


def require_segment(text: str | None) -> str | None:
    """What becomes a part of a path must not lead to another one."""
    if text is not None and not SEGMENT.fullmatch(text):
        raise invalid(f"'{text}' is no name.", "Letters, digits, hyphens and dots are in names.")
    return text


def read_time(text: str | None, api: ApiClient) -> str | None:
    """As the API takes it."""
    if text is None:
        return None
    try:
        return times.format_utc(times.parse_when(text, api.now))
    except (ValueError, OverflowError):
        raise invalid(
            f"'{text}' is no time.", "Send one such as 2026-11-29T12:00:00Z, 90m, 6h or 7d."
        ) from None


Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="Name of the environment.",
        autocompletion=complete_name,
        callback=require_segment,
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.", show_default=False)]
Detach = Annotated[
    bool,
    typer.Option(
        "--detach", "-d", help="Return once the operation is accepted.", show_default=False
    ),
]
File = Annotated[
    str,
    typer.Option(
        "--file", "-f", metavar="FILE", help="Specification in YAML or JSON; - is stdin."
    ),
]
