"""Arguments of vLLM that a specification writes for itself, held against the memory of its GPUs.

Only what cannot fit at all is refused: the memory that is planned with leaves room.
"""

import re
from collections.abc import Sequence

from domain.catalog.gpu_skus import GpuSku
from domain.catalog.presets import Preset
from domain.catalog.sizing import count_most_tokens, count_tokens_on, say_smallest
from domain.problem import Problem

ARGUMENTS = "workload.args"

_OTHER_MEMORY = frozenset(
    {
        "--quantization",
        "-q",
        "--dtype",
        "--kv-cache-dtype",
        "--cpu-offload-gb",
        "--pipeline-parallel-size",
        "-pp",
        "--hf-overrides",
        "--model",
        "--config",
    }
)
"""Options by which a model takes other memory than its figures say, or is another one."""

_UNITS = {"": 1, "k": 1000, "m": 1000**2, "K": 1024, "M": 1024**2}
"""As vLLM reads them."""


def find_argument_problem(
    preset: Preset, sku: GpuSku, gpus: int, words: Sequence[str]
) -> Problem | None:
    """`words`: of `vllm serve`. `gpus`: of a replica."""
    if words[:1] != [preset.repository] or any(_name(each) in _OTHER_MEMORY for each in words):
        return None
    parallel = _read(words, "--tensor-parallel-size", "-tp") or 1
    if parallel > gpus:
        message = (
            f"--tensor-parallel-size={parallel} takes {parallel} GPUs, and a replica has {gpus}: "
            f"write the same number, or set workload.gpusPerReplica to {parallel}."
        )
        return Problem("InvalidValue", message, ARGUMENTS)
    wanted = _read(words, "--max-model-len") or preset.token_limit
    most = count_most_tokens(preset.size, sku.gpu_memory_gb, parallel)
    if wanted <= most:
        return None
    return Problem("ModelDoesNotFit", _explain(preset, sku, parallel, wanted, most), ARGUMENTS)


def _explain(preset: Preset, sku: GpuSku, gpus: int, wanted: int, most: int) -> str:
    size, tokens = preset.size, count_tokens_on(preset.size, sku, gpus)
    fix = say_smallest(size)
    if tokens >= size.needed_tokens:
        fix = f"write at most --max-model-len={size.context_length(tokens)}, or leave args out"
    return (
        f"Requests of {wanted:,} tokens on {gpus} x {sku.gpu_model} {sku.gpu_memory_gb} GB: "
        f"beside {size.weights_gib:g} GiB of weights there is room for {most:,} at most; {fix}."
    )


def _name(word: str) -> str:
    return word.partition("=")[0].replace("_", "-")


def _read(words: Sequence[str], *names: str) -> int | None:
    """The number that follows the option; None for what is no positive number, and without."""
    for index, word in enumerate(words):
        if _name(word) in names:
            given = word.partition("=")[2] or next(iter(words[index + 1 :]), "")
            found = re.fullmatch(r"([1-9][0-9]{0,9})([kKmM]?)", given)
            return int(found[1]) * _UNITS[found[2]] if found else None
    return None
