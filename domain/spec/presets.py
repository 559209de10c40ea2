"""Completes a specification whose workload names a preset: what is written stays as it is."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, cast

from domain.catalog.gpu_skus import GpuSku, find_gpu_sku, nodes_for
from domain.catalog.presets import PRESET_VERSION, Preset, engine_image, presets
from domain.catalog.sizing import Fit, describe_misfit, find_fit, list_fits, say_smallest
from domain.problem import Problem
from domain.spec.preset_arguments import find_argument_problem
from domain.spec.update import UpdateStrategy
from domain.spec.weights import WEIGHTS_FOLDER

PRESET = "workload.preset"
TOKEN = "HF_TOKEN"
"""The variable from which vLLM reads the token for Hugging Face."""
VLLM_PORT = 8000

type Document = Mapping[str, Any]


def complete_by_preset(document: Document) -> tuple[dict[str, Any], list[Problem]]:
    """The specification with what its preset adds, and what forbids it.

    A preset that does not exist, or does not fit, adds something as well: that it does is the only
    problem then.
    """
    workload = _section(document, "workload")
    name = workload.get("preset")
    if not isinstance(name, str):
        return dict(document), []
    preset = presets().get(name)
    if preset is None:
        return _complete(document, next(iter(presets().values())), None), [unknown_preset(name)]
    fit = _find_fit(preset, document)
    problems = [
        *_find_gate(preset, workload),
        *_find_misfit(preset, document, fit),
        *_find_argument_problem(preset, document, fit),
    ]
    return _complete(document, preset, fit), problems


def _find_fit(preset: Preset, document: Document) -> Fit | None:
    """On the size that is written, or on the smallest if none is."""
    gpus = _count(_section(document, "workload"), "gpusPerReplica")
    if "vmSize" not in _section(document, "gpu"):
        return next(iter(list_fits(preset.size, gpus)), None)
    sku = _find_sku(document)
    return find_fit(preset.size, sku, gpus) if sku else None


def _build_arguments(preset: Preset, fit: Fit | None, workload: Document) -> list[str]:
    """Of `vllm serve`. Weights that the specification names are read from where they are
    mounted, others from Hugging Face."""
    model = _section(workload, "model")
    port = workload.get("port", VLLM_PORT)
    return [
        preset.repository if model.get("source") is None else WEIGHTS_FOLDER,
        f"--served-model-name={model.get('name', preset.name)}",
        *([f"--port={port}"] if port != VLLM_PORT else []),
        *([f"--tensor-parallel-size={fit.gpus}"] if fit else []),
        *([f"--max-model-len={preset.size.context_length(fit.tokens)}"] if fit else []),
    ]


def _complete(document: Document, preset: Preset, fit: Fit | None) -> dict[str, Any]:
    workload = _section(document, "workload")
    model: dict[str, Any] = {
        "name": preset.name,
        "version": PRESET_VERSION,
        "sizeGiB": preset.size_gib,
    }
    added = {
        "image": engine_image(),
        "command": ["vllm", "serve"],
        "args": _build_arguments(preset, fit, workload),
        **({"gpusPerReplica": fit.gpus} if fit else {}),
    }
    given: object = workload.get("model", {})
    served = {**model, **cast("dict[str, Any]", given)} if isinstance(given, dict) else given
    return {
        **document,
        "gpu": _complete_gpu(document, fit or list_fits(preset.size)[0]),
        "workload": {**added, **workload, "model": served},
    }


def _complete_gpu(document: Document, fit: Fit) -> object:
    """The size that fits, with as many nodes as the replicas need."""
    given: object = document.get("gpu", {})
    if not isinstance(given, dict) or "vmSize" in given:
        return cast("object", given)
    return {
        "vmSize": fit.sku.name,
        "maxNodes": _count_nodes(document, fit),
        **cast("dict[str, Any]", given),
    }


def _count_nodes(document: Document, fit: Fit) -> int:
    """Also for a second version beside the one that serves, where updates bring one."""
    workload = _section(document, "workload")
    most = _count(_section(workload, "autoscale"), "max")
    replicas = most or _count(workload, "replicas") or 1
    is_blue_green = _section(document, "update").get("strategy") == UpdateStrategy.BLUE_GREEN
    versions = 2 if is_blue_green else 1
    needed = nodes_for(fit.sku.gpus, fit.gpus, versions * replicas)
    return max(needed, _count(_section(document, "gpu"), "minNodes") or 0)


def _find_gate(preset: Preset, workload: Document) -> list[Problem]:
    has_token = TOKEN in _section(workload, "secrets") or TOKEN in _section(workload, "env")
    has_weights = _section(workload, "model").get("source") is not None
    if not preset.gated or has_token or has_weights:
        return []
    fix = (
        f"{preset.repository} is open at Hugging Face only to those who have accepted its "
        f"licence ({preset.licence}): accept it there, keep a token in a Key Vault and name the "
        f"secret as {TOKEN}; or name weights of your own in workload.model.source."
    )
    return [Problem("HuggingFaceTokenRequired", fix, f"workload.secrets.{TOKEN}")]


def _find_misfit(preset: Preset, document: Document, fit: Fit | None) -> list[Problem]:
    """Arguments of the caller's own may quantize what would not fit otherwise."""
    workload, sku = _section(document, "workload"), _find_sku(document)
    if fit or "args" in workload:
        return []
    gpus = _count(workload, "gpusPerReplica")
    target = "workload.gpusPerReplica" if gpus else "gpu.vmSize"
    if sku and (gpus or 1) <= sku.gpus:
        return [Problem("ModelDoesNotFit", describe_misfit(preset.size, sku, gpus), target)]
    if "vmSize" in _section(document, "gpu"):
        return []
    uneven = preset.size.find_uneven(gpus) if gpus else None
    why = uneven or f"no size has room for {preset.name} on {gpus} GPUs"
    fix = f"{why[0].upper()}{why[1:]}; {say_smallest(preset.size)}."
    return [Problem("ModelDoesNotFit", fix, target)]


def _find_argument_problem(preset: Preset, document: Document, fit: Fit | None) -> list[Problem]:
    workload, sku = _section(document, "workload"), _find_sku(document)
    words: object = workload.get("args")
    size = sku or (fit.sku if fit else None)
    if not isinstance(words, list) or size is None:
        return []
    texts = [str(each) for each in cast("list[object]", words)]
    gpus = _count(workload, "gpusPerReplica") or (fit.gpus if fit else 1)
    found = find_argument_problem(preset, size, gpus, texts)
    return [found] if found else []


def unknown_preset(name: str, target: str = PRESET) -> Problem:
    close = get_close_matches(name.lower(), presets(), 1, 0.5)
    meant = f"Did you mean '{close[0]}'? " if close else ""
    listed = ", ".join(presets())
    return Problem(
        "UnknownPreset", f"There is no preset '{name}'. {meant}Known: {listed}.", target
    )


def _find_sku(document: Document) -> GpuSku | None:
    size = _section(document, "gpu").get("vmSize")
    return find_gpu_sku(size) if isinstance(size, str) else None


def _section(document: Document, name: str) -> dict[str, Any]:
    """Empty for what is no object, which the model refuses."""
    found: object = document.get(name)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _count(section: Document, name: str) -> int | None:
    """None for what is no number of at least 1, which the model refuses, and for none."""
    found: object = section.get(name)
    if not isinstance(found, int) or isinstance(found, bool):
        return None
    return found if 1 <= found <= 100 else None
