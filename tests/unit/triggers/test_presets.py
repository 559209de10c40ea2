"""`GET /presets` and `POST /sizing`."""

from typing import Any

import pytest

from domain.catalog.presets import presets
from tests.support.http_api import Api

LLAMA = {"weightsGiB": 131.42, "cacheKiBPerToken": 320, "attentionHeads": 64, "kvHeads": 8}


async def test_presets_tell_the_sizes_that_they_fit_on(api: Api):
    answer = await api.get("presets")
    listed = {each["name"]: each for each in answer.json["value"]}
    assert (answer.status, set(listed)) == (200, set(presets()))
    assert listed["phi-4"]["sizes"][0] == {
        "vmSize": "Standard_NC24ads_A100_v4",
        "gpusPerReplica": 1,
        "gpuModel": "A100",
        "gpuMemoryGB": 80,
        "tokens": 186913,
        "contextLength": 16384,
    }


@pytest.mark.parametrize(
    ("body", "fits", "tokens", "says"),
    [
        ({"preset": "llama-3.3-70b-instruct"}, True, None, "Standard_NC80adis_H100_v5"),
        ({**LLAMA, "vmSize": "Standard_NC80adis_H100_v5"}, True, 41186, "Fits on"),
        ({**LLAMA, "vmSize": "Standard_NC24ads_A100_v4"}, False, 0, "needs 4"),
        ({**LLAMA, "vmSize": "Standard_NC64as_T4_v3"}, False, 0, "bfloat16"),
        ({**LLAMA, "gpusPerReplica": 16}, False, None, "No supported size has room"),
        ({**LLAMA, "gpusPerReplica": 3}, False, None, "Its 64 attention heads cannot be split"),
        (
            {**LLAMA, "vmSize": "Standard_NC24ads_A100_v4", "gpusPerReplica": 4},
            False,
            0,
            "Standard_NC24ads_A100_v4 has 1, and a replica cannot span nodes",
        ),
        (
            {"weightsGiB": 1, "cacheKiBPerToken": 24.5, "vmSize": "Standard_NC64as_T4_v3"},
            False,
            0,
            "bfloat16",
        ),
        ({"weightsGiB": 1, "cacheKiBPerToken": 24.5}, True, None, "Standard_NV36ads_A10_v5"),
    ],
)
async def test_a_model_is_sized(
    api: Api, body: dict[str, Any], fits: bool, tokens: int | None, says: str
):
    answer = await api.send("POST", "sizing", body)
    assert answer.status == 200
    assert (answer.json["fits"], answer.json.get("tokens")) == (fits, tokens)
    assert says in answer.json["message"]


@pytest.mark.parametrize(
    ("body", "code", "target"),
    [
        ({}, "InvalidValue", None),
        ({"preset": "phi-4", **LLAMA}, "InvalidValue", None),
        ({"preset": "phi-4", "weightsGiB": 5}, "InvalidValue", None),
        ({"preset": "phi-4", "kvHeads": 5}, "InvalidValue", None),
        ({"weightsGiB": 5}, "InvalidValue", None),
        ({"weightsGiB": 5, "cacheKiBPerToken": 0.0001}, "InvalidValue", "cacheKiBPerToken"),
        ({"preset": "phi-5"}, "UnknownPreset", "preset"),
        ({"preset": "phi-4", "vmSize": "Standard_D4s_v5"}, "NotAGpuVmSize", "vmSize"),
        ({"preset": "phi-4", "gpus": 2}, "UnknownField", "gpus"),
        ({**LLAMA, "weightsGiB": 0}, "InvalidValue", "weightsGiB"),
        ([], "InvalidBody", None),
    ],
)
async def test_what_cannot_be_sized_is_refused(api: Api, body: Any, code: str, target: str | None):
    answer = await api.send("POST", "sizing", body)
    assert (answer.status, answer.error["code"]) == (400, code)
    assert answer.error.get("target") == target
