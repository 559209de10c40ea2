"""Presets and sizes as the API shows them."""

from typing import Self

from pydantic import Field, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from domain.catalog.gpu_skus import GpuSku
from domain.catalog.presets import Preset, engine_image, presets, presets_source
from domain.catalog.sizing import (
    Fit,
    ModelSize,
    count_tokens_on,
    describe_misfit,
    find_fit,
    list_fits,
    say_smallest,
)
from domain.spec.fields import VmSize
from domain.spec.workload import default_startup_minutes
from domain.wire import WireModel

KIB = 1024

FIGURES = frozenset(
    {"weights_gib", "cache_kib_per_token", "attention_heads", "kv_heads", "token_limit"}
)
"""Fields of a model that is no preset."""


class FittingSize(WireModel):
    """A VM size on which a replica of a model fits."""

    vm_size: str = Field(description="VM size.", examples=["Standard_NC24ads_A100_v4"])
    gpus_per_replica: int = Field(
        description="GPUs of a replica, among which the engine splits the model.", examples=[1]
    )
    gpu_model: str = Field(description="GPU model.", examples=["A100"])
    gpu_memory_gb: int = Field(
        alias="gpuMemoryGB", description="Memory of one GPU in GB.", examples=[80]
    )
    tokens: int = Field(
        description="Tokens of all requests together that fit beside the weights.",
        examples=[186913],
    )
    context_length: int = Field(
        description="Tokens of the longest request: as many as fit, up to the model's limit.",
        examples=[16384],
    )


class PresetView(WireModel):
    """An open model that is ready to be served."""

    name: str = Field(description="For `workload.preset`.", examples=["phi-4"])
    repository: str = Field(
        description="Repository at Hugging Face, from which the engine reads the weights unless "
        "`workload.model.source` names others.",
        examples=["microsoft/phi-4"],
    )
    licence: str = Field(description="Licence of the weights.", examples=["mit"])
    gated: bool = Field(
        description="Whether Hugging Face asks for a token of an account that has accepted the "
        "licence: name it as `workload.secrets.HF_TOKEN`."
    )
    weights_gib: float = Field(
        alias="weightsGiB", description="Size of the weights in GiB.", examples=[27.31]
    )
    cache_kib_per_token: float = Field(
        alias="cacheKiBPerToken",
        description="Memory of the key-value cache of one token in KiB, of all GPUs together.",
        examples=[200],
    )
    token_limit: int = Field(
        description="Longest context that the model was made for.", examples=[16384]
    )
    startup_minutes: int = Field(
        description="Default of `workload.startup.timeoutMinutes`.", examples=[24]
    )
    note: str | None = Field(default=None, description="How its figures are meant.")
    sizes: tuple[FittingSize, ...] = Field(
        description="Sizes that it fits on, the smallest first: the default of `gpu.vmSize`."
    )


class PresetList(WireModel):
    """All presets, and the engine that serves them."""

    image: str = Field(description="Image of the engine.", examples=["vllm/vllm-openai:v0.31.0"])
    source: str = Field(description="Where the figures are from.")
    value: tuple[PresetView, ...] = Field(description="The presets, the smallest first.")


