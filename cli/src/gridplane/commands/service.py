"""The service as a whole: costs and sweeps."""

from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from gridplane.pace import Pace
from gridplane.service_tables import costs_table, sweep_table
from gridplane.session import Session
from gridplane.specs import read_schema

PANEL = "The service"


def costs(
    session: Session,
    cost_center: Annotated[str | None, typer.Option(help="Only of a cost center.")] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First day, such as 2026-11-01.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Last day; today by default.")
    ] = None,
) -> None:
    """Show what environments have cost by day, at list prices; this month by default.

    Example: gridplane costs --cost-center ML-1234 --query totalUsd
    """
    query = {"costCenter": cost_center, "from": first, "to": last}
    found = session.api.get("/costs", **query).body
    session.output.show(
        found,
        costs_table,
        lambda each: list(dict.fromkeys(day["environment"] for day in each["value"])),
    )


def sweeps(
    session: Session,
    start: Annotated[bool, typer.Option("--start", help="Run a sweep now, and wait.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="One that only decides, without acting.")
    ] = False,
) -> None:
    """Show what the latest sweep decided about idle GPU pools, and why.

    Example: gridplane sweeps --start --dry-run
    """
    pace = Pace()
    if start:
        answer = session.api.change("POST", "/sweeps", {"dryRun": dry_run})
        session.around.sleep(pace.after(answer, is_news=True))
    answer = session.api.get("/sweeps/latest", dryRun=dry_run or None)
    while start and answer.body["status"] == "Running":
        session.around.sleep(pace.after(answer, is_news=False))
        answer = session.api.get("/sweeps/latest", dryRun=dry_run or None)
    session.output.show(
        answer.body,
        sweep_table,
        lambda found: [each["environment"] for each in found.get("decisions", ())],
    )


def schema(session: Session) -> None:
    """Print the JSON schema of a specification, for editors and validators.

    Example: gridplane schema > environment.schema.json
    """
    session.output.write(read_schema().rstrip("\n"))


COMMANDS: Mapping[str, Callable[..., None]] = {
    "costs": costs,
    "sweeps": sweeps,
    "schema": schema,
}
