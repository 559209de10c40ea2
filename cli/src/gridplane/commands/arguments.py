"""Arguments that several commands have."""

from typing import Annotated

import typer

from gridplane.errors import CliError
from gridplane.session import Surroundings, make_session

LONGEST_COMPLETION = 100


def complete_name(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of environments. Completion never fails: without an API there is none."""
    try:
        session = make_session(ctx.obj or Surroundings(), no_input=True)
        with session.closing:
            answer = session.api.get("/environments", maxpagesize=LONGEST_COMPLETION)
    except CliError:
        return []
    return [each["name"] for each in answer.body["value"] if each["name"].startswith(incomplete)]


Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="Name of the environment.", autocompletion=complete_name),
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
