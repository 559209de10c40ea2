"""Access to the clusters of an environment with kubectl."""

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from gridplane.api_types import KubernetesAccess
from gridplane.commands.arguments import Name
from gridplane.credentials import DEVICE_CODE
from gridplane.errors import CliError, ExitCode
from gridplane.kubeconfigs import LOGINS, Login, build_kubeconfig, find_file, merge_into
from gridplane.session import Session


def kubeconfig(
    session: Session,
    name: Name,
    region: Annotated[
        str | None, typer.Option(help="Only the cluster of this region; all by default.")
    ] = None,
    login: Annotated[
        str | None,
        typer.Option(
            help="How kubelogin gets tokens, by default as this program does: "
            f"{', '.join(LOGINS)}."
        ),
    ] = None,
    merge: Annotated[
        bool,
        typer.Option("--merge", help="Merge it into the file of kubectl instead of printing it."),
    ] = False,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Merge it into this file.")
    ] = None,
) -> None:
    """Print a kubeconfig for the clusters of an environment, or merge it into that of kubectl.

    It has no credential: kubelogin gets a token for AKS with your own sign-in, and Azure RBAC of
    the cluster decides what you may do there.

    Example: gridplane kubeconfig fraud-llm --merge && kubectl get pods
    """
    access = _of_region(session.api.get(f"/environments/{name}/kubeconfig").body, region)
    method = login or ("devicecode" if session.profile.sign_in == DEVICE_CODE else LOGINS[0])
    found = build_kubeconfig(access, Login(method, session.profile.kube_credential_command))
    for missing, reason in access["unread"].items():
        session.output.say(f"{missing} is left out: {reason}")
    if merge or file:
        path = file or find_file(session.around.environ)
        merge_into(path, found)
        session.output.write(str(path))
        chosen = f"--kubeconfig {shlex.quote(str(file))} " if file else ""
        session.output.hint("next", f"kubectl {chosen}get pods")
        return
    _print(session, found)


def _of_region(access: KubernetesAccess, region: str | None) -> KubernetesAccess:
    if region is None:
        return access
    wanted = region.replace(" ", "").lower()
    chosen = [each for each in access["value"] if each["region"] == wanted]
    if not chosen:
        known = ", ".join(each["region"] for each in access["value"])
        raise CliError(
            f"{access['environment']} has no cluster in {region}.",
            code=ExitCode.NOT_FOUND,
            fix=f"Choose one of {known}.",
        )
    return {**access, "value": chosen, "unread": {}}


def _print(session: Session, found: dict[str, Any]) -> None:
    if session.output.is_table:
        session.output.write(yaml.safe_dump(found, sort_keys=False).rstrip("\n"))
        return
    session.output.show(
        found,
        lambda each: each["current-context"],
        lambda each: [context["name"] for context in each["contexts"]],
    )
