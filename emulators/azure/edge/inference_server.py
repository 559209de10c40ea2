"""The model server inside a ready pod: speaks OpenAI's API and answers the same each time."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from emulators.azure.edge.exchange import Answer, Question
from emulators.azure.kubernetes.addresses import Inside
from emulators.azure.kubernetes.engine_requests import EngineRequests
from emulators.azure.kubernetes.engine_tokens import EngineTokens
from emulators.azure.kubernetes.expansion import build_command_line, build_environment

Container = Mapping[str, Any]

NOTHING = Inside({}, {})

_PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
_VLLM = re.compile(r"(^|[/-])vllm([:@/-]|$)")
"""Images of the engine whose metrics are known."""
_MAX_SEQUENCES = 256
"""vLLM's default for `--max-num-seqs`."""
_SECONDS_PER_TOKEN = 0.02
_LONGEST_ANSWER = 131_072
_USUAL_HEALTH_PATHS = ("/health", "/healthz", "/ping")


@dataclass(frozen=True, slots=True)
class Model:
    """What the server serves, and where it runs."""

    name: str
    image: str
    pod: str
    created: int


class BadQuestion(Exception):
    """The request's body is not what the API takes."""


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
        return _only(question, ("GET",), lambda: _json(200, _models(model)))
    if question.path in _COMPLETIONS:
        return _only(question, ("POST",), lambda: _complete(model, question, tokens))
    if question.path == "/metrics" and _VLLM.search(model.image):
        return _only(question, ("GET",), lambda: _metrics(model, tokens, requests))
    if question.path == "/environment":
        return _only(question, ("GET",), lambda: _json(200, _digests(inside)))
    if question.path == "/":
        return _only(question, ("GET", "HEAD"), lambda: _json(200, _info(model, question)))
    return _json(404, {"detail": "Not Found"})


def model_name(container: Container) -> str:
    """From MODEL_NAME, from vLLM's arguments, else the image's own name."""
    if named := build_environment(container).get("MODEL_NAME"):
        return named
    for option in ("--served-model-name", "--model"):
        if (given := _option(container, option)) is not None:
            return given
    return re.sub(r"[:@].*$", "", container["image"].rpartition("/")[2])


def capacity(container: Container) -> int:
    """How many requests the engine works on side by side."""
    given = _option(container, "--max-num-seqs") or ""
    return int(given) if given.isdecimal() and int(given) else _MAX_SEQUENCES


def generation_seconds(question: Question) -> float:
    """Of simulated time: for the tokens that a request insists on, as vLLM's `min_tokens` does.
    Without them an answer takes no time."""
    if question.path not in _COMPLETIONS or question.method != "POST":
        return 0.0
    try:
        return _min_tokens(_read_body(question)) * _SECONDS_PER_TOKEN
    except BadQuestion:
        return 0.0


def _option(container: Container, option: str) -> str | None:
    words = build_command_line(container)
    for index, word in enumerate(words):
        if word == option and index + 1 < len(words):
            return words[index + 1]
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return None


def _health_paths(container: Container) -> set[str]:
    probed = [(container.get(each) or {}).get("httpGet") or {} for each in _PROBES]
    return {each["path"] for each in probed if "path" in each} | set(_USUAL_HEALTH_PATHS)


def _only(question: Question, methods: tuple[str, ...], make: Callable[[], Answer]) -> Answer:
    if question.method not in methods:
        return _json(405, {"detail": "Method Not Allowed"})
    return make()


def _json(status: int, body: object) -> Answer:
    return Answer(status, json.dumps(body).encode())


def _error(status: int, kind: str, message: str) -> Answer:
    error = {"message": message, "type": kind, "param": None, "code": status}
    return _json(status, {"error": error})


def _models(model: Model) -> dict[str, Any]:
    entry = {
        "id": model.name,
        "object": "model",
        "created": model.created,
        "owned_by": "gridplane",
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


def _complete(model: Model, question: Question, tokens: EngineTokens) -> Answer:
    chat = question.path == "/v1/chat/completions"
    try:
        body = _read_body(question)
        prompt = _chat_prompt(body) if chat else _prompt(body)
    except BadQuestion as refusal:
        return _error(400, "BadRequestError", str(refusal))
    if body.get("model", model.name) != model.name:
        return _error(404, "NotFoundError", f"The model `{body['model']}` does not exist.")
    text = f"{model.name} received {len(prompt.split())} words: {prompt}"
    text += " more" * (_min_tokens(body) - len(text.split()))
    tokens.requests += 1
    tokens.prompt += len(prompt.split())
    tokens.generated += len(text.split())
    if body.get("stream"):
        return _stream(model, text, chat)
    return _json(200, _completion(model, prompt, text, chat))


def _read_body(question: Question) -> dict[str, Any]:
    try:
        body = json.loads(question.body)
    except ValueError as failure:
        raise BadQuestion(f"Invalid JSON: {failure}") from failure
    if not isinstance(body, dict):
        raise BadQuestion("The body has to be an object.")
    return body


def _min_tokens(body: Mapping[str, Any]) -> int:
    wanted = body.get("min_tokens", 0)
    if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 0:
        raise BadQuestion("'min_tokens' has to be a whole number of at least 0.")
    return min(wanted, _LONGEST_ANSWER)


def _chat_prompt(body: Mapping[str, Any]) -> str:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadQuestion("'messages' is a required property and must not be empty.")
    last = messages[-1]
    if not isinstance(last, dict) or "role" not in last:
        raise BadQuestion("Each message needs a 'role'.")
    content = last.get("content") or ""
    if isinstance(content, list):
        return " ".join(str(each.get("text", "")) for each in content)
    return str(content)


def _prompt(body: Mapping[str, Any]) -> str:
    if "prompt" not in body:
        raise BadQuestion("'prompt' is a required property.")
    prompt = body["prompt"]
    return " ".join(str(each) for each in prompt) if isinstance(prompt, list) else str(prompt)


def _identity(model: Model, text: str, chat: bool) -> dict[str, Any]:
    digest = sha256(f"{model.name}{text}".encode()).hexdigest()[:24]
    prefix, kind = ("chatcmpl", "chat.completion") if chat else ("cmpl", "text_completion")
    return {
        "id": f"{prefix}-{digest}",
        "object": kind,
        "created": model.created,
        "model": model.name,
    }


def _completion(model: Model, prompt: str, text: str, chat: bool) -> dict[str, Any]:
    said = {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
    asked, answered = len(prompt.split()), len(text.split())
    return {
        **_identity(model, text, chat),
        "choices": [{"index": 0, **said, "logprobs": None, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": asked,
            "completion_tokens": answered,
            "total_tokens": asked + answered,
        },
    }


def _stream(model: Model, text: str, chat: bool) -> Answer:
    """Server-sent events, one for each word."""
    identity = _identity(model, text, chat)
    if chat:
        identity["object"] = "chat.completion.chunk"
    events = [*re.findall(r"\S+\s*", text), None]
    lines = [
        f"data: {json.dumps({**identity, 'choices': [_chunk(each, chat)]})}\n\n" for each in events
    ]
    return Answer(200, "".join([*lines, "data: [DONE]\n\n"]).encode(), "text/event-stream")


def _chunk(word: str | None, chat: bool) -> dict[str, Any]:
    ending = {"index": 0, "finish_reason": "stop" if word is None else None}
    if chat:
        return {**ending, "delta": {} if word is None else {"content": word}}
    return {**ending, "text": word or ""}


_COMPLETIONS = ("/v1/chat/completions", "/v1/completions")
