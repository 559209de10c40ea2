"""Addresses of entities as clients write them, and the paths that they lead to."""

import re

MANAGEMENT = "/$management"
DEAD_LETTERS = "/$DeadLetterQueue"
_SCHEME_AND_HOST = re.compile(r"^(amqps?|sb|https?)://[^/]*/?", re.IGNORECASE)


def path_of(address: str) -> str:
    """The path of an address with or without scheme and host, in lower case."""
    return _SCHEME_AND_HOST.sub("", address).strip("/").lower()


def entity_of(path: str) -> str:
    """The queue, topic or subscription of a lower-case path to it or to a part of it."""
    return path.partition("/$")[0]


def is_part_of(scope: str, entity: str) -> bool:
    """Whether a lower-case entity is the other one, or a subscription of that topic."""
    return entity == scope or entity.startswith(f"{scope}/subscriptions/")
