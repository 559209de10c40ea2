"""Reads control requests field by field and says in a sentence which field is wrong."""

import json
import re
from datetime import UTC, datetime
from typing import Any, cast

from aiohttp import web


class BadInput(Exception):
    """A control request that cannot be understood; its text is for the caller."""


class Fields:
    """The fields of a JSON object, each read once; `finish` refuses those that nobody read."""

    def __init__(self, body: object, name: str = "the request body") -> None:
        if not isinstance(body, dict):
            raise BadInput(f"{name} must be a JSON object.")
        self._name = name
        self._left: dict[str, Any] = dict(body)

    def __contains__(self, field: str) -> bool:
        return field in self._left

    def all(self) -> dict[str, Any]:
        """What nobody has read yet."""
        return dict(self._left)

    def text(self, field: str, default: str | None = None) -> str | None:
        value = self._left.pop(field, default)
        if value is not None and not isinstance(value, str):
            raise BadInput(f"{field} must be a string.")
        return value

    def number(self, field: str, default: float | None = None, low: float = 0) -> float | None:
        value = self._left.pop(field, default)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= low:
            raise BadInput(f"{field} must be a number of at least {low:g}.")
        return value

    def integer(
        self, field: str, default: int | None = None, low: int = 0, high: int = 10**9
    ) -> int | None:
        value = self._left.pop(field, default)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise BadInput(f"{field} must be an integer from {low} to {high}.")
        return value

    def flag(self, field: str) -> bool:
        value = self._left.pop(field, False)
        if not isinstance(value, bool):
            raise BadInput(f"{field} must be true or false.")
        return value

    def pattern(self, field: str) -> re.Pattern[str] | None:
        text = self.text(field)
        if text is None:
            return None
        try:
            return re.compile(text, re.IGNORECASE)
        except re.error as error:
            raise BadInput(f"{field} is no regular expression: {error}.") from None

    def moment(self, field: str) -> datetime | None:
        text = self.text(field)
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise BadInput(f"{field} must be a time in ISO 8601.") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def strings(self, field: str) -> dict[str, str]:
        value = self._left.pop(field, None) or {}
        if not isinstance(value, dict) or not all(
            isinstance(each, str) for each in value.values()
        ):
            raise BadInput(f"{field} must be an object of strings.")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        value = self._left.pop(field, [])
        if not isinstance(value, list) or not all(
            isinstance(each, str) for each in cast("list[object]", value)
        ):
            raise BadInput(f"{field} must be a list of strings.")
        return tuple(cast("list[str]", value))

    def anything(self, field: str) -> Any:
        return self._left.pop(field, None)

    def finish(self) -> None:
        if self._left:
            raise BadInput(f"{', '.join(self._left)} is not known in {self._name}.")


def required[T](value: T | None, field: str) -> T:
    if value is None:
        raise BadInput(f"{field} is required.")
    return value


async def read_json(request: web.Request) -> object:
    """The body of a control request; raises BadInput."""
    try:
        return json.loads(await request.read())
    except ValueError:
        raise BadInput("the request body must be JSON.") from None
