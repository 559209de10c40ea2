"""`caddy respond`: a container that gives one fixed answer, as its arguments say.

Placeholders in its headers are replaced; of Caddy's, only those for headers of the request.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulators.azure.edge.exchange import Answer, Question

Container = Mapping[str, Any]

_REQUEST_HEADER = re.compile(r"\{http\.request\.header\.([^}]+)\}")


def is_one(container: Container) -> bool:
    return _words(container)[:2] == ["caddy", "respond"]


def answer(container: Container, question: Question) -> Answer:
    options = list(_options(_words(container)[2:]))
    headers = dict(
        _header(_replaced(value, question)) for name, value in options if name == "--header"
    )
    single = dict(options)
    body = "" if question.method == "HEAD" else single.get("--body", "")
    content_type = headers.pop("Content-Type", "text/plain; charset=utf-8")
    return Answer(int(single.get("--status", "200")), body.encode(), content_type, headers)


def _words(container: Container) -> list[str]:
    return [*(container.get("command") or []), *(container.get("args") or [])]


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    return zip(words[::2], words[1::2], strict=False)


def _replaced(written: str, question: Question) -> str:
    sent = {name.lower(): value for name, value in question.headers.items()}
    return _REQUEST_HEADER.sub(lambda found: sent.get(found[1].lower(), ""), written)


def _header(written: str) -> tuple[str, str]:
    name, _, value = written.partition(":")
    return name.strip(), value.strip()
