"""The HTTP API: retries, repeatable requests, pages, and errors in its own words."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import httpx

from gridplane import __version__
from gridplane.answers import (
    TRANSIENT,
    Answer,
    is_health,
    read_answer,
    read_retry_after,
    refuse_without_words,
)
from gridplane.elsewhere import find_tls_error, not_gridplane, unreachable, without_explanation
from gridplane.errors import CliError, Interrupted

HEALTH = "/healthz"
WITHHELD = frozenset({401, 403})
"""From whoever is not signed in, also by what is in front of the API."""
PATIENCE_SECONDS = 30.0
"""For an API that refuses for the moment; one that is followed gets FOLLOWING_SECONDS."""
CONNECT_SECONDS = 3.0
FOLLOWING_SECONDS = 300.0
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0


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
        latest = self._latest or self.health()
        return latest.at

    def health(self) -> Answer:
        response = self._exchange("GET", HEALTH)
        if response.is_success and not is_health(response):
            raise not_gridplane(response, self._http.base_url)
        return self._read(response)

    def get(self, path: str, **query: Any) -> Answer:
        return self._read(self._exchange("GET", path, query))

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
        try:
            return self._read(self._exchange(method, path, query, body, headers))
        except Interrupted:
            raise Interrupted(
                f"Interrupted: {method} {path} may have been accepted.",
                "`gridplane list` shows what is under way.",
            ) from None

    def _exchange(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        request = self._http.build_request(
            method,
            path,
            params=_query(query or {}) or None,
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
        return response

    def _read(self, response: httpx.Response) -> Answer:
        answer = read_answer(response)
        if answer is None:
            raise self._explain(response)
        self._latest = answer
        return answer

    def _explain(self, response: httpx.Response) -> CliError:
        """Of what is not in the form of the API."""
        if response.status_code in TRANSIENT:
            return refuse_without_words(response)
        is_withheld = response.status_code in WITHHELD
        if not self._is_gridplane(is_withheld):
            return not_gridplane(response, self._http.base_url)
        return refuse_without_words(response) if is_withheld else without_explanation(response)

    def _is_gridplane(self, is_withheld: bool) -> bool:
        """By its health, which needs no sign-in, unless that is withheld, too."""
        try:
            health = self._http.get(HEALTH)
        except httpx.RequestError:
            return False
        return is_health(health) or (is_withheld and health.status_code in WITHHELD)

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
            except httpx.RequestError as error:
                patience, pause = self._patience(CONNECT_SECONDS), wait
                if waited + pause > patience or find_tls_error(error):
                    raise unreachable(request, error) from error
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
