"""Comparison of entity tags in `If-Match` and `If-None-Match` (RFC 9110, 8.8.3 and 13.1)."""

import re
from collections.abc import Iterator

ANY = "*"
_TAG = re.compile(r'(?P<weak>W/)?(?P<opaque>"[\x21\x23-\x7e\x80-\xff]*")')
_SEPARATOR = re.compile(r"[ \t]*(,[ \t]*|$)+")


def matches_strongly(field: str, etag: str) -> bool:
    """Whether `If-Match` names the strong tag of a resource that exists, or is `*`.

    A weak tag never matches, nor does a malformed list: the request is then refused.
    """
    if field.strip() == ANY:
        return True
    return any(not is_weak and tag == etag for is_weak, tag in _parse(field))


def matches_weakly(field: str, etag: str) -> bool:
    """Whether `If-None-Match` names the tag of a resource that exists, weak or not, or is `*`."""
    return field.strip() == ANY or any(tag == etag for _, tag in _parse(field))


def _parse(field: str) -> Iterator[tuple[bool, str]]:
    """Weakness and opaque tag of each member; none if the list is malformed."""
    found: list[tuple[bool, str]] = []
    text = field.strip(" \t,")
    position = 0
    while position < len(text):
        tag = _TAG.match(text, position)
        separator = _SEPARATOR.match(text, tag.end()) if tag else None
        if tag is None or separator is None:
            return
        found.append((tag["weak"] is not None, tag["opaque"]))
        position = separator.end()
    yield from found
