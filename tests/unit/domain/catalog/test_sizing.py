"""What fits beside the weights of a model, against figures that others have measured."""

from dataclasses import replace

import pytest

from domain.catalog.gpu_skus import GPU_SKUS, GpuSku, find_gpu_sku
from domain.catalog.presets import presets
from domain.catalog.sizing import (
    ModelSize,
    count_tokens,
    describe_misfit,
    find_fit,
    list_fits,
    say_smallest,
)

LLAMA_70B = ModelSize(
    weights_gib=131.42,
    cache_bytes_per_token=320 * 1024,
    attention_heads=64,
    kv_heads=8,
    token_limit=131_072,
)


def sku(name: str) -> GpuSku:
    found = find_gpu_sku(f"Standard_{name}")
    assert found
    return found


@pytest.mark.parametrize(
    ("preset", "size", "tokens"),
    [
        ("llama-3.1-8b-instruct", "NV36ads_A10_v5", 15_000),
        ("llama-3.1-8b-instruct", "NC24ads_A100_v4", 400_000),
        ("phi-4", "NC24ads_A100_v4", 186_000),
        ("phi-4", "NC40ads_H100_v5", 248_000),
        ("qwen3.6-27b", "NC24ads_A100_v4", 38_000),
        ("qwen3.6-27b", "NC40ads_H100_v5", 86_000),
        ("gpt-oss-120b", "NC40ads_H100_v5", 336_000),
        ("llama-3.3-70b-instruct", "NC80adis_H100_v5", 41_000),
        ("llama-3.3-70b-instruct", "NC96ads_A100_v4", 389_000),
        ("deepseek-v3.2", "ND96isr_H200_v5", 465_000),
    ],
)
def test_as_many_tokens_fit_as_kaito_plans_with(preset: str, size: str, tokens: int):
    fit = find_fit(presets()[preset].size, sku(size))
    assert fit
    assert fit.tokens == pytest.approx(tokens, rel=0.025)


@pytest.mark.parametrize(
    ("preset", "smallest", "gpus"),
    [
        ("llama-3.1-8b-instruct", "NV36ads_A10_v5", 1),
        ("phi-4", "NC24ads_A100_v4", 1),
        ("qwen3.6-27b", "NC24ads_A100_v4", 1),
        ("gpt-oss-120b", "NC40ads_H100_v5", 1),
        ("llama-3.3-70b-instruct", "NC80adis_H100_v5", 2),
        ("deepseek-v3.2", "ND96isr_H200_v5", 8),
    ],
)
def test_the_smallest_size_that_fits_is_found(preset: str, smallest: str, gpus: int):
    first, *_ = list_fits(presets()[preset].size)
    assert (first.sku, first.gpus) == (sku(smallest), gpus)


def test_no_part_of_a_gpu_is_suggested():
    found = {fit.sku.name for preset in presets().values() for fit in list_fits(preset.size)}
    assert not found & {each.name for each in GPU_SKUS if each.partitioned}


def test_a_part_of_a_gpu_may_be_asked_for():
    assert find_fit(presets()["phi-4-mini-instruct"].size, sku("NV18ads_A10_v5")) is None
    found = find_fit(presets()["phi-4-mini-instruct"].size, sku("NC72ds_xl_RTXPRO6000BSE_v6"))
    assert found
    assert found.tokens > 200_000


def test_nothing_fits_where_bfloat16_is_missing():
    assert find_fit(replace(LLAMA_70B, weights_gib=1), sku("NC64as_T4_v3")) is None


def test_weights_that_do_not_fit_leave_no_tokens():
    assert count_tokens(LLAMA_70B, 80, 1) == 0


def test_more_gpus_hold_more_tokens():
    counts = [count_tokens(LLAMA_70B, 141, gpus) for gpus in (1, 2, 4, 8)]
    assert counts == sorted(counts)
    assert counts[0] == 0


def test_a_latent_cache_is_kept_by_each_gpu():
    latent = replace(LLAMA_70B, weights_gib=0.0, kv_heads=None)
    split = replace(LLAMA_70B, weights_gib=0.0)
    assert count_tokens(latent, 80, 8) == count_tokens(latent, 80, 1)
    assert count_tokens(split, 80, 8) == pytest.approx(8 * count_tokens(split, 80, 1), rel=1e-4)


def test_a_head_is_kept_by_each_gpu_that_needs_it():
    two_heads = replace(LLAMA_70B, weights_gib=0.0, kv_heads=2)
    assert count_tokens(two_heads, 80, 8) == count_tokens(two_heads, 80, 2)


@pytest.mark.parametrize(
    ("attention_heads", "kv_heads", "gpus", "can"),
    [
        (64, 8, 8, True),
        (64, 8, 16, True),
        (24, 4, 16, False),
        (40, 10, 2, True),
        (40, 10, 4, False),
        (128, None, 8, True),
    ],
)
def test_heads_are_divided_evenly(
    attention_heads: int, kv_heads: int | None, gpus: int, can: bool
):
    model = replace(LLAMA_70B, attention_heads=attention_heads, kv_heads=kv_heads)
    assert model.can_split(gpus) is can


@pytest.mark.parametrize(
    ("size", "gpus", "says"),
    [
        (
            "NC24ads_A100_v4",
            None,
            "131.42 GiB of weights and 4,096 tokens on 1 x A100 80 GB: needs 4;",
        ),
        (
            "NC80adis_H100_v5",
            1,
            "on 1 x H100 NVL 94 GB: needs 2; smallest sizes that fit: Standard_NC80adis",
        ),
        ("NV6ads_A10_v5", None, "does not fit on any number of these"),
        ("NC64as_T4_v3", None, "it cannot calculate in bfloat16"),
        ("ND96isr_H200_v5", 3, "its 64 attention heads cannot be split among 3 GPUs"),
        ("NC24ads_A100_v4", 2, "on 2 x A100 80 GB: needs 4;"),
        (
            "NC24ads_A100_v4",
            4,
            "on 4 x A100 80 GB: Standard_NC24ads_A100_v4 has 1, and a replica cannot span nodes;",
        ),
    ],
)
def test_a_misfit_is_explained_with_figures(size: str, gpus: int | None, says: str):
    assert says in describe_misfit(LLAMA_70B, sku(size), gpus)


def test_the_heads_that_cannot_be_split_are_named():
    model = replace(LLAMA_70B, attention_heads=48, weights_gib=20)
    says = "its 8 KV heads cannot be split among 3 GPUs"
    assert says in describe_misfit(model, sku("ND96isr_H100_v5"), 3)
    assert say_smallest(model, 3) == says


def test_what_no_size_holds_is_said():
    huge = replace(LLAMA_70B, weights_gib=2000)
    assert list_fits(huge) == []
    assert say_smallest(huge) == "no supported size has room for it"


def test_a_short_model_needs_no_more_tokens_than_it_takes():
    assert replace(LLAMA_70B, token_limit=512).needed_tokens == 512
    assert replace(LLAMA_70B, token_limit=512).context_length(4096) == 512
