"""Change an environment that is there: sleep, wake, retry, repair, roll back, cancel, delete."""

from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from gridplane.answers import Answer
from gridplane.commands.arguments import Detach, Name, Yes
from gridplane.follow import follow, operation_id_of, require_success
from gridplane.session import Session

PANEL = "Operate"


def wake(session: Session, name: Name, detach: Detach = False) -> None:
    """Bring the GPU nodes of a sleeping environment back.

    Example: gridplane wake fraud-llm
    """
    _act(session, name, "wake", detach)


def scale_down(session: Session, name: Name, detach: Detach = False) -> None:
    """Scale the GPU pools of an environment to zero: it sleeps until it is woken.

    Example: gridplane scale-down fraud-llm
    """
    _act(session, name, "scale-down", detach)


def retry(session: Session, name: Name, detach: Detach = False) -> None:
    """Start the operation that failed again. What exists is adopted.

    Example: gridplane retry fraud-llm
    """
    _act(session, name, "retry", detach)


def repair(session: Session, name: Name, detach: Detach = False) -> None:
    """Build whatever is missing or differs in Azure.

    Example: gridplane repair fraud-llm
    """
    _act(session, name, "repair", detach)


def cancel(session: Session, name: Name, detach: Detach = False) -> None:
    """Cancel the operation that runs. GPU pools that serve nothing go to zero.

    Example: gridplane cancel fraud-llm
    """
    answer = session.api.change("POST", f"/environments/{name}/cancel")
    finish_operation(session, answer, detach, wanted="Canceled")


def delete(
    session: Session,
    name: Name,
    yes: Yes = False,
    detach: Detach = False,
    force: Annotated[
        bool, typer.Option("--force", help="Start another deletion for one that is stuck.")
    ] = False,
) -> None:
    """Delete an environment and everything that was built for it.

    Example: gridplane delete fraud-llm --yes
    """
    session.confirm(f"Delete {name} and all of its resources?", is_given=yes)
    answer = session.api.change("DELETE", f"/environments/{name}", force=force or None)
    if answer.status == 204:
        session.output.say(f"{name} does not exist: nothing is to delete.")
        return
    finish_operation(session, answer, detach)


def rollback(
    session: Session,
    name: Name,
    version: Annotated[
        int | None,
        typer.Option("--to", metavar="VERSION", help="By default the one before.", min=1),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", "-r", help="Why, for the timeline.")
    ] = None,
    detach: Detach = False,
) -> None:
    """Go back to the workload of an earlier version, with the image that ran then.

    Example: gridplane rollback fraud-llm --to 4 --reason "5 answers nonsense."
    """
    given = {"toVersion": version, "reason": reason}
    body = {key: value for key, value in given.items() if value is not None}
    finish_operation(
        session, session.api.change("POST", f"/environments/{name}/rollback", body), detach
    )


def _act(session: Session, name: str, action: str, detach: bool) -> None:
    finish_operation(session, session.api.change("POST", f"/environments/{name}/{action}"), detach)


def finish_operation(
    session: Session, answer: Answer, detach: bool, wanted: str = "Succeeded"
) -> None:
    """The result is the operation, as soon as it has started or once it has ended."""
    operation_id = operation_id_of(answer)
    found = answer.body
    if not detach:
        found = follow(session, operation_id)
        require_success(found, wanted)
    session.output.show(found, lambda _: operation_id, lambda _: [operation_id])
    if detach:
        session.output.hint("follow", f"gridplane watch {operation_id}")


COMMANDS: Mapping[str, Callable[..., None]] = {
    "wake": wake,
    "scale-down": scale_down,
    "retry": retry,
    "repair": repair,
    "rollback": rollback,
    "cancel": cancel,
    "delete": delete,
}
