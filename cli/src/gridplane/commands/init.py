"""`init`: writes a specification to begin with."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gridplane.commands.catalogue import find_preset, find_region, find_size
from gridplane.errors import CliError, ExitCode, invalid
from gridplane.session import Session
from gridplane.specs import SCHEMA_FILE, check_values, read_schema, render_template

EXAMPLE_REGION = "westeurope"
EXAMPLE_SIZE = "Standard_NC24ads_A100_v4"
EXAMPLE_IMAGE = "registry.example.com/llm:1.4.2"


def init(
    session: Session,
    file: Annotated[Path, typer.Argument(help="File to write.")] = Path("environment.yaml"),
    name: Annotated[str, typer.Option(help="Name of the environment.")] = "my-llm",
    region: Annotated[
        str | None, typer.Option(help=f"Azure region. By default {EXAMPLE_REGION}.")
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(help="Open model to serve, of `gridplane presets`: it brings image and GPU."),
    ] = None,
    gpu: Annotated[
        str | None,
        typer.Option(help=f"VM size; `gridplane offers` lists them. By default {EXAMPLE_SIZE}."),
    ] = None,
    image: Annotated[
        str | None,
        typer.Option(help=f"Image of the model's container. By default {EXAMPLE_IMAGE}."),
    ] = None,
    cost_center: Annotated[str | None, typer.Option(help="Cost center.")] = None,
    owner: Annotated[str | None, typer.Option(help="E-mail address of the owner.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Write a specification with a comment on every field, and its JSON schema for editors.

    Example: gridplane init fraud-llm.yaml --name fraud-llm --preset phi-4
    """
    if file.exists() and not force:
        raise CliError(
            f"{file} exists.", code=ExitCode.CONFLICT, fix="Choose another name, or add --force."
        )
    given = {
        "name": name,
        "regions": [region or EXAMPLE_REGION],
        **_workload(name, preset, gpu, image),
        **({"costCenter": cost_center} if cost_center else {}),
        **({"owner": owner} if owner else {}),
    }
    check_values(given)
    known = {**given, **_find_names(session, region, preset, gpu)}
    try:
        file.write_text(render_template(known), encoding="utf-8")
        file.with_name(SCHEMA_FILE).write_text(read_schema(), encoding="utf-8")
    except OSError as error:
        raise invalid(f"{file} cannot be written: {error}") from error
    session.output.write(str(file))
    session.output.hint("next", f"gridplane plan -f {file}")


def _workload(name: str, preset: str | None, gpu: str | None, image: str | None) -> dict[str, Any]:
    """By path. What a preset brings is written only where it is to be something else."""
    if preset:
        given = {"gpu.vmSize": gpu, "workload.image": image}
        kept = {path: value for path, value in given.items() if value}
        return {"workload.preset": preset, **kept}
    return {
        "gpu.vmSize": gpu or EXAMPLE_SIZE,
        "workload.image": image or EXAMPLE_IMAGE,
        "workload.model": {"name": name, "version": "1"},
    }


def _find_names(
    session: Session, region: str | None, preset: str | None, gpu: str | None
) -> dict[str, str]:
    """By path: what is named, as the API has it."""
    found = {"workload.preset": find_preset(session, preset)} if preset else {}
    if gpu:
        found["gpu.vmSize"] = find_size(session, gpu, region or EXAMPLE_REGION)
    elif region:
        find_region(session, region)
    return found
