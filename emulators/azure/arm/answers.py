"""Answers as ARM gives them, before they become HTTP responses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON_WITH_CHARSET = "application/json; charset=utf-8"
JSON = "application/json"
"""AKS names no charset and indents its answers; everybody else does neither."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status with its own headers and a JSON body; None is an empty body."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    content_type: str = JSON_WITH_CHARSET


class ArmError(Exception):
    """A refusal, raised where the rule is and answered at the gateway."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body}")
        self.answer = answer
