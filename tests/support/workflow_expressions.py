"""Evaluates the expressions of a Logic App's workflow, as far as the examples use the language.

`@name(...)` is a value, `@{name(...)}` a part of a text; `?['field']` of null is null. What the
examples do not use is refused, so that an example cannot rest on what was not tried.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>\w+)|(?P<sign>[?\[\](),]))")

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "json": json.loads,
    "base64ToString": lambda text: base64.b64decode(text).decode(),
    "coalesce": lambda *values: next((each for each in values if each is not None), None),
    "encodeURIComponent": lambda text: quote(text, safe=""),
}


@dataclass
class Run:
    """What a run of the workflow has: its trigger's body, parameters, and outputs of actions."""

    trigger_body: Mapping[str, Any]
    parameters: Mapping[str, Any]
    outputs: Mapping[str, Any]

    def render(self, value: Any) -> Any:
        """With all expressions evaluated, however deep they are."""
        if isinstance(value, dict):
            return {name: self.render(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.render(each) for each in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> Any:
        if text.startswith("@") and not text.startswith("@{"):
            return self.evaluate(text[1:])
        return re.sub(r"@\{([^}]*)\}", lambda found: _written(self.evaluate(found[1])), text)

    def evaluate(self, expression: str) -> Any:
        parser = _Parser(expression, self)
        value = parser.value()
        assert parser.is_at_end, f"left over in {expression}"
        return value

    def call(self, name: str, arguments: list[Any]) -> Any:
        sources: Mapping[str, Callable[..., Any]] = {
            "triggerBody": lambda: self.trigger_body,
            "parameters": lambda name: self.parameters[name],
            "outputs": lambda name: self.outputs[name],
        }
        return {**FUNCTIONS, **sources}[name](*arguments)


class _Parser:
    def __init__(self, text: str, run: Run) -> None:
        self._text, self._at, self._run = text, 0, run

    @property
    def is_at_end(self) -> bool:
        return not self._text[self._at :].strip()

    def value(self) -> Any:
        token = self._next()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        self._expect("(")
        found = self._run.call(token, self._arguments())
        while self._peek() in ("?", "["):
            found = self._member(found)
        return found

    def _arguments(self) -> list[Any]:
        arguments: list[Any] = []
        while self._peek() != ")":
            arguments.append(self.value())
            if self._peek() == ",":
                self._next()
        self._expect(")")
        return arguments

    def _member(self, of: Any) -> Any:
        may_lack = self._peek() == "?"
        if may_lack:
            self._next()
        self._expect("[")
        name = self.value()
        self._expect("]")
        return of[name] if not may_lack else (of or {}).get(name)

    def _peek(self) -> str:
        found = _TOKEN.match(self._text, self._at)
        return found[0].strip() if found else ""

    def _next(self) -> str:
        found = _TOKEN.match(self._text, self._at)
        assert found, f"cannot read {self._text[self._at :]}"
        self._at = found.end()
        return found[0].strip()

    def _expect(self, sign: str) -> None:
        found = self._next()
        assert found == sign, f"{found} in place of {sign} in {self._text}"


def _written(value: Any) -> str:
    """In a text: nothing for null, JSON for what is no text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
