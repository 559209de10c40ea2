"""From a specification to an environment: offers, plan, apply."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gridplane.answers import Answer
from gridplane.api_types import Plan
from gridplane.commands.arguments import Detach, File, Yes
from gridplane.commands.init import init
from gridplane.errors import CliError, ExitCode, Refusal, invalid
from gridplane.follow import follow, operation_id_of, require_success
from gridplane.plan_view import plan_view, price_line
from gridplane.session import Session
from gridplane.specs import is_plan, read_document
from gridplane.tables import offers_table

PANEL = "Create and change"


def offers(
    session: Session,
    region: Annotated[str, typer.Option("--region", "-r", help="Azure region.")],
    gpus: Annotated[int | None, typer.Option(help="Least number of GPUs per node.")] = None,
    gpu_memory: Annotated[int | None, typer.Option(help="Least memory per GPU in GB.")] = None,
) -> None:
    """List GPU sizes of a region with prices and what is left of the quota, cheapest first.

    Example: gridplane offers -r westeurope --gpu-memory 80
    """
    found = session.api.get("/offers", region=region, gpus=gpus, gpuMemory=gpu_memory).body
    session.output.show(
        found, offers_table, lambda each: [offer["vmSize"] for offer in each["value"]]
    )


def plan(session: Session, file: File) -> None:
    """Show what a specification would do and cost, and whether Azure would grant it.

    -o plan.json saves the plan: `gridplane apply -f plan.json` carries exactly it out, or is
    refused once the environment has changed. The exit code is 1 if the plan would be refused.

    Example: gridplane plan -f environment.yaml -o plan.json
    """
    found = _make_plan(session, read_document(file))
    session.output.show(found, plan_view, lambda each: [each["id"]])
    if session.save_to:
        _save(session.save_to, found)
        session.output.hint("next", f"gridplane apply -f {session.save_to}")
    _require_granted(found)


def apply(
    session: Session,
    source: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="The same as --file.")
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(
            "--file", "-f", metavar="FILE", help="Specification or saved plan; - is stdin."
        ),
    ] = None,
    yes: Yes = False,
    detach: Detach = False,
) -> None:
    """Create or update an environment: plan, confirm, and follow until the model answers.

    FILE is a specification, or a plan that `gridplane plan -o plan.json` has saved. Ctrl-C
    detaches; the operation goes on.

    Example: gridplane apply -f environment.yaml --yes
    """
    given = [each for each in (source, file) if each is not None]
    if len(given) != 1:
        raise invalid("Name one FILE.", "gridplane apply -f environment.yaml")
    document = read_document(given[0])
    etag = None if is_plan(document) else _find_etag(session, str(document.get("name", "")))
    found: Plan = document if is_plan(document) else _make_plan(session, document)  # type: ignore[assignment]
    session.output.say(plan_view(found))
    _require_granted(found)
    if found["action"] == "none":
        _show_environment(session, found["environment"])
        return
    price = price_line(found["estimate"]["atReplicas"])
    session.confirm(f"\n{found['action'].capitalize()} it for {price}?", is_given=yes)
    answer = _carry_out(session, found, etag)
    operation_id = operation_id_of(answer)
    if detach:
        session.output.show(answer.body, lambda _: operation_id, lambda _: [operation_id])
        session.output.hint("follow", f"gridplane watch {found['environment']}")
        return
    require_success(follow(session, operation_id, found.get("minutesToReady")))
    _show_environment(session, found["environment"])


def _make_plan(session: Session, spec: Mapping[str, Any]) -> Plan:
    if is_plan(spec):
        raise invalid("This is a plan already.", "gridplane apply -f FILE")
    return session.api.change("POST", "/plans", spec).body


def _require_granted(found: Plan) -> None:
    failed = [each for each in found["checks"] if each["verdict"] == "fail"]
    if found["verdict"] == "fail":
        raise CliError(
            "The plan would be refused.",
            lines=[(f"{each['code']} ({each['target']})", each["message"]) for each in failed],
            fix="Change the fields named, or take one of the alternatives.",
        )


def _find_etag(session: Session, name: str) -> str | None:
    """Of the environment before the plan is made; None if there is none yet."""
    if not name:
        return None
    try:
        return session.api.get(f"/environments/{name}").headers.get("ETag")
    except Refusal as refusal:
        if refusal.code in (ExitCode.NOT_FOUND, ExitCode.INVALID):
            return None
        raise


def _carry_out(session: Session, found: Plan, etag: str | None) -> Answer:
    body = {"planId": found["id"]}
    if found["action"] == "create":
        return session.api.change("POST", "/environments", body)
    path = f"/environments/{found['environment']}"
    return session.api.change("PUT", path, body, if_match=etag)


def _show_environment(session: Session, name: str) -> None:
    found = session.api.get(f"/environments/{name}").body
    session.output.show(found, lambda each: each.get("endpoint", ""), lambda each: [each["name"]])
    if found.get("endpoint"):
        session.output.hint("ask", f'gridplane invoke {name} "Hello"')
    session.output.hint("look", f"gridplane show {name}")


def _save(path: Path, found: Plan) -> None:
    try:
        path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise invalid(f"{path} cannot be written: {error}") from error


COMMANDS: Mapping[str, Callable[..., None]] = {
    "init": init,
    "offers": offers,
    "plan": plan,
    "apply": apply,
}
