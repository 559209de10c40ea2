"""What the flood sends: a story for each environment, with poison in it, and what must come of it.

Everything is drawn from a seed, so that a flood that failed can be sent again.
"""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.support.messages import cloud_event, encode
from tests.support.specs import spec_body

MESSAGES_PER_ENVIRONMENT = 10
"""One of them is poison."""

SHARE_SENT_AGAIN = 0.2

NEXT = {
    "none": ("provision",),
    "provision": ("update", "scale-down", "delete"),
    "update": ("update", "scale-down", "delete"),
    "scale-down": ("wake", "delete"),
    "wake": ("update", "scale-down", "delete"),
    "delete": ("provision",),
}
"""What makes sense after what; everything else would be refused for good reason."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as the sender puts it on the queue."""

    message_id: str
    session_id: str
    body: str


@dataclass(slots=True)
class Story:
    """One environment's messages in order, and what is expected of them."""

    name: str
    messages: list[Sent] = field(default_factory=list[Sent])
    kinds: list[str] = field(default_factory=list[str])
    """Operations that must run, in this order, each once."""
    poison: dict[str, str] = field(default_factory=dict[str, str])
    """Message ids with the reason for which each is dead-lettered."""


def _not_json(name: str) -> bytes:
    return b'{"specversion": "1.0", '


def _event(kind: str, data: Any) -> bytes:
    return encode(cloud_event(kind, data))


POISON: tuple[tuple[str, Callable[[str], bytes]], ...] = (
    ("InvalidJson", _not_json),
    ("UnknownEventType", lambda name: _event("explode", {"name": name})),
    ("UnknownField", lambda name: _event("provision", spec_body(name=name, colour="blue"))),
    ("RegionNotAllowed", lambda name: _event("provision", spec_body(name=name, regions=["mars"]))),
    ("SessionIdMismatch", lambda name: _event("delete", {"name": f"not-{name}"})),
    ("RetiredVmSize", lambda name: _event("provision", _on_a_retired_size(name))),
)


def _on_a_retired_size(name: str) -> dict[str, Any]:
    return spec_body(name=name, gpu={"vmSize": "Standard_NC6s_v3", "maxNodes": 1})


def plan_flood(environments: int, seed: int) -> list[Story]:
    dice = random.Random(seed)
    return [_plan_story(f"flood-{number}", dice) for number in range(environments)]


def _plan_story(name: str, dice: random.Random) -> Story:
    story = Story(name)
    poisoned = dice.randrange(MESSAGES_PER_ENVIRONMENT)
    latest = "none"
    for number in range(MESSAGES_PER_ENVIRONMENT):
        message_id = f"{name}-{number}"
        if number == poisoned:
            reason, build = dice.choice(POISON)
            story.poison[message_id] = reason
            body = build(name)
        else:
            is_last = number >= MESSAGES_PER_ENVIRONMENT - 1 - (poisoned == number + 1)
            latest = _choose(latest, is_last, dice)
            story.kinds.append(latest)
            body = _event(latest, _data_for(latest, name, number))
        story.messages.append(Sent(message_id, name, body.decode()))
    return story


def _data_for(kind: str, name: str, number: int) -> dict[str, Any]:
    """Each update is another one: who pays changes with the message's number."""
    if kind == "update":
        return spec_body(name=name, costCenter=f"ML-{number}")
    return spec_body(name=name) if kind == "provision" else {"name": name}


def _choose(latest: str, is_last: bool, dice: random.Random) -> str:
    """Nothing is left standing at the end where that is possible."""
    choices = NEXT[latest]
    return "delete" if is_last and "delete" in choices else dice.choice(choices)


def interleave(stories: list[Story], seed: int) -> Iterator[Sent]:
    """All messages in one stream, each environment's in order, some again later."""
    dice = random.Random(seed)
    left = {story.name: list(story.messages) for story in stories}
    again: list[Sent] = []
    while left:
        name = dice.choice(sorted(left))
        message = left[name].pop(0)
        if not left[name]:
            del left[name]
        yield message
        if dice.random() < SHARE_SENT_AGAIN:
            again.append(message)
        if again and dice.random() < SHARE_SENT_AGAIN:
            yield again.pop(dice.randrange(len(again)))
    yield from again


def to_json(stream: Iterator[Sent]) -> str:
    return json.dumps([[sent.message_id, sent.session_id, sent.body] for sent in stream])
