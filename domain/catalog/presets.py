"""Open models that are ready to be served: what they need, and how the engine serves them."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import ceil

from pydantic import Field

from domain.catalog.sizing import ModelSize
from domain.wire import WireModel

CACHE_BYTES_PER_VALUE = 2
"""vLLM keeps the cache in the model's own type, bfloat16, whatever the type of its weights."""

PRESET_VERSION = "1"
"""Of the definition of a preset: raise it when one of them changes what it serves."""


class Preset(WireModel):
    """A model, as the file presets.json describes it."""

    name: str
    repository: str
    """At Hugging Face."""
    licence: str
    gated: bool
    """Whether the repository is open only to those who have accepted its licence."""
    weights_gib: float = Field(alias="weightsGiB")
    token_limit: int
    attention_heads: int
    cached_layers: int
    """Layers that keep all tokens."""
    kv_heads: int | None = None
    head_dimension: int | None = None
    latent_dimension: int | None = None
    """In place of the two, with multi-head latent attention."""
    note: str | None = None

    @property
    def size(self) -> ModelSize:
        return ModelSize(
            weights_gib=self.weights_gib,
            cache_bytes_per_token=self.cached_layers
            * self._values_per_layer
            * CACHE_BYTES_PER_VALUE,
            attention_heads=self.attention_heads,
            kv_heads=self.kv_heads,
            token_limit=self.token_limit,
        )

    @property
    def _values_per_layer(self) -> int:
        """A key and a value for each head, or what both are made of."""
        return self.latent_dimension or 2 * (self.kv_heads or 0) * (self.head_dimension or 0)

    @property
    def size_gib(self) -> int:
        return ceil(self.weights_gib)


class _Catalogue(WireModel):
    about: str
    as_of: str
    image: str
    presets: tuple[Preset, ...]


@cache
def _catalogue() -> _Catalogue:
    text = files(__package__ or "").joinpath("presets.json").read_text()
    return _Catalogue.model_validate_json(text)


def presets() -> Mapping[str, Preset]:
    """By name."""
    return {preset.name: preset for preset in _catalogue().presets}


def engine_image() -> str:
    """The image of vLLM that serves all presets."""
    return _catalogue().image


def presets_source() -> str:
    """Where the figures are from."""
    return _catalogue().about
