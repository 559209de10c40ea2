"""Figures of an environment over time."""

from typing import Annotated

import typer

from gridplane.commands.arguments import Name, read_time
from gridplane.metric_tables import metrics_view
from gridplane.session import Session


def metrics(
    session: Session,
    name: Name,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TIME",
            help="RFC 3339, or as long ago as 6h or 7d; a day by default.",
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", metavar="TIME", help="The same for the end; now by default."),
    ] = None,
) -> None:
    """Show requests, errors, tokens, GPU nodes and cost over time, as sweeps have seen them.

    A terminal shows a line of marks for each figure, a pipe a row for each point: of 5 minutes
    for the last day, of an hour before.

    Example: gridplane metrics fraud-llm --from 7d
    """
    query = {"from": read_time(start, session.api), "to": read_time(end, session.api)}
    found = session.api.get(f"/environments/{name}/metrics", **query).body
    out = session.output.out
    width = out.width if out.is_terminal else None
    session.output.show(
        found, lambda each: metrics_view(each, width), lambda each: [each["environment"]]
    )
