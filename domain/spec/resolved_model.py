"""Specifications that refer to a version in the registry: completed by it, and held against it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast

from domain.problem import Problem
from domain.spec.model import EnvironmentSpec
from domain.spec.model_versions import ModelContent, RegisteredModel, is_model_name
from domain.spec.policy import SpecPolicy
from domain.spec.validation import parse_spec
from domain.spec.workload import Workload

MODEL_VERSION_DELETED = "ModelVersionDeleted"

_IMAGE = "workload.image"
MODEL_VERSION = "workload.model.version"


class ModelReference(NamedTuple):
    """A model as a specification names it, whether it is in the registry or not."""

    name: str
    version: str


def find_reference(body: object) -> ModelReference | None:
    """None for a preset, whose models are not in the registry."""
    workload = _section(body, "workload")
    model = _section(workload, "model")
    name, version = model.get("name"), model.get("version")
    if (
        workload.get("preset") is not None
        or not is_model_name(name)
        or not isinstance(version, str)
    ):
        return None
    return ModelReference(cast("str", name), version)


def reference_of(workload: Workload) -> ModelReference | None:
    """As `find_reference`, of a specification that was read."""
    model = workload.model
    if workload.preset is not None or model is None:
        return None
    return ModelReference(model.name, model.version) if is_model_name(model.name) else None


def say_deleted(reference: ModelReference) -> str:
    return (
        f"Version {reference.version} of '{reference.name}' was deleted from the registry: name "
        "another one, or register it again with POST /models, under a new number."
    )


def parse_resolved(
    body: object, model: RegisteredModel | None, policy: SpecPolicy, now: datetime | None = None
) -> EnvironmentSpec | list[Problem]:
    """`model`: the one that the specification names, if the registry has it.

    Without an image the version has to be there. With one it may be any text, as long as a
    version of the same name is not another one, or was one.
    """
    reference = find_reference(body)
    if reference is None:
        return parse_spec(body, policy, now)
    document = cast("Mapping[str, Any]", body)
    version = model.find(reference.version) if model else None
    if version:
        problems = _find_differences(document, reference, version.content)
        return _join(problems, parse_spec(_complete(document, version.content), policy, now))
    missing = _find_missing(document, reference, model)
    return _join(missing, parse_spec(document, policy, now), explained=_IMAGE)


def _join(
    problems: list[Problem], parsed: EnvironmentSpec | list[Problem], explained: str | None = None
) -> EnvironmentSpec | list[Problem]:
    """`explained`: the target of what the first problems say better."""
    if isinstance(parsed, EnvironmentSpec) or not problems:
        return problems or parsed
    return [*problems, *(each for each in parsed if each.target != explained)]


def _complete(document: Mapping[str, Any], content: ModelContent) -> dict[str, Any]:
    workload = _section(document, "workload")
    model = _section(workload, "model")
    return {
        **document,
        "workload": {
            **_of_workload(content),
            **workload,
            "model": {**_of_model(content), **model},
        },
    }


def _find_differences(
    document: Mapping[str, Any], reference: ModelReference, content: ModelContent
) -> list[Problem]:
    """What is written, and is not what the version has."""
    workload = _section(document, "workload")
    fixed: dict[str, Any] = {"command": [], "args": [], **_of_workload(content)}
    written: list[tuple[str, Any, Any]] = [
        (f"workload.{key}", workload.get(key, fixed[key]), fixed[key]) for key in fixed
    ]
    model, of_model = _section(workload, "model"), _of_model(content)
    for key in ("source", "digest", *(["sizeGiB"] if content.size_gib else [])):
        has = of_model.get(key)
        written.append((f"workload.model.{key}", model.get(key, has), has))
    return [
        Problem(
            "ModelVersionDiffers",
            f"Version {reference.version} of {reference.name} in the registry has another value: "
            "leave this out, or register another version with POST /models.",
            target,
        )
        for target, value, has in written
        if value != has
    ]


def _of_workload(content: ModelContent) -> dict[str, Any]:
    wire = content.to_wire()
    return {
        key: wire[key] for key in ("image", "command", "args", "gpusPerReplica") if key in wire
    }


def _of_model(content: ModelContent) -> dict[str, Any]:
    wire = content.to_wire()
    return {key: wire[key] for key in ("source", "digest", "sizeGiB") if key in wire}


def _find_missing(
    document: Mapping[str, Any], reference: ModelReference, model: RegisteredModel | None
) -> list[Problem]:
    """Of a version that the registry does not have: a text that an image goes with, unless it had
    one of that number."""
    if model and model.has_deleted(reference.version):
        return [Problem(MODEL_VERSION_DELETED, say_deleted(reference), MODEL_VERSION)]
    has_image = "image" in _section(document, "workload")
    return [] if has_image else [_not_registered(reference, model)]


def _not_registered(reference: ModelReference, model: RegisteredModel | None) -> Problem:
    if model is None or not model.versions:
        known = f"The registry has no model '{reference.name}'"
    else:
        listed = ", ".join(str(each.version) for each in model.versions[-10:])
        known = f"The registry has these versions of '{reference.name}': {listed}"
    fix = f"{known}. Register it with POST /models, or write {_IMAGE}."
    return Problem("ModelVersionNotFound", fix, MODEL_VERSION)


def _section(document: object, name: str) -> dict[str, Any]:
    found = cast("dict[str, Any]", document).get(name) if isinstance(document, dict) else None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
