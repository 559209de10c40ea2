"""Query parameters, decoded and checked; an unknown one is an error rather than ignored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import azure.functions as func

from domain.environment.phases import Phase
from domain.problem import Problem

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 500
LIST_PARAMETERS = ("maxpagesize", "phase", "costCenter", "skiptoken")


@dataclass(frozen=True, slots=True)
class ListQuery:
    page_size: int
    phase: Phase | None
    cost_center: str | None
    after: str
    """The last name of the page before."""


def parse_list_query(req: func.HttpRequest) -> ListQuery | list[Problem]:
    problems = [
        Problem(
            "UnknownQueryParameter",
            f"Remove it; this collection knows {', '.join(LIST_PARAMETERS)}.",
            f"query {name}",
        )
        for name in req.params
        if name not in LIST_PARAMETERS
    ]
    page_size = _parse_page_size(req.params.get("maxpagesize"))
    phase = _parse_phase(req.params.get("phase"))
    if isinstance(page_size, Problem):
        problems.append(page_size)
    if isinstance(phase, Problem):
        problems.append(phase)
    if problems or isinstance(page_size, Problem) or isinstance(phase, Problem):
        return problems
    return ListQuery(
        page_size, phase, req.params.get("costCenter"), req.params.get("skiptoken", "")
    )


def read_header(req: func.HttpRequest, name: str) -> str | None:
    return cast("Mapping[str, str]", req.headers).get(name)


def parse_flag(req: func.HttpRequest, name: str) -> bool | Problem:
    text = req.params.get(name, "false").lower()
    if text not in ("true", "false"):
        return Problem("InvalidQueryParameter", "Send true or false.", f"query {name}")
    return text == "true"


def _parse_page_size(text: str | None) -> int | Problem:
    if text is None:
        return DEFAULT_PAGE_SIZE
    is_short = len(text) <= len(str(MAX_PAGE_SIZE))  # int() raises on thousands of digits
    if is_short and text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PAGE_SIZE:
        return int(text)
    message = f"Send a whole number from 1 to {MAX_PAGE_SIZE}."
    return Problem("InvalidQueryParameter", message, "query maxpagesize")


def _parse_phase(text: str | None) -> Phase | Problem | None:
    if text is None:
        return None
    if text in Phase:
        return Phase(text)
    return Problem("InvalidQueryParameter", f"Send one of {', '.join(Phase)}.", "query phase")
