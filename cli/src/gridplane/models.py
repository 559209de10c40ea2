"""Requests to a model through its endpoint, in the format of OpenAI's chat API."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from gridplane import credentials
from gridplane.answers import TRANSIENT, in_commands, read_retry_after, words_of
from gridplane.errors import CliError, ExitCode, Refusal
from gridplane.session import Session

PATH = "/v1/chat/completions"
ANSWER_SECONDS = 300.0
"""Between two parts of an answer."""
LONGEST_WAIT_SECONDS = 1800.0
"""For GPU nodes, images and weights."""
WAIT_SECONDS = 30.0
PAGE = "text/html"
DATA = "data:"
DONE = "[DONE]"


@dataclass(frozen=True)
class Question:
    """What the model is asked."""

    prompt: str
    model: str
    system: str | None = None
    max_tokens: int | None = None

    def body(self) -> dict[str, Any]:
        instructions = [{"role": "system", "content": self.system}] if self.system else []
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [*instructions, {"role": "user", "content": self.prompt}],
            "stream": True,
        }
        return {**body, "max_tokens": self.max_tokens} if self.max_tokens else body


def ask(
    session: Session, environment: Mapping[str, Any], question: Question, *, is_waiting: bool
) -> Iterator[str]:
    """Parts of the answer. Raises CliError; `is_waiting`: not for what says when to ask again."""
    waited = 0.0
    while True:
        try:
            yield from _ask_once(session, environment, question)
            return
        except Refusal as refusal:
            pause = refusal.retry_after or WAIT_SECONDS
            if not is_waiting or refusal.status not in TRANSIENT:
                raise
            if waited + pause > LONGEST_WAIT_SECONDS:
                raise
            session.output.say(f"{refusal.title} Asking again in {pause:.0f} s.")
        session.around.sleep(pause)
        waited += pause


def _ask_once(
    session: Session, environment: Mapping[str, Any], question: Question
) -> Iterator[str]:
    profile = session.profile
    endpoint = environment["endpoint"]
    host = urlsplit(endpoint).netloc
    headers = {"Host": host, "Accept": "text/event-stream, application/json"}
    if _needs_token(environment):
        source = credentials.for_models(profile)
        if token := credentials.find_token(source, profile, session.around.environ):
            headers["Authorization"] = f"Bearer {token}"
    base = f"https://{profile.edge_address}" if profile.edge_address else endpoint
    http = session.open_http(profile, base)
    try:
        with http.stream(
            "POST",
            PATH,
            json=question.body(),
            headers=headers,
            timeout=ANSWER_SECONDS,
            extensions={"sni_hostname": host},
        ) as response:
            yield from _read_answer(response, environment["name"])
    except httpx.RequestError as error:
        raise CliError(
            f"{endpoint} does not answer: {error}", code=ExitCode.UNREACHABLE
        ) from error


def _needs_token(environment: Mapping[str, Any]) -> bool:
    return (environment["spec"].get("access") or {}).get("mode", "entra") == "entra"


def _read_answer(response: httpx.Response, environment: str) -> Iterator[str]:
    kind = response.headers.get("Content-Type", "")
    if not response.is_success or kind.startswith(PAGE):
        raise _refused(response, environment)
    if "text/event-stream" not in kind:
        response.read()
        yield _message(response)
        return
    for line in response.iter_lines():
        data = line.removeprefix(DATA).strip() if line.startswith(DATA) else ""
        if data and data != DONE:
            yield _part(data)


def _part(data: str) -> str:
    """Of one event; empty for those without text."""
    try:
        event = json.loads(data)
    except ValueError:
        return ""
    if not isinstance(event, dict):
        return ""
    if error := event if event.get("object") == "error" else event.get("error"):
        raise CliError(f"The model broke its answer off: {_why(error)}")
    choices = event.get("choices") or [{}]
    return (choices[0].get("delta") or {}).get("content") or choices[0].get("text") or ""


def _why(error: Any) -> str:
    return str(error.get("message") or error) if isinstance(error, dict) else str(error)


def _message(response: httpx.Response) -> str:
    try:
        return response.json()["choices"][0]["message"]["content"] or ""
    except (ValueError, LookupError, TypeError):
        return response.text


def _refused(response: httpx.Response, environment: str) -> Refusal:
    response.read()
    try:
        found = response.json()["error"]
    except (ValueError, LookupError, TypeError):
        found = None
    error = found if isinstance(found, dict) else {"message": words_of(response)}
    fix = ""
    if response.status_code in (401, 403):
        fix = (
            "gridplane login --model-scope api://CLIENT_ID/.default, and an app role for the model"
        )
    known = in_commands(error, environment)
    return Refusal(response.status_code, known, fix, read_retry_after(response.headers))
