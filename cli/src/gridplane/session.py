"""What every command has: its output, the API, and the profile; made from the common options."""

import functools
import inspect
import os
import ssl
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from gridplane import credentials
from gridplane.client import ApiClient
from gridplane.errors import EnoughRead, Interrupted, invalid
from gridplane.output import Output
from gridplane.profiles import Profile, choose_profile, require_tls

TIMEOUT_SECONDS = 60.0
"""Plans and offers ask Azure meanwhile."""

FILE_ENDING = ".json"
SCHEMES = frozenset({"https", "http"})


@dataclass(frozen=True)
class Surroundings:
    """What lies outside of the program; tests put others in place."""

    transport: httpx.BaseTransport | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    sleep: Callable[[float], None] = time.sleep


@dataclass
class Session:
    """One run of a command."""

    output: Output
    profile_name: str | None
    url: str | None
    is_interactive: bool
    around: Surroundings
    save_to: Path | None = None
    """Where `plan -o FILE` leaves the plan."""
    closing: ExitStack = field(default_factory=ExitStack)
    """Ends the connections of the command."""

    @cached_property
    def profile(self) -> Profile:
        return choose_profile(self.profile_name, self.url, self.around.environ)

    @cached_property
    def api(self) -> ApiClient:
        return self.connect(self.profile)

    def connect(self, profile: Profile, *, with_token: bool = True) -> ApiClient:
        source = credentials.for_api(profile)

        def find_token() -> str | None:
            if not with_token:
                return None
            token = credentials.find_token(source, profile, self.around.environ)
            if token:
                require_tls(profile)
            return token

        http = self.open_http(profile, profile.url)
        return ApiClient(http, find_token, self.around.sleep)

    def open_http(self, profile: Profile, url: str) -> httpx.Client:
        client = httpx.Client(
            base_url=_read_url(url),
            verify=_trust(profile.ca_bundle, url),
            timeout=TIMEOUT_SECONDS,
            transport=self.around.transport,
        )
        return self.closing.enter_context(client)

    def confirm(self, question: str, *, is_given: bool) -> None:
        """Raises CliError unless the answer is yes. `is_given`: --yes."""
        if is_given:
            return
        if not self.is_interactive:
            raise invalid(f"{question.strip()} There is no terminal to ask on.", "Add --yes.")
        try:
            is_wanted = typer.confirm(question, err=True)
        except Interrupted:
            self.output.say("")
            raise
        if not is_wanted:
            raise typer.Abort


def _read_url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in SCHEMES or not url.host:
        raise invalid(f"'{text}' is no URL.", "Give one such as https://app.azurewebsites.net.")
    return url


def _trust(ca_bundle: str, url: str) -> ssl.SSLContext:
    if url.startswith("http://"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loading certificates takes 30 ms
    context = ssl.create_default_context()
    if ca_bundle:
        try:
            context.load_verify_locations(ca_bundle)
        except (OSError, ssl.SSLError) as error:
            raise invalid(f"The CA bundle {ca_bundle} cannot be read: {error}") from error
    return context


COMMON: Mapping[str, Any] = {
    "output_format": Annotated[
        str,
        typer.Option("--output", "-o", metavar="FORMAT", help="table, json, yaml or name."),
    ],
    "query": Annotated[
        str | None,
        typer.Option("--query", metavar="JMESPATH", help="Select from the result, as with az."),
    ],
    "url": Annotated[
        str | None,
        typer.Option("--url", help="URL of the API, instead of the profile's.", metavar="URL"),
    ],
    "profile": Annotated[
        str | None, typer.Option("--profile", help="Profile of an earlier login.", metavar="NAME")
    ],
    "no_input": Annotated[
        bool, typer.Option("--no-input", help="Never ask: for pipelines.", show_default=False)
    ],
}
DEFAULTS: Mapping[str, Any] = {
    "output_format": "table",
    "query": None,
    "url": None,
    "profile": None,
    "no_input": False,
}


def with_session(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the common options, and a Session made from them as its first argument."""
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    context = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    common = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=DEFAULTS[name], annotation=kind
        )
        for name, kind in COMMON.items()
    ]
    ours = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]

    @functools.wraps(command)
    def run(*, ctx: typer.Context, **given: Any) -> None:
        options = {name: given.pop(name) for name in COMMON}
        session = make_session(ctx.obj or Surroundings(), **options)
        with session.closing:
            try:
                command(session, **given)
            except BrokenPipeError:
                # Typer would end with 1 otherwise.
                raise EnoughRead from None

    parameters = [context, *ours, *common]
    run.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportAttributeAccessIssue]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    del run.__wrapped__
    return run


def make_session(
    around: Surroundings,
    *,
    output_format: str = "table",
    query: str | None = None,
    url: str | None = None,
    profile: str | None = None,
    no_input: bool = False,
) -> Session:
    is_interactive = not no_input and sys.stdin.isatty() and "CI" not in around.environ
    save_to = Path(output_format) if output_format.endswith(FILE_ENDING) else None
    output = Output("table" if save_to else output_format, query, around.environ)
    return Session(output, profile, url, is_interactive, around, save_to)
