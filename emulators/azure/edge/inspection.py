"""The parts of a request that managed rules look at, under the names that exclusions use."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from emulators.azure.edge.exchange import Question

INSPECTED_BODY_BYTES = 128 * 1024
"""Documented for Front Door; what lies behind is forwarded unseen."""

HEADER = "RequestHeaderNames"
COOKIE = "RequestCookieNames"
QUERY = "QueryStringArgNames"
FORM = "RequestBodyPostArgNames"
JSON_BODY = "RequestBodyJsonArgNames"

IGNORE_CASE = (HEADER, COOKIE)


@dataclass(frozen=True, slots=True)
class Part:
    """A value; `variable` is None for what no exclusion can name."""

    value: str
    variable: str | None = None
    name: str = ""


def parts_of(question: Question, with_body: bool) -> list[Part]:
    return list(_named(_all(question, with_body)))


def _named(parts: Iterator[Part]) -> Iterator[Part]:
    """An exclusion takes out a value; its name is looked at all the same."""
    for part in parts:
        yield part
        if part.name:
            yield Part(part.name)


def _all(question: Question, with_body: bool) -> Iterator[Part]:
    yield Part(unquote_plus(question.path))
    for name, value in parse_qsl(question.query, keep_blank_values=True):
        yield Part(value, QUERY, name)
    for name, value in question.headers.items():
        if name.lower() == "cookie":
            cookies = SimpleCookie(value).items()
            yield from (Part(each.value, COOKIE, cookie) for cookie, each in cookies)
        else:
            yield Part(value, HEADER, name)
    if with_body and question.body:
        yield from _body(question)


def _body(question: Question) -> Iterator[Part]:
    text = question.body[:INSPECTED_BODY_BYTES].decode(errors="replace")
    kind = next((v for k, v in question.headers.items() if k.lower() == "content-type"), "")
    if kind.startswith("application/x-www-form-urlencoded"):
        yield from (Part(value, FORM, name) for name, value in parse_qsl(text))
        return
    try:
        parsed = json.loads(text)
    except ValueError:
        # Cut off, or no JSON: looked at as it is.
        yield Part(text)
        return
    yield from _json(parsed, "")


def _json(value: Any, name: str) -> Iterator[Part]:
    """Names of nested fields are joined by points; the items of a list have the list's name."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _json(each, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for each in value:
            yield from _json(each, name)
    else:
        yield Part(str(value), JSON_BODY, name)
