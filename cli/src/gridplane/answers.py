"""Responses of the API, and its errors in its own words."""

import email.utils
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from gridplane.advice import as_commands
from gridplane.errors import Refusal

TRANSIENT = frozenset({429, 502, 503, 504})
DEFAULT_POLL_SECONDS = 5.0
LONGEST_WORDS = 200
HEALTHY = "Healthy"
ERROR_CODE = "x-ms-error-code"
"""Header of all errors of the API."""
_ENVIRONMENT = re.compile(r"/environments/([^/]+)")
_TITLE = re.compile(r"<title[^>]*>\s*([^<]+?)\s*</title>", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """A response with a status below 400."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def retry_after(self) -> float:
        """Seconds until it is worth asking again."""
        return read_retry_after(self.headers) or DEFAULT_POLL_SECONDS

    @property
    def at(self) -> datetime:
        """By the clock of the API, or by this machine's if it does not say."""
        try:
            return email.utils.parsedate_to_datetime(self.headers["Date"])
        except (KeyError, ValueError):
            return datetime.now(UTC)


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    written = headers.get("Retry-After", "")
    return float(written) if written.isascii() and written.isdigit() else None


def read_answer(response: httpx.Response) -> Answer | None:
    """None: it is not in the form of the API. Raises Refusal for an error of the API."""
    body = _json(response)
    if response.status_code >= httpx.codes.BAD_REQUEST:
        error = body.get("error") if isinstance(body, dict) else None
        if isinstance(error, dict):
            known = in_commands(error, _environment_of(response))
            raise Refusal(response.status_code, known, _fix(response))
        return None
    is_known = response.is_success and (isinstance(body, dict) or not response.content)
    return Answer(response.status_code, body, response.headers) if is_known else None


def in_commands(error: Mapping[str, Any], environment: str) -> Mapping[str, Any]:
    """The error, with commands in place of the requests that it advises."""

    def rewrite(part: Mapping[str, Any]) -> dict[str, Any]:
        return {**part, "message": as_commands(str(part.get("message") or ""), environment)}

    return {**rewrite(error), "details": [rewrite(each) for each in error.get("details") or ()]}


def is_health(response: httpx.Response) -> bool:
    """Whether the API tells its own state, by which it is known."""
    body = _json(response)
    if response.is_success:
        return isinstance(body, dict) and body.get("status") == HEALTHY
    return ERROR_CODE in response.headers


def refuse_without_words(response: httpx.Response) -> Refusal:
    """Of what is in front of the API, such as a sign-in or a gateway."""
    return Refusal(response.status_code, {"message": words_of(response)}, _fix(response))


def words_of(response: httpx.Response) -> str:
    """What a text or a page says: its title or its first line."""
    text = response.text.strip()
    title = _TITLE.search(text)
    first = "" if text.startswith("<") else text.partition("\n")[0]
    return (title[1] if title else first)[:LONGEST_WORDS] or response.reason_phrase


def _json(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content) if response.content else None
    except ValueError:
        return None


def _environment_of(response: httpx.Response) -> str:
    found = _ENVIRONMENT.search(response.request.url.path)
    return found[1] if found else "NAME"


def _fix(response: httpx.Response) -> str:
    if response.status_code == httpx.codes.UNAUTHORIZED:
        return "gridplane login --url URL --scope api://CLIENT_ID/.default"
    if response.status_code == httpx.codes.PRECONDITION_FAILED:
        return "Plan again: the environment has changed meanwhile."
    blocking = response.headers.get("Operation-Location", "").rpartition("/")[2]
    return f"gridplane watch {blocking}" if blocking else ""
