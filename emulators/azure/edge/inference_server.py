"""The model server inside a ready pod: speaks OpenAI's API and answers the same each time."""

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from emulators.azure.edge.completions import (
    COMPLETIONS,
    Model,
    complete,
    generation_seconds,
    in_json,
)
from emulators.azure.edge.exchange import Answer, Question
from emulators.azure.kubernetes.addresses import Inside
from emulators.azure.kubernetes.engine_requests import EngineRequests
from emulators.azure.kubernetes.engine_tokens import EngineTokens
from emulators.azure.kubernetes.expansion import build_command_line, build_environment
from emulators.azure.kubernetes.images import is_vllm

Container = Mapping[str, Any]

NOTHING = Inside({}, {})

STATUS, SLOWNESS = "SIMULATED_STATUS", "SIMULATED_SLOWNESS"
"""Variables of a container: what each completion is answered with, and how many times as long an
answer takes."""

_PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
_MAX_SEQUENCES = 256
"""vLLM's default for `--max-num-seqs`."""
_USUAL_HEALTH_PATHS = ("/health", "/healthz", "/ping")


def answer(
    pod: Mapping[str, Any],
    container: Container,
    question: Question,
    tokens: EngineTokens,
    requests: EngineRequests,
    inside: Inside = NOTHING,
) -> Answer:
    """`tokens`: counted on with what is answered. `requests`: those under way."""
    model = Model(
        model_name(container),
        container["image"],
        pod["metadata"]["name"],
        int(sha256(container["image"].encode()).hexdigest()[:7], 16),
    )
    if question.path in _health_paths(container):
        return _only(question, ("GET", "HEAD"), lambda: Answer(200, b"", "text/plain"))
    if question.path == "/v1/models":
        return _only(question, ("GET",), lambda: in_json(200, _models(model, container)))
    if question.path in COMPLETIONS:
        if (status := _number(container, STATUS)) is not None:
            return in_json(int(status), {"detail": "Simulated"})
        return _only(question, ("POST",), lambda: complete(model, question, tokens))
    if question.path == "/metrics" and is_vllm(model.image):
        return _only(question, ("GET",), lambda: _metrics(model, tokens, requests))
    if question.path == "/environment":
        return _only(question, ("GET",), lambda: in_json(200, _digests(inside)))
    if question.path == "/":
        return _only(question, ("GET", "HEAD"), lambda: in_json(200, _info(model, question)))
    return in_json(404, {"detail": "Not Found"})


def model_name(container: Container) -> str:
    """From MODEL_NAME, from vLLM's arguments, else the image's own name."""
    if named := build_environment(container).get("MODEL_NAME"):
        return named
    for option in ("--served-model-name", "--model"):
        if (given := _option(container, option)) is not None:
            return given
    if (served := _served_by_vllm(container)) is not None:
        return served
    return re.sub(r"[:@].*$", "", container["image"].rpartition("/")[2])


def capacity(container: Container) -> int:
    """How many requests the engine works on side by side."""
    given = _option(container, "--max-num-seqs") or ""
    return int(given) if given.isdecimal() and int(given) else _MAX_SEQUENCES


def answer_seconds(container: Container, question: Question) -> float:
    """Of simulated time."""
    slowness = _number(container, SLOWNESS)
    return generation_seconds(question) * (1 if slowness is None else slowness)


def _number(container: Container, variable: str) -> float | None:
    text = build_environment(container).get(variable, "")
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


def _option(container: Container, option: str) -> str | None:
    words = build_command_line(container)
    for index, word in enumerate(words):
        if word == option and index + 1 < len(words):
            return words[index + 1]
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return None


def _served_by_vllm(container: Container) -> str | None:
    """The positional argument of `vllm serve`."""
    words = build_command_line(container)
    is_named = words[:2] == ["vllm", "serve"] and len(words) > 2 and not words[2].startswith("-")
    return words[2] if is_named else None


def _health_paths(container: Container) -> set[str]:
    probed = [(container.get(each) or {}).get("httpGet") or {} for each in _PROBES]
    return {each["path"] for each in probed if "path" in each} | set(_USUAL_HEALTH_PATHS)


def _only(question: Question, methods: tuple[str, ...], make: Callable[[], Answer]) -> Answer:
    if question.method not in methods:
        return in_json(405, {"detail": "Method Not Allowed"})
    return make()


def _models(model: Model, container: Container) -> dict[str, Any]:
    """vLLM tells the longest request that it takes as well."""
    longest = _option(container, "--max-model-len")
    entry = {
        "id": model.name,
        "object": "model",
        "created": model.created,
        "owned_by": "vllm" if is_vllm(model.image) else "gridplane",
        **({"max_model_len": int(longest)} if longest and longest.isdecimal() else {}),
    }
    return {"object": "list", "data": [entry]}


def _info(model: Model, question: Question) -> dict[str, Any]:
    """Which pod answered and what the edge put into the request."""
    passed_on = {
        key: value
        for key, value in question.headers.items()
        if key.lower().startswith(("x-azure-", "x-forwarded-", "x-fd-"))
    }
    return {"model": model.name, "image": model.image, "pod": model.pod, "headers": passed_on}


def _metrics(model: Model, tokens: EngineTokens, requests: EngineRequests) -> Answer:
    """Those of vLLM that tell of work."""
    values = {
        "num_requests_running": ("gauge", requests.running),
        "num_requests_waiting": ("gauge", requests.waiting),
        "kv_cache_usage_perc": ("gauge", 0),
        "prompt_tokens_total": ("counter", tokens.prompt),
        "generation_tokens_total": ("counter", tokens.generated),
        "request_success_total": ("counter", tokens.requests),
    }
    labels = f'{{engine="0",model_name="{model.name}"}}'
    lines = [
        f"# TYPE vllm:{name.removesuffix('_total')} {kind}\nvllm:{name}{labels} {value:.1f}\n"
        for name, (kind, value) in values.items()
    ]
    return Answer(200, "".join(lines).encode(), "text/plain; version=0.0.4; charset=utf-8")


def _digests(inside: Inside) -> dict[str, Any]:
    """What the container sees, but for the values themselves: some of them are secrets."""
    return {
        "variables": {
            name: sha256(text.encode()).hexdigest() for name, text in inside.variables.items()
        },
        "files": {path: sha256(content).hexdigest() for path, content in inside.files.items()},
    }
