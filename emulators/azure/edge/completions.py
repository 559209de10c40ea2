"""What a model server generates: OpenAI's completions, whole or as a stream."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from emulators.azure.edge.exchange import Answer, Question
from emulators.azure.kubernetes.engine_tokens import EngineTokens

_SECONDS_PER_TOKEN = 0.02
_LONGEST_ANSWER = 131_072
COMPLETIONS = ("/v1/chat/completions", "/v1/completions")


@dataclass(frozen=True, slots=True)
class Model:
    """What the server serves, and where it runs."""

    name: str
    image: str
    pod: str
    created: int


class BadQuestion(Exception):
    """The request's body is not what the API takes."""


def generation_seconds(question: Question) -> float:
    """Of simulated time: for the tokens that a request insists on, as vLLM's `min_tokens` does.
    Without them an answer takes no time."""
    if question.path not in COMPLETIONS or question.method != "POST":
        return 0.0
    try:
        return _min_tokens(_read_body(question)) * _SECONDS_PER_TOKEN
    except BadQuestion:
        return 0.0


def complete(model: Model, question: Question, tokens: EngineTokens) -> Answer:
    chat = question.path == "/v1/chat/completions"
    try:
        body = _read_body(question)
        prompt = _chat_prompt(body) if chat else _prompt(body)
        shortest = _min_tokens(body)
    except BadQuestion as refusal:
        return _error(400, "BadRequestError", str(refusal))
    if body.get("model", model.name) != model.name:
        return _error(404, "NotFoundError", f"The model `{body['model']}` does not exist.")
    text = f"{model.name} received {len(prompt.split())} words: {prompt}"
    text += " more" * (shortest - len(text.split()))
    tokens.requests += 1
    tokens.prompt += len(prompt.split())
    tokens.generated += len(text.split())
    if body.get("stream"):
        asked = body.get("stream_options") or {}
        usage = _usage(prompt, text) if asked.get("include_usage") else None
        return _stream(model, text, chat, usage)
    return in_json(200, _completion(model, prompt, text, chat))


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
    return {
        **_identity(model, text, chat),
        "choices": [{"index": 0, **said, "logprobs": None, "finish_reason": "stop"}],
        "usage": _usage(prompt, text),
    }


def _usage(prompt: str, text: str) -> dict[str, int]:
    asked, answered = len(prompt.split()), len(text.split())
    return {
        "prompt_tokens": asked,
        "completion_tokens": answered,
        "total_tokens": asked + answered,
    }


def _stream(model: Model, text: str, chat: bool, usage: dict[str, int] | None) -> Answer:
    """Server-sent events, one for each word, and one without a choice for the usage."""
    identity = _identity(model, text, chat)
    if chat:
        identity["object"] = "chat.completion.chunk"
    events = [*re.findall(r"\S+\s*", text), None]
    chunks = [{**identity, "choices": [_chunk(each, chat)]} for each in events]
    if usage:
        chunks.append({**identity, "choices": [], "usage": usage})
    lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return Answer(200, "".join([*lines, "data: [DONE]\n\n"]).encode(), "text/event-stream")


def _chunk(word: str | None, chat: bool) -> dict[str, Any]:
    ending = {"index": 0, "finish_reason": "stop" if word is None else None}
    if chat:
        return {**ending, "delta": {} if word is None else {"content": word}}
    return {**ending, "text": word or ""}


def in_json(status: int, body: object) -> Answer:
    return Answer(status, json.dumps(body).encode())


def _error(status: int, kind: str, message: str) -> Answer:
    error = {"message": message, "type": kind, "param": None, "code": status}
    return in_json(status, {"error": error})
