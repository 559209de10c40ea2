"""What can be served: presets of open models, and the registry of the team's own."""

from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from gridplane.commands.arguments import Yes, require_segment
from gridplane.model_tables import models_table, presets_table, versions_table
from gridplane.session import Session
from gridplane.specs import read_document

PANEL = "Catalog"


def presets(session: Session) -> None:
    """List open models that are ready to be served, and the smallest size each fits on.

    Example: gridplane presets --query "value[?licence=='mit'].name"
    """
    found = session.api.get("/presets").body
    session.output.show(found, presets_table, lambda each: [p["name"] for p in each["value"]])


def models(
    session: Session,
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="[MODEL]", help="Show the versions of this one.", callback=require_segment
        ),
    ] = None,
) -> None:
    """List the models of the registry, or the versions of one.

    Example: gridplane models fraud-llm
    """
    if model:
        found = session.api.get(f"/models/{model}").body
        session.output.show(
            found, versions_table, lambda each: [str(v["version"]) for v in each["versions"]]
        )
        return
    pages = list(session.api.pages("/models", maxpagesize=500))
    session.output.show(pages, models_table, lambda found: [each["name"] for each in found])


def register(
    session: Session,
    file: Annotated[
        str,
        typer.Option("--file", "-f", metavar="FILE", help="Model in YAML or JSON; - is stdin."),
    ],
) -> None:
    """Register a version of a model: image by digest, arguments, weights. Versions never change.

    Example: gridplane register -f model.yaml --query version
    """
    found = session.api.change("POST", "/models", read_document(file)).body
    label = f"{found['name']} {found['version']}"
    session.output.show(found, lambda _: label, lambda each: [str(each["version"])])


def unregister(
    session: Session,
    model: Annotated[
        str,
        typer.Argument(metavar="MODEL", help="Name of the model.", callback=require_segment),
    ],
    version: Annotated[
        int | None, typer.Option("--version", help="This version alone; all by default.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Delete a model of the registry, or one version, unless an environment refers to it.

    Example: gridplane unregister fraud-llm --version 3 --yes
    """
    what = f"version {version} of {model}" if version is not None else model
    whole = "" if version is not None else " and all of its versions"
    session.confirm(f"Delete {what}{whole}?", is_given=yes)
    path = f"/models/{model}" + (f"/versions/{version}" if version is not None else "")
    session.api.change("DELETE", path)
    session.output.say(f"{what} is no longer in the registry.")


COMMANDS: Mapping[str, Callable[..., None]] = {
    "presets": presets,
    "models": models,
    "register": register,
    "unregister": unregister,
}
