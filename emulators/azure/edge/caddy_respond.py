"""`caddy respond`: a container that gives one fixed answer, as its arguments say."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulators.azure.edge.exchange import Answer, Question

Container = Mapping[str, Any]


def is_one(container: Container) -> bool:
    return _words(container)[:2] == ["caddy", "respond"]


def answer(container: Container, question: Question) -> Answer:
    options = list(_options(_words(container)[2:]))
    headers = dict(_header(value) for name, value in options if name == "--header")
    single = dict(options)
    body = "" if question.method == "HEAD" else single.get("--body", "")
    content_type = headers.pop("Content-Type", "text/plain; charset=utf-8")
    return Answer(int(single.get("--status", "200")), body.encode(), content_type, headers)


def _words(container: Container) -> list[str]:
    return [*(container.get("command") or []), *(container.get("args") or [])]


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    return zip(words[::2], words[1::2], strict=False)


def _header(written: str) -> tuple[str, str]:
    name, _, value = written.partition(":")
    return name.strip(), value.strip()
