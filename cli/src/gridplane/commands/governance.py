"""Approve what waits for a second person, and read the audit."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Annotated

import typer

from gridplane.commands.arguments import Detach, Name, Yes, read_time
from gridplane.commands.changes import finish_operation
from gridplane.follow import operation_id_of
from gridplane.governance_tables import approval_facts, approvals_table, audit_table
from gridplane.session import Session

PANEL = "Govern"
DEFAULT_RECORDS = 100
LARGEST_PAGE = 500


def approvals(session: Session) -> None:
    """List operations that wait for approval by a second person.

    Example: gridplane approvals
    """
    found = list(session.api.pages("/approvals", maxpagesize=LARGEST_PAGE))
    session.output.show(
        found, approvals_table, lambda all_: [each["environment"] for each in all_]
    )


def approve(session: Session, name: Name, yes: Yes = False, detach: Detach = False) -> None:
    """Approve the operation of an environment that waits: exactly the plan that is shown.

    Example: gridplane approve fraud-llm
    """
    approval = session.api.get(f"/environments/{name}").body.get("approval")
    if approval:
        session.output.say(approval_facts(approval))
        session.confirm(f"Approve {approval['operationId']}?", is_given=yes)
    body = {"planDigest": approval["planDigest"]} if approval else {}
    answer = session.api.change("POST", f"/environments/{name}/approve", body)
    finish_operation(session, answer, detach)


def reject(
    session: Session,
    name: Name,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why, for the requester.")],
) -> None:
    """Reject the operation of an environment that waits for approval.

    Example: gridplane reject fraud-llm --reason "Use the smaller size first."
    """
    answer = session.api.change("POST", f"/environments/{name}/reject", {"reason": reason})
    operation_id = operation_id_of(answer)
    session.output.show(answer.body, lambda _: operation_id, lambda _: [operation_id])


def audit(
    session: Session,
    environment: Annotated[
        str | None, typer.Option("--environment", help="Only about this environment.")
    ] = None,
    actor: Annotated[
        str | None,
        typer.Option("--actor", help="Only by this object id, source of messages, or `sweep`."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TIME",
            help="RFC 3339, or as long ago as 6h or 7d; a day before the end by default.",
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", metavar="TIME", help="The same for the end; now by default."),
    ] = None,
    most: Annotated[
        int, typer.Option("--max", min=1, help="Show at most as many.")
    ] = DEFAULT_RECORDS,
) -> None:
    """Show who has asked for which change, and what was decided, the latest first.

    Example: gridplane audit --environment fraud-llm --from 7d
    """
    times = {"from": read_time(start, session.api), "to": read_time(end, session.api)}
    query = {"environment": environment, "actor": actor, **times}
    pages = session.api.pages("/audit", **query, maxpagesize=min(most, LARGEST_PAGE))
    found = list(islice(pages, most))
    session.output.show(found, audit_table, lambda all_: [each["id"] for each in all_])


COMMANDS: Mapping[str, Callable[..., None]] = {
    "approvals": approvals,
    "approve": approve,
    "reject": reject,
    "audit": audit,
}
