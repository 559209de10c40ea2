"""The model itself: its log, and questions to it."""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import typer

from gridplane import times
from gridplane.answers import Answer
from gridplane.api_types import PodLogPage
from gridplane.commands.arguments import Name
from gridplane.errors import CliError, ExitCode, Refusal
from gridplane.models import Question, ask
from gridplane.pace import Pace
from gridplane.session import Session

PANEL = "Use the model"
ASLEEP = "EnvironmentAsleep"


def logs(
    session: Session,
    name: Name,
    is_followed: Annotated[
        bool, typer.Option("--follow", "-f", help="Wait for further lines, until Ctrl-C.")
    ] = False,
    previous: Annotated[
        bool, typer.Option("--previous", help="Of the container before the last restart.")
    ] = False,
    tail: Annotated[int | None, typer.Option(help="Lines before the end, 100 by default.")] = None,
    region: Annotated[str | None, typer.Option(help="Region; the first by default.")] = None,
    pod: Annotated[
        str | None, typer.Option(help="Pod; by default one that has trouble, or the first.")
    ] = None,
    timestamps: Annotated[
        bool, typer.Option("--timestamps", help="Begin each line with its time.")
    ] = False,
) -> None:
    """Print what the model's container wrote.

    Example: gridplane logs fraud-llm -f
    """
    answer = session.api.get(
        f"/environments/{name}/logs",
        region=region,
        pod=pod,
        previous=previous or None,
        tail=tail,
    )
    _say_which(session, answer.body)
    _print_lines(session, answer.body, timestamps)
    pace = Pace()
    while (link := answer.body.get("nextLink")) and (is_followed or answer.body["isTruncated"]):
        if not answer.body["isTruncated"]:
            session.api.is_following = True
            session.around.sleep(pace.after(answer, is_news=bool(answer.body["value"])))
        answer = _next_page(session, link)
        _print_lines(session, answer.body, timestamps)


def _next_page(session: Session, link: str) -> Answer:
    """A pod that was replaced while it was followed has a successor."""
    try:
        return session.api.get(link)
    except Refusal as refusal:
        if refusal.error_code != "PodNotFound":
            raise
        answer = session.api.get(link.partition("?")[0])
        _say_which(session, answer.body)
        return answer


def _say_which(session: Session, page: PodLogPage) -> None:
    others = len(page["pods"]) - 1
    more = f", one of {others + 1} pods (--pod)" if others else ""
    session.output.err.print(f"{page['pod']} in {page['region']}{more}", style="dim")


def _print_lines(session: Session, page: PodLogPage, timestamps: bool) -> None:
    if session.output.is_table:
        for line in page["value"]:
            prefix = f"{times.local(line['at'])} " if timestamps else ""
            session.output.write(prefix + line["text"])
    else:
        session.output.show(page, lambda _: "", lambda each: [each["pod"]])


def invoke(
    session: Session,
    name: Name,
    prompt: Annotated[str, typer.Argument(help="What to ask; - reads it from stdin.")],
    system: Annotated[str | None, typer.Option(help="Instructions for the model.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Longest answer, in tokens.")] = None,
    model: Annotated[
        str | None, typer.Option(help="Model to name; that of the specification by default.")
    ] = None,
    is_waiting: Annotated[
        bool,
        typer.Option("--wait", help="Wait for a model that sleeps, wakes or starts."),
    ] = False,
) -> None:
    """Ask the model of an environment, and print the answer as it comes.

    Through the endpoint, as any caller: with a token of yours, in the format of OpenAI's chat API.

    Example: gridplane invoke fraud-llm "Is this transfer fraud?"
    """
    environment = session.api.get(f"/environments/{name}").body
    question = Question(
        prompt=sys.stdin.read() if prompt == "-" else prompt,
        model=model or _model_of(environment),
        system=system,
        max_tokens=max_tokens,
    )
    if not environment.get("endpoint"):
        raise CliError(
            f"{name} is {environment['phase']} and has no endpoint yet.",
            code=ExitCode.CONFLICT,
            fix=f"gridplane watch {name}",
        )
    try:
        parts = ask(session, environment, question, is_waiting=is_waiting)
        if session.output.is_table:
            _print_parts(session, parts)
        else:
            text = "".join(parts)
            session.output.show({"answer": text}, lambda _: text, lambda _: [text])
    except Refusal as refusal:
        if refusal.code is ExitCode.UNREACHABLE and not refusal.fix:
            sleeps = refusal.error_code == ASLEEP
            refusal.fix = f"gridplane wake {name}, or add --wait" if sleeps else "Add --wait."
        raise


def _print_parts(session: Session, parts: Iterator[str]) -> None:
    """As they come. A line that was begun is ended, whatever comes then."""
    has_begun = False
    try:
        for part in parts:
            print(part, end="", flush=True, file=session.output.out.file)
            has_begun = True
    finally:
        if has_begun:
            print(file=session.output.out.file, flush=True)


def _model_of(environment: Mapping[str, Any]) -> str:
    model = environment["spec"]["workload"].get("model")
    return model["name"] if model else environment["name"]


COMMANDS: Mapping[str, Callable[..., None]] = {"invoke": invoke, "logs": logs}
