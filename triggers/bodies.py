"""Decodes the JSON bodies of requests and messages.

Refuses what JSON allows but no resource can hold: duplicate keys, of which a parser silently keeps
one, NUL, which ends a string of a process's environment, and lone surrogates, which UTF-8 cannot
encode.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Never, TypeGuard, cast

from domain.problem import Problem

PLAN_ID = "planId"
"""Of a body that refers to a plan in place of a specification."""

MAX_BODY_BYTES = 1024 * 1024
"""About what Kubernetes stores in one object (etcd refuses requests above 1.5 MiB), and four times
the environment variables and arguments that a specification may contain."""

_UNUSABLE = re.compile("[\0\ud800-\udfff]")


class _Members(list[tuple[str, object]]):
    """The members of a JSON object, duplicate keys included."""


def find_oversize(body: bytes) -> Problem | None:
    """The problem BodyTooLarge of a body above MAX_BODY_BYTES."""
    if len(body) <= MAX_BODY_BYTES:
        return None
    return Problem(
        "BodyTooLarge", f"The body has {len(body)} bytes. Send at most {MAX_BODY_BYTES}.", ""
    )


def is_json(content_type: str | None) -> bool:
    """Whether a body of this `Content-Type` may be JSON; without one its bytes decide."""
    media_type = (content_type or "application/json").partition(";")[0].strip().lower()
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )


def decode_json(body: bytes) -> object | Problem:
    """The decoded value, or one of the problems InvalidJson, DuplicateKey and InvalidCharacter."""
    try:
        decoded = json.loads(body, object_pairs_hook=_Members, parse_constant=_refuse_constant)
        problem = next(_find_problems(decoded, ""), None)
        return problem or _to_value(decoded)
    except (ValueError, RecursionError) as error:  # nested too deeply: RecursionError
        return Problem("InvalidJson", f"The body is not valid JSON: {error}.", "")


def _refuse_constant(constant: str) -> Never:
    raise ValueError(f"{constant} is not a JSON number")


def _find_problems(node: object, path: str) -> Iterator[Problem]:
    match node:
        case _Members():
            seen = set[str]()
            for key, value in node:
                target = _join(path, key)
                if key in seen:
                    yield Problem("DuplicateKey", "The key is written twice. Keep one.", target)
                seen.add(key)
                yield from _find_unusable(key, target)
                yield from _find_problems(value, target)
        case list():
            for index, item in enumerate(cast("list[object]", node)):
                yield from _find_problems(item, f"{path}[{index}]")
        case str():
            yield from _find_unusable(node, path)
        case _:
            pass


def _find_unusable(text: str, target: str) -> Iterator[Problem]:
    if found := _UNUSABLE.search(text):
        code = f"U+{ord(found[0]):04X}"
        yield Problem("InvalidCharacter", f"Remove {code}: no service accepts it.", target)


def _join(path: str, key: str) -> str:
    readable = _UNUSABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", key)
    return f"{path}.{readable}" if path else readable


def _to_value(node: object) -> Any:
    match node:
        case _Members():
            return {key: _to_value(value) for key, value in node}
        case list():
            return [_to_value(item) for item in cast("list[object]", node)]
        case _:
            return node


def read_message_bytes(body: Any) -> bytes | None:
    """None for an AMQP value or sequence, which only senders without a Service Bus SDK send."""
    if isinstance(body, bytes):
        return body
    if not isinstance(body, Iterable) or isinstance(body, str):
        return None
    parts = list(cast("Iterable[object]", body))
    return b"".join(parts) if _are_bytes(parts) else None


def _are_bytes(parts: list[object]) -> TypeGuard[list[bytes]]:
    return all(isinstance(part, bytes) for part in parts)
