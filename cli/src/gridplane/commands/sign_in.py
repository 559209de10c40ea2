"""Sign in, and what the program tells of itself."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated

import typer
from typer.completion import (
    get_completion_script,  # pyright: ignore[reportPrivateImportUsage]
)

from gridplane import __version__, credentials
from gridplane.errors import CliError, ExitCode, Refusal, invalid
from gridplane.profiles import DEFAULT_PROFILE, Profile, save_profile
from gridplane.session import Session
from gridplane.tables import facts_table

PANEL = "Set up"
SHELLS = ("bash", "zsh", "fish", "powershell")


def login(
    session: Session,
    scope: Annotated[
        str | None,
        typer.Option(help="Scope of tokens for the API: api://CLIENT_ID/.default."),
    ] = None,
    model_scope: Annotated[
        str | None, typer.Option(help="Scope of tokens for models, if it is another one.")
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="Id of the Entra tenant.")] = None,
    device_code: Annotated[
        bool, typer.Option("--device-code", help="Sign in with a code in a browser.")
    ] = False,
    ca_bundle: Annotated[
        str | None, typer.Option(help="File with certificate authorities to trust as well.")
    ] = None,
    edge_address: Annotated[
        str | None,
        typer.Option(help="HOST:PORT that requests to models go to, for a local stack."),
    ] = None,
) -> None:
    """Check access to an API and save where it is as a profile.

    Tokens come from the Azure CLI (`az login`), or from --device-code. A local API without
    authentication needs no scope, and no login at all if GRIDPLANE_URL names it.

    Example: gridplane login --url https://gridplane.azurewebsites.net --scope api://CLIENT_ID/.default
    """
    given = {
        "scope": scope,
        "model_scope": model_scope,
        "tenant": tenant,
        "ca_bundle": ca_bundle,
        "edge_address": edge_address,
        "sign_in": credentials.DEVICE_CODE if device_code else None,
    }
    name = session.profile_name or DEFAULT_PROFILE
    if session.url or session.around.environ.get("GRIDPLANE_URL"):
        session.profile_name = None  # it may be a new one
    known = {key: text for key, text in given.items() if text is not None}
    profile: Profile = replace(session.profile, **known)
    if device_code:
        if not profile.scope:
            raise invalid("--device-code needs --scope.")
        credentials.sign_in_by_device_code(profile, session.around.environ)
    _check_access(session, profile)
    path = save_profile(name, profile, session.around.environ)
    session.output.say(f"Signed in to {profile.url}: profile {name} in {path}")


def _check_access(session: Session, profile: Profile) -> None:
    _require_gridplane(session, profile)
    try:
        session.connect(profile).get("/environments", maxpagesize=1)
    except Refusal as refusal:
        if refusal.code is ExitCode.UNAUTHORISED and not profile.scope:
            raise CliError(
                f"{profile.url} requires a token.",
                code=ExitCode.UNAUTHORISED,
                fix="Add --scope api://CLIENT_ID/.default, with the client id of the API's app.",
            ) from refusal
        raise


def _require_gridplane(session: Session, profile: Profile) -> None:
    """No other service gets a token."""
    try:
        session.connect(profile, with_token=False).health()
    except Refusal as refusal:
        if refusal.code is not ExitCode.UNAUTHORISED:
            raise


def completion(
    session: Session,
    shell: Annotated[str, typer.Argument(help=f"One of {', '.join(SHELLS)}.")],
) -> None:
    """Print a script that completes commands, options and names of environments.

    Example: source <(gridplane completion bash)
    """
    if shell not in SHELLS:
        raise invalid(f"There is no completion for {shell}, only for {', '.join(SHELLS)}.")
    session.output.write(
        get_completion_script(
            prog_name="gridplane", complete_var="_GRIDPLANE_COMPLETE", shell=shell
        )
    )


def version(session: Session) -> None:
    """Show the version of this program, and of the API if it answers.

    Example: gridplane version -o json
    """
    found = {"client": __version__, "url": session.profile.url}
    try:
        answer = session.connect(session.profile, with_token=False).health()
        found |= {"api": answer.body["status"], "commit": answer.body.get("commit", "")}
    except CliError as error:
        found["api"] = error.title
    session.output.show(found, facts_table, lambda each: [each["client"]])


COMMANDS: Mapping[str, Callable[..., None]] = {
    "login": login,
    "version": version,
    "completion": completion,
}
