"""The HTTP API: retries, repeatable requests, pages, and errors in its own words."""

import email.utils
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from gridplane import __version__
from gridplane.errors import CliError, ExitCode, Refusal

TRANSIENT = frozenset({429, 502, 503, 504})
PATIENCE_SECONDS = 30.0
"""For an API that refuses for the moment; one that is followed gets FOLLOWING_SECONDS."""
CONNECT_SECONDS = 3.0
FOLLOWING_SECONDS = 300.0
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
DEFAULT_POLL_SECONDS = 5.0


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


class ApiClient:
    """Raises CliError for everything that is no success."""

    def __init__(
        self,
        http: httpx.Client,
        find_token: Callable[[], str | None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = http
        self._find_token = find_token
        self._sleep = sleep
        self._token: str | None = None
        self._has_token = False
        self._token_served = False
        """Whether the token was accepted before."""
        self.is_following = False
        """Whether an outage of some minutes is waited for."""
        self._latest: Answer | None = None

    def now(self) -> datetime:
        """By the clock of the API, as of its latest answer: this machine's may be wrong."""
        latest = self._latest or self.get("/healthz")
        return latest.at

    def get(self, path: str, **query: Any) -> Answer:
        return self._send("GET", path, query)

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """All items of a list."""
        answer = self.get(path, **query)
        yield from answer.body["value"]
        while link := answer.body.get("nextLink"):
            answer = self.get(link)
            yield from answer.body["value"]

    def change(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        if_match: str | None = None,
        **query: Any,
    ) -> Answer:
        """A request that may be sent twice and takes effect once."""
        headers = {"Repeatability-Request-ID": str(uuid.uuid4())}
        if if_match:
            headers["If-Match"] = if_match
        return self._send(method, path, query, body, headers)

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any],
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        request = self._http.build_request(
            method,
            path,
            params=_query(query) or None,
            json=body,
            headers={"User-Agent": f"gridplane-cli/{__version__}", **(headers or {})},
        )
        if request.url.netloc != self._http.base_url.netloc:
            raise CliError(f"The API links to {request.url}, which is not its own.")
        self._authorize(request)
        response = self._send_until_answered(request)
        if response.status_code == httpx.codes.UNAUTHORIZED and self._token_served:
            # An operation that is followed may last longer than its token.
            self._has_token = False
            self._authorize(request)
            response = self._send_until_answered(request)
        self._token_served = response.is_success and self._token is not None
        self._latest = _read(response)
        return self._latest

    def _authorize(self, request: httpx.Request) -> None:
        if not self._has_token:
            self._token, self._has_token = self._find_token(), True
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"

    def _send_until_answered(self, request: httpx.Request) -> httpx.Response:
        waited, wait = 0.0, FIRST_WAIT_SECONDS
        while True:
            try:
                response = self._http.send(request)
            except httpx.TransportError as error:
                patience, pause = self._patience(CONNECT_SECONDS), wait
                if waited + pause > patience:
                    raise _unreachable(request, error) from error
            else:
                if response.status_code not in TRANSIENT:
                    return response
                patience = self._patience(PATIENCE_SECONDS)
                pause = read_retry_after(response.headers) or wait
                if waited + pause > patience:
                    return response
            self._sleep(pause)
            waited, wait = waited + pause, min(wait * 2, LONGEST_WAIT_SECONDS)

    def _patience(self, seconds: float) -> float:
        return FOLLOWING_SECONDS if self.is_following else seconds


def _query(given: Mapping[str, Any]) -> dict[str, str]:
    known = {name: value for name, value in given.items() if value is not None}
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in known.items()
    }


def _read(response: httpx.Response) -> Answer:
    body = _json(response)
    if response.status_code >= httpx.codes.BAD_REQUEST:
        error = body.get("error") if isinstance(body, dict) else None
        known = error if isinstance(error, dict) else {"message": _first_line(response)}
        raise Refusal(response.status_code, known, _fix(response))
    if response.status_code >= httpx.codes.MULTIPLE_CHOICES or (response.content and body is None):
        raise CliError(
            f"{response.request.url} is not the API of Gridplane: it answers "
            f"{response.status_code} without JSON.",
            code=ExitCode.UNREACHABLE,
            fix="Check --url.",
        )
    return Answer(response.status_code, body, response.headers)


def _json(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content) if response.content else None
    except ValueError:
        return None


def _first_line(response: httpx.Response) -> str:
    return response.text.strip().partition("\n")[0][:200] or response.reason_phrase


def _fix(response: httpx.Response) -> str:
    if response.status_code == httpx.codes.UNAUTHORIZED:
        return "gridplane login --url URL --scope api://CLIENT_ID/.default"
    if response.status_code == httpx.codes.PRECONDITION_FAILED:
        return "Plan again: the environment has changed meanwhile."
    blocking = response.headers.get("Operation-Location", "").rpartition("/")[2]
    return f"gridplane watch {blocking}" if blocking else ""


def _unreachable(request: httpx.Request, error: Exception) -> CliError:
    origin = f"{request.url.scheme}://{request.url.netloc.decode()}"
    return CliError(
        f"{origin} does not answer: {error}",
        code=ExitCode.UNREACHABLE,
        fix="Check --url (or GRIDPLANE_URL) and the network.",
    )
