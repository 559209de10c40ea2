"""Presets, and whether a model fits, as the API tells it."""

import pytest

from domain.catalog.gpu_skus import GpuSku, find_gpu_sku
from domain.catalog.presets import engine_image, presets, presets_source
from domain.catalog.sizing import ModelSize, describe_misfit, list_fits, say_smallest
from domain.serving.presets import Sizing, build_preset_view, build_sizing, list_presets
from domain.spec.workload import default_startup_minutes

A100, TWO_A100 = "Standard_NC24ads_A100_v4", "Standard_NC48ads_A100_v4"
MODEL = ModelSize(27.31, 200 * 1024, 40, 10, 16384)
LARGE = ModelSize(131.42, 320 * 1024, 64, 8, 131_072)
HUGE = ModelSize(4096, 320 * 1024, 64, 8, 131_072)


def sku(name: str) -> GpuSku:
    found = find_gpu_sku(name)
    assert found
    return found


def size(model: ModelSize, vm_size: str | None = None, gpus: int | None = None) -> Sizing:
    return build_sizing(model, sku(vm_size) if vm_size else None, gpus)


def test_presets_are_listed_by_their_size_with_the_engine():
    shown = list_presets()
    assert (shown.image, shown.source) == (engine_image(), presets_source())
    weights = [each.weights_gib for each in shown.value]
    assert weights == sorted(weights)
    assert {each.name for each in shown.value} == set(presets())


@pytest.mark.parametrize("name", ["phi-4"])
def test_a_preset_is_shown_with_its_figures_and_the_sizes_that_it_fits_on(name: str):
    preset = presets()[name]
    view = build_preset_view(preset)
    shown = view.to_wire()
    sizes = shown.pop("sizes")
    assert shown.pop("note", None) == preset.note
    assert shown == {
        "name": name,
        "repository": preset.repository,
        "licence": preset.licence,
        "gated": preset.gated,
        "weightsGiB": preset.weights_gib,
        "cacheKiBPerToken": preset.size.cache_bytes_per_token / 1024,
        "tokenLimit": preset.token_limit,
        "startupMinutes": default_startup_minutes(preset.size_gib),
    }
    fits = list_fits(preset.size)
    assert [each["vmSize"] for each in sizes] == [each.sku.name for each in fits]
    assert sizes[0] == {
        "vmSize": fits[0].sku.name,
        "gpusPerReplica": fits[0].gpus,
        "gpuModel": fits[0].sku.gpu_model,
        "gpuMemoryGB": fits[0].sku.gpu_memory_gb,
        "tokens": fits[0].tokens,
        "contextLength": min(fits[0].tokens, preset.token_limit),
    }


def test_without_a_size_the_smallest_ones_are_named():
    found = size(MODEL)
    assert (found.fits, found.tokens) == (True, None)
    assert found.message.startswith("Smallest sizes that fit: ")
    assert found.message[1:] == f"{say_smallest(MODEL)[1:]}."
    assert found.sizes[0].vm_size in found.message


def test_what_fits_nowhere_says_so():
    found = size(HUGE)
    assert (found.fits, found.sizes) == (False, ())
    assert found.message == "No supported size has room for it."


def test_a_size_that_fits_is_named_with_its_tokens():
    found = size(MODEL, A100)
    (fit,) = (each for each in list_fits(MODEL) if each.sku.name == A100)
    assert (found.fits, found.tokens) == (True, fit.tokens)
    assert found.message == f"Fits on {fit.describe()}."
    assert len(found.sizes) == len(list_fits(MODEL))


@pytest.mark.parametrize(
    ("model", "vm_size", "gpus"),
    [(LARGE, A100, None), (LARGE, TWO_A100, 1), (LARGE, A100, 1)],
)
def test_a_size_that_does_not_fit_says_why(model: ModelSize, vm_size: str, gpus: int | None):
    found = size(model, vm_size, gpus)
    assert (found.fits, found.tokens) == (False, 0)
    assert found.message == describe_misfit(model, sku(vm_size), gpus)
    assert [each.vm_size for each in found.sizes] == [
        each.sku.name for each in list_fits(model, gpus)
    ]


def test_tokens_of_a_misfit_are_those_of_all_gpus_of_the_size():
    tight = ModelSize(120.6, 320 * 1024, 64, 8, 131_072)
    found = size(tight, TWO_A100)
    assert not found.fits
    assert found.tokens
    assert size(tight, TWO_A100, 1).tokens == 0
