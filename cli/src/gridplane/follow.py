"""Follows an operation to its end: live on a terminal, line by line elsewhere."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from rich.live import Live

from gridplane import times
from gridplane.advice import as_commands
from gridplane.answers import Answer
from gridplane.api_types import MinutesToReady, OperationView
from gridplane.errors import CliError, Interrupted
from gridplane.operation_view import (
    Look,
    error_title,
    failure_lines,
    operation_view,
    step_lines,
    title_line,
)
from gridplane.pace import Pace
from gridplane.session import Session


def follow(
    session: Session, operation_id: str, expected: MinutesToReady | None = None
) -> OperationView:
    """Returns the operation once it has ended, however. Ctrl-C leaves it running."""
    session.api.is_following = True
    try:
        if session.output.err.is_terminal:
            return _follow_live(session, operation_id, expected)
        return _follow_lines(session, operation_id, expected)
    except (Interrupted, KeyboardInterrupt):
        name = operation_id.rpartition(".")[0]
        raise Interrupted(
            f"Detached: {operation_id} goes on.",
            f"`gridplane watch {name}` follows it again, `gridplane cancel {name}` stops it.",
        ) from None
    finally:
        session.api.is_following = False


def require_success(operation: OperationView, wanted: str = "Succeeded") -> None:
    """Raises CliError with cause and suggested action unless the operation ended as wanted."""
    if operation["status"] == wanted:
        return
    error = operation.get("error")
    title = f"{operation['id']} {operation['status'].lower()}"
    if error is None:
        raise CliError(title, lines=failure_lines(operation))
    lines = [*failure_lines(operation)]
    inner = error.get("innererror") or {}
    if said := inner.get("message") or inner.get("code"):
        lines.append(("Azure", str(said)))
    raise CliError(
        f"{title}: {error_title(error)}",
        lines=lines,
        fix=as_commands(error.get("suggestedAction", ""), operation["environment"])
        or f"gridplane retry {operation['environment']}",
    )


def operation_id_of(answer: Answer) -> str:
    return answer.headers["Operation-Location"].rpartition("/")[2]


def _follow_live(
    session: Session, operation_id: str, expected: MinutesToReady | None
) -> OperationView:
    console = session.output.err
    pace, before = Pace(), None
    with Live(console=console, auto_refresh=False) as live:
        while True:
            look, answer = _look(session, operation_id, expected)
            live.update(operation_view(look), refresh=True)
            if look.has_ended:
                return look.operation
            is_news = look.operation != before
            _count_on(session, live, look, round(pace.after(answer, is_news=is_news)))
            before = look.operation


def _count_on(session: Session, live: Live, look: Look, seconds: int) -> None:
    """The clock goes on between two looks."""
    for passed in range(1, seconds + 1):
        session.around.sleep(1.0)
        later = replace(look, now=look.now + timedelta(seconds=passed))
        live.update(operation_view(later), refresh=True)


def _follow_lines(
    session: Session, operation_id: str, expected: MinutesToReady | None
) -> OperationView:
    pace, before = Pace(), None
    while True:
        look, answer = _look(session, operation_id, expected)
        if before is None:
            session.output.say(title_line(look))
        for line in step_lines(before, look):
            session.output.err.print(line, markup=False, soft_wrap=True)
        if look.has_ended:
            session.output.say(title_line(look))
            return look.operation
        is_news = before is None or look.operation != before.operation
        session.around.sleep(pace.after(answer, is_news=is_news))
        before = look


def _look(
    session: Session, operation_id: str, expected: MinutesToReady | None
) -> tuple[Look, Answer]:
    """The clock of the API counts: this machine's may be wrong, and simulated time runs faster."""
    answer = session.api.get(f"/operations/{operation_id}")
    operation: Any = answer.body
    now = max(answer.at, times.parse(operation["lastActionDateTime"]))
    return Look(operation, now, expected), answer
