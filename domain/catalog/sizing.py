"""How many tokens fit on GPUs beside the weights of a model.

The figures are those of KAITO's estimator (Apache-2.0), as of August 2026.
"""

from dataclasses import dataclass

from domain.catalog.gpu_skus import GPU_SKUS, GpuSku, list_gpu_counts

GIB = 1024**3

USED_MEMORY = 0.84
"""The share of a GPU's memory that is planned with."""

WEIGHTS_IN_MEMORY = 1.02 * 1.05
"""Weights take 2 % more in memory than in files; buffers come with 5 % of that."""

OVERHEAD_GIB = 2.3
"""Of each GPU: CUDA's context, graphs and libraries."""

LEAST_TOKENS = 4096
"""Fewer hold no more than a prompt of some pages and its answer."""


@dataclass(frozen=True, slots=True)
class ModelSize:
    """What of a model takes memory."""

    weights_gib: float
    cache_bytes_per_token: int
    """The key-value cache of one token, of all layers and heads together."""
    attention_heads: int
    kv_heads: int | None
    """None: each GPU keeps the whole cache (multi-head latent attention)."""
    token_limit: int
    """The longest context that the model was made for."""

    @property
    def needed_tokens(self) -> int:
        return min(LEAST_TOKENS, self.token_limit)

    def context_length(self, tokens: int) -> int:
        """Of the longest request, where so many tokens fit."""
        return min(tokens, self.token_limit)

    def can_split(self, gpus: int) -> bool:
        """Whether vLLM splits it among so many GPUs: each gets as many heads as any other."""
        return self.find_uneven(gpus) is None

    def find_uneven(self, gpus: int) -> str | None:
        """Why vLLM does not."""
        heads = None
        if self.attention_heads % gpus:
            heads = f"{self.attention_heads} attention heads"
        elif self.kv_heads and self.kv_heads % gpus and gpus % self.kv_heads:
            heads = f"{self.kv_heads} KV heads"
        return f"its {heads} cannot be split among {gpus} GPUs" if heads else None

    def cache_bytes_per_gpu(self, gpus: int) -> float:
        """Of one token. A key-value head that several GPUs need is in the memory of each."""
        return self.cache_bytes_per_token / min(gpus, self.kv_heads or 1)


@dataclass(frozen=True, slots=True)
class Fit:
    """A VM size on which a replica fits."""

    sku: GpuSku
    gpus: int
    """Of a replica: vLLM's tensor parallelism."""
    tokens: int

    def describe(self) -> str:
        sku = self.sku
        gpus = f"{self.gpus} x {sku.gpu_model} {sku.gpu_memory_gb} GB"
        return f"{sku.name} ({gpus}, {self.tokens:,} tokens)"


def count_tokens(model: ModelSize, gpu_memory_gib: float, gpus: int) -> int:
    """That fit beside the weights, of all requests together; 0 if not even the weights fit."""
    weights = model.weights_gib * WEIGHTS_IN_MEMORY / gpus
    free = gpu_memory_gib * USED_MEMORY - OVERHEAD_GIB - weights
    return max(0, int(free * GIB / model.cache_bytes_per_gpu(gpus)))


def count_most_tokens(model: ModelSize, gpu_memory_gib: float, gpus: int) -> int:
    """That could fit if nothing but weights and tokens took memory: more do not."""
    free = gpu_memory_gib - model.weights_gib / gpus
    return max(0, int(free * GIB / model.cache_bytes_per_gpu(gpus)))


def find_fit(model: ModelSize, sku: GpuSku, gpus: int | None = None) -> Fit | None:
    """With `gpus` per replica, or with as few as are needed; None if it does not fit."""
    counts = list_gpu_counts(sku.gpus) if gpus is None else (gpus,)
    for count in counts:
        tokens = count_tokens_on(model, sku, count)
        if tokens >= model.needed_tokens:
            return Fit(sku, count, tokens)
    return None


def count_tokens_on(model: ModelSize, sku: GpuSku, gpus: int) -> int:
    """0 also where no replica of so many GPUs can run."""
    if gpus > sku.gpus or not sku.has_bfloat16 or not model.can_split(gpus):
        return 0
    return count_tokens(model, sku.gpu_memory_gb, gpus)


def list_fits(model: ModelSize, gpus: int | None = None) -> list[Fit]:
    """The smallest nodes first: fewest GPUs, then least memory of each, then fewest vCPUs.

    Without parts of GPUs, and without GPUs that cannot calculate in bfloat16.
    """
    whole = (sku for sku in GPU_SKUS if not sku.partitioned)
    found = (find_fit(model, sku, gpus) for sku in whole)
    return sorted((fit for fit in found if fit), key=_rank)


def describe_misfit(model: ModelSize, sku: GpuSku, gpus: int | None) -> str:
    """Why no replica fits on a size, and the smallest sizes that it fits on."""
    count = gpus or sku.gpus
    return (
        f"{model.weights_gib:g} GiB of weights and {model.needed_tokens:,} tokens on {count} x "
        f"{sku.gpu_model} {sku.gpu_memory_gb} GB: {_say_needed(model, sku, count)}; "
        f"{say_smallest(model)}."
    )


def say_smallest(model: ModelSize, gpus: int | None = None) -> str:
    fits = list_fits(model, gpus)
    if not fits:
        uneven = model.find_uneven(gpus) if gpus else None
        return uneven or "no supported size has room for it"
    return "smallest sizes that fit: " + ", ".join(fit.describe() for fit in fits[:3])


def _rank(fit: Fit) -> tuple[int, int, int, int]:
    sku = fit.sku
    return sku.gpus, sku.gpu_memory_gb, sku.vcpus, sku.memory_gb


def _say_needed(model: ModelSize, sku: GpuSku, count: int) -> str:
    if not sku.has_bfloat16:
        return "it cannot calculate in bfloat16, which vLLM needs for most models"
    if uneven := model.find_uneven(count):
        return uneven
    if count_tokens(model, sku.gpu_memory_gb, count) >= model.needed_tokens:
        return f"{sku.name} has {sku.gpus}, and a replica cannot span nodes"
    enough = (
        more
        for more in list_gpu_counts(16)
        if more > count
        and model.can_split(more)
        and count_tokens(model, sku.gpu_memory_gb, more) >= model.needed_tokens
    )
    needed = next(enough, None)
    return f"needs {needed}" if needed else "does not fit on any number of these"
