"""Look at environments: list, show, watch, events, metrics, versions, kubeconfig."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import typer

from gridplane import times
from gridplane.api_types import EventView
from gridplane.commands.arguments import Name, complete_name, require_segment
from gridplane.commands.kubeconfig import kubeconfig
from gridplane.commands.metrics import metrics
from gridplane.follow import follow, require_success
from gridplane.governance_tables import environment_versions_table
from gridplane.pace import Pace
from gridplane.session import Session
from gridplane.tables import (
    environment_facts,
    environments_table,
    event_line,
    events_table,
)

PANEL = "Look"
DELETION = "delete"


def list_environments(
    session: Session,
    phase: Annotated[
        str | None, typer.Option(help="Only those in this phase, such as Ready or Failed.")
    ] = None,
    health: Annotated[
        str | None, typer.Option(help="Only those of this health, such as Degraded.")
    ] = None,
    cost_center: Annotated[str | None, typer.Option(help="Only those of a cost center.")] = None,
) -> None:
    """List environments with phase, health, nodes and cost.

    Example: gridplane list --phase Ready --query "[].{name: name, url: endpoint}"
    """
    pages = session.api.pages(
        "/environments", phase=phase, health=health, costCenter=cost_center, maxpagesize=500
    )
    session.output.show(
        list(pages),
        lambda found: environments_table(
            found, session.api.now(), is_filtered=any((phase, health, cost_center))
        ),
        lambda found: [each["name"] for each in found],
    )


def show(session: Session, name: Name) -> None:
    """Show an environment: phase, endpoint, cells, cost, and what is wrong with the way out.

    Example: gridplane show fraud-llm -o yaml --query spec
    """
    answer = session.api.get(f"/environments/{name}")
    session.output.show(
        answer.body,
        lambda found: environment_facts(
            found, max(answer.at, times.parse(found["lastModifiedDateTime"]))
        ),
        lambda found: [found["name"]],
    )


def watch(
    session: Session,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="Environment, or id of an operation.",
            autocompletion=complete_name,
            callback=require_segment,
        ),
    ],
) -> None:
    """Follow the operation of an environment to its end. Ctrl-C detaches.

    Example: gridplane watch fraud-llm
    """
    if "." in name:
        require_success(follow(session, name))
        return
    found = session.api.get(f"/environments/{name}").body
    if operation_id := found.get("operationId"):
        operation = follow(session, operation_id)
        require_success(operation)
        if operation["kind"] == DELETION:
            session.output.say(f"{name} is deleted.")
            return
    else:
        session.output.say(f"No operation of {name} runs: it is {found['phase']}.")
    show(session, name)


def events(
    session: Session,
    name: Name,
    is_followed: Annotated[
        bool, typer.Option("--follow", "-f", help="Wait for further ones, until Ctrl-C.")
    ] = False,
) -> None:
    """Show the timeline of an environment, the latest entry last.

    Example: gridplane events fraud-llm -f
    """
    path = f"/environments/{name}/events"
    answer = session.api.get(path)
    found: list[EventView] = answer.body["value"]
    session.output.show(found, events_table, _types)
    pace, is_news = Pace(), True
    while is_followed:
        session.api.is_following = True
        session.around.sleep(pace.after(answer, is_news=is_news))
        answer = session.api.get(path)
        further = [each for each in answer.body["value"] if each not in found]
        found, is_news = answer.body["value"], bool(further)
        if further:
            session.output.show(further, _event_lines, _types)


def _event_lines(found: Sequence[EventView]) -> str:
    return "\n".join(event_line(each) for each in found)


def _types(found: Sequence[EventView]) -> list[str]:
    return [each["type"] for each in found]


def versions(session: Session, name: Name) -> None:
    """Show what an environment has run, the latest version first.

    Example: gridplane versions fraud-llm --query "[].digest"
    """
    found = session.api.get(f"/environments/{name}/versions").body["value"]
    session.output.show(
        found, environment_versions_table, lambda all_: [str(each["version"]) for each in all_]
    )


COMMANDS: Mapping[str, Callable[..., None]] = {
    "list": list_environments,
    "show": show,
    "watch": watch,
    "events": events,
    "metrics": metrics,
    "versions": versions,
    "kubeconfig": kubeconfig,
}
