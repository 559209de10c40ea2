"""Containers that run `caddy respond`: the same answer to whatever is asked."""

import argparse
from collections.abc import Mapping
from typing import Any

from simulator.edge.exchange import Answer, Question

_COMMAND = ["caddy", "respond"]


def is_run_by(container: Mapping[str, Any]) -> bool:
    return _words(container)[:2] == _COMMAND


def answer(container: Mapping[str, Any], question: Question) -> Answer:
    options = _parser().parse_known_args(_words(container)[2:])[0]
    headers = dict(_header(each) for each in options.header)
    content_type = headers.pop("Content-Type", "text/plain; charset=utf-8")
    body = b"" if question.method == "HEAD" else options.body.encode()
    return Answer(options.status, body, content_type, headers)


def _words(container: Mapping[str, Any]) -> list[str]:
    return [*(container.get("command") or []), *(container.get("args") or [])]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--status", "-s", type=int, default=200)
    parser.add_argument("--header", "-H", action="append", default=[])
    parser.add_argument("--body", "-b", default="")
    return parser


def _header(text: str) -> tuple[str, str]:
    name, _, value = text.partition(":")
    return name.strip(), value.strip()