class SizingRequest(WireModel):
    """A model, and optionally the GPUs to put it on."""

    preset: str | None = Field(
        default=None, description="Name of a preset, in place of the figures.", examples=["phi-4"]
    )
    weights_gib: float | None = Field(
        default=None,
        alias="weightsGiB",
        gt=0,
        le=4096,
        description="Size of the weights in GiB.",
        examples=[131.42],
    )
    cache_kib_per_token: float | None = Field(
        default=None,
        alias="cacheKiBPerToken",
        ge=0.01,
        le=65536,
        description="Key-value cache of one token in KiB: layers x KV heads x head dimension x 2 "
        "x bytes of a value; or layers x latent dimension x bytes.",
        examples=[320],
    )
    attention_heads: StrictInt = Field(
        default=64, ge=1, le=1024, description="Attention heads, which GPUs divide."
    )
    kv_heads: StrictInt | None = Field(
        default=None,
        ge=1,
        le=1024,
        description="KV heads; omit them if each GPU keeps the whole cache.",
        examples=[8],
    )
    token_limit: StrictInt = Field(
        default=131_072, ge=1, le=16_777_216, description="Longest context of the model."
    )
    vm_size: VmSize | None = Field(
        default=None,
        description="VM size to judge; the smallest that fits is found in any case.",
        examples=["Standard_NC24ads_A100_v4"],
    )
    gpus_per_replica: StrictInt | None = Field(
        default=None,
        ge=1,
        le=16,
        description="GPUs of a replica; as few as it needs if omitted.",
    )

    @model_validator(mode="after")
    def _names_one_model(self) -> Self:
        if self.preset is None:
            is_one = None not in (self.weights_gib, self.cache_kib_per_token)
        else:
            is_one = self.model_fields_set.isdisjoint(FIGURES)
        if not is_one:
            raise PydanticCustomError(
                "InvalidValue",
                "Send either preset, or weightsGiB and cacheKiBPerToken: the figures of a preset "
                "are known.",
            )
        return self

    @property
    def size(self) -> ModelSize | None:
        """None for a preset that does not exist."""
        if self.preset is not None:
            preset = presets().get(self.preset)
            return preset.size if preset else None
        return ModelSize(
            weights_gib=self.weights_gib or 0,
            cache_bytes_per_token=int((self.cache_kib_per_token or 0) * KIB),
            attention_heads=self.attention_heads,
            kv_heads=self.kv_heads,
            token_limit=self.token_limit,
        )


class Sizing(WireModel):
    """Whether a model fits, and the smallest sizes that it fits on."""

    fits: bool = Field(description="Whether it fits on the size that was asked for, or on any.")
    tokens: int | None = Field(
        default=None,
        description="Tokens that fit on the size that was asked for; 0 if not even the weights "
        "fit, or if no replica of so many GPUs can run there. Absent if none was asked for.",
        examples=[41186],
    )
    message: str = Field(description="Why it does not fit, or where it fits, with the figures.")
    sizes: tuple[FittingSize, ...] = Field(description="Sizes that fit, the smallest first.")


def list_presets() -> PresetList:
    ranked = sorted(presets().values(), key=lambda preset: preset.weights_gib)
    return PresetList(
        image=engine_image(),
        source=presets_source(),
        value=tuple(build_preset_view(preset) for preset in ranked),
    )


def build_preset_view(preset: Preset) -> PresetView:
    size = preset.size
    return PresetView.model_validate(
        {
            "name": preset.name,
            "repository": preset.repository,
            "licence": preset.licence,
            "gated": preset.gated,
            "weights_gib": preset.weights_gib,
            "cache_kib_per_token": size.cache_bytes_per_token / KIB,
            "token_limit": preset.token_limit,
            "startup_minutes": default_startup_minutes(preset.size_gib),
            "note": preset.note,
            "sizes": _build_sizes(size, list_fits(size)),
        }
    )


def build_sizing(size: ModelSize, sku: GpuSku | None, gpus: int | None) -> Sizing:
    sizes = _build_sizes(size, list_fits(size, gpus))
    if sku is None:
        found = say_smallest(size, gpus)
        message = f"{found[0].upper()}{found[1:]}."
        return Sizing(fits=bool(sizes), message=message, sizes=sizes)
    fit = find_fit(size, sku, gpus)
    return Sizing(
        fits=fit is not None,
        tokens=fit.tokens if fit else count_tokens_on(size, sku, gpus or sku.gpus),
        message=f"Fits on {fit.describe()}." if fit else describe_misfit(size, sku, gpus),
        sizes=sizes,
    )


def _build_sizes(size: ModelSize, fits: list[Fit]) -> tuple[FittingSize, ...]:
    return tuple(_build_size(size, fit) for fit in fits)


def _build_size(size: ModelSize, fit: Fit) -> FittingSize:
    return FittingSize.model_validate(
        {
            "vm_size": fit.sku.name,
            "gpus_per_replica": fit.gpus,
            "gpu_model": fit.sku.gpu_model,
            "gpu_memory_gb": fit.sku.gpu_memory_gb,
            "tokens": fit.tokens,
            "context_length": size.context_length(fit.tokens),
        }
    )
