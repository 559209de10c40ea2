"""An environment of which only the preset of its model is written."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from emulators.stack.api import SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.stories import delete, finish
from tests.support.documented_api import DocumentedApi

NAME = "preset-llm"
LEAST = {
    "name": NAME,
    "costCenter": "ML-1234",
    "owner": "fraud-team@example.com",
    "regions": ["westeurope"],
    "workload": {"preset": "phi-4"},
}


@pytest.fixture(scope="module")
def served(stack: Stack) -> Iterator[dict[str, Any]]:
    with DocumentedApi(stack.app_url) as api:
        operation = finish(api, api.create_environment(LEAST))
        assert operation["status"] == "Succeeded", json.dumps(operation)
        yield api.get_environment(NAME)
        delete(api, NAME)


def test_its_model_answers_through_the_gateway(azure: SimulatedAzure, served: dict[str, Any]):
    answer = azure.ask_model(served, "Who pays?")
    assert answer["model"] == "phi-4"
    assert "Who pays?" in answer["choices"][0]["message"]["content"]


def test_its_model_answers_in_a_stream(azure: SimulatedAzure, served: dict[str, Any]):
    body = {
        "model": "phi-4",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "Who pays?"}],
    }
    answer = azure.send_through_edge(served, "POST", "/v1/chat/completions", json=body)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    *events, done, _ = answer.text.split("\n\n")
    chunks = [json.loads(event.removeprefix("data: ")) for event in events]
    words = [choice["delta"].get("content", "") for c in chunks for choice in c["choices"]]
    assert (done, "Who pays?" in "".join(words)) == ("data: [DONE]", True)
    assert chunks[-1]["usage"]["prompt_tokens"] == 2


def test_its_engine_serves_the_longest_request_that_fits(
    azure: SimulatedAzure, served: dict[str, Any]
):
    (model,) = azure.send_through_edge(served, "GET", "/v1/models").json()["data"]
    assert (model["id"], model["max_model_len"]) == ("phi-4", 16384)
    assert served["spec"]["gpu"]["vmSize"] == "Standard_NC24ads_A100_v4"


def test_its_engine_counts_as_vllm_does(azure: SimulatedAzure, served: dict[str, Any]):
    azure.ask_model(served, "Who pays?")
    text = azure.send_through_edge(served, "GET", "/metrics").text
    counted = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[:1] != "#")
    labels = '{engine="0",model_name="phi-4"}'
    assert float(counted[f"vllm:num_requests_waiting{labels}"]) == 0
    assert float(counted[f"vllm:generation_tokens_total{labels}"]) > 0
    assert float(counted[f"vllm:kv_cache_usage_perc{labels}"]) == 0


def test_the_same_request_again_starts_nothing(api: DocumentedApi, served: dict[str, Any]):
    assert api.create_environment(LEAST) == f"{NAME}.1"
    assert api.create_environment(served["spec"]) == f"{NAME}.1"
