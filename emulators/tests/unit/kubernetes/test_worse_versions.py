"""A version that is worse than another, as its variables say."""

import json
from typing import Any

import pytest

from emulators.azure.edge.exchange import Question
from emulators.azure.edge.inference_server import answer, answer_seconds
from emulators.azure.kubernetes.engine_requests import EngineRequests
from emulators.azure.kubernetes.engine_tokens import EngineTokens

BODY = json.dumps({"prompt": "Who pays?", "min_tokens": 100}).encode()
QUESTION = Question("POST", "/v1/completions", body=BODY)


def container(**variables: str) -> dict[str, Any]:
    env = [{"name": name, "value": value} for name, value in variables.items()]
    return {"image": "registry.example.com/llm:1", "env": env}


@pytest.mark.parametrize(
    ("slowness", "seconds"), [("2", 4.0), ("0.5", 1.0), ("", 2.0), ("slow", 2.0)]
)
def test_an_answer_takes_as_many_times_as_long(slowness: str, seconds: float):
    given = container(SIMULATED_SLOWNESS=slowness)
    assert answer_seconds(given, QUESTION) == pytest.approx(seconds)


@pytest.mark.parametrize(("status", "answered"), [("500", 500), ("", 200)])
def test_a_completion_is_answered_with_the_status(status: str, answered: int):
    pod = {"metadata": {"name": "pod-1"}}
    given = container(SIMULATED_STATUS=status)
    tokens, requests = EngineTokens(), EngineRequests(1)
    assert answer(pod, given, QUESTION, tokens, requests).status == answered
    health = Question("GET", "/health")
    assert answer(pod, given, health, tokens, requests).status == 200
