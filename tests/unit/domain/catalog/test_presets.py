"""The catalogue of open models."""

import pytest

from domain.catalog.presets import engine_image, presets
from domain.catalog.sizing import list_fits
from domain.spec.image_reference import parse_image


def test_there_are_some_for_each_class_of_gpus():
    assert 8 <= len(presets()) <= 12
    assert {fits[0].gpus for each in presets().values() if (fits := list_fits(each.size))} == {
        1,
        2,
        8,
    }


@pytest.mark.parametrize(
    ("name", "kib"),
    [
        ("llama-3.1-8b-instruct", 128),
        ("phi-4", 200),
        ("qwen3.6-27b", 256),
        ("gpt-oss-120b", 36),
        ("llama-3.3-70b-instruct", 320),
        ("deepseek-v3.2", 68.625),
    ],
)
def test_a_token_takes_as_much_memory_as_its_layers_keep(name: str, kib: float):
    assert presets()[name].size.cache_bytes_per_token == kib * 1024


@pytest.mark.parametrize(("name", "gib"), [("gpt-oss-20b", 13), ("gpt-oss-120b", 61)])
def test_gpt_oss_counts_as_it_is_served(name: str, gib: int):
    assert presets()[name].size_gib == gib


def test_the_engine_has_a_version():
    assert parse_image(engine_image()).tag not in ("latest", "nightly")
