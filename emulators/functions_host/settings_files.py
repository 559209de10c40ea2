"""Reads the files and texts that settings are written in, and says what is wrong with them."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

_TIME_SPAN = re.compile(r"(?:(\d+)\.)?(\d+):(\d{1,2})(?::(\d{1,2}(?:\.\d{1,7})?))?")


class SettingsError(Exception):
    """A setting that cannot be used; the message is for the person at the terminal."""


def read_json(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    try:
        content = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"{path.name} is not valid JSON: {error}.") from error
    if not isinstance(content, dict):
        raise SettingsError(f"{path.name} must hold one JSON object.")
    return content


def section(host: dict[str, Any], *path: str) -> dict[str, Any]:
    found: Any = host
    for name in path:
        found = found.get(name) or {}
        if not isinstance(found, dict):
            raise SettingsError(f"host.json: {'.'.join(path)} must be an object.")
    return found


def whole_number(
    settings: dict[str, Any], where: str, name: str, default: int, *, lowest: int = 1
) -> int:
    value = settings.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < lowest:
        raise SettingsError(f"host.json: {where}.{name} must be a whole number.")
    return value


def time_span(text: str) -> timedelta | None:
    """Read .NET's `[d.]hh:mm[:ss[.fffffff]]`; None when it is not one."""
    match = _TIME_SPAN.fullmatch(text.strip())
    if match is None:
        return None
    days, first, second = (int(part or 0) for part in match.groups()[:3])
    third = float(match[4] or 0)
    if match[1] is None and first > 23:
        # .NET takes a first part that cannot be hours for days: 24:00:00 is 24 days.
        return timedelta(days=first, hours=second, minutes=third)
    return timedelta(days=days, hours=first, minutes=second, seconds=third)


def resolve(text: str, environment: Mapping[str, str], where: str) -> str:
    """Replace %NAME% by the app setting NAME, as bindings do."""

    def setting(match: re.Match[str]) -> str:
        value = environment.get(match[1])
        if value is None:
            raise SettingsError(f"{where}: %{match[1]}% names a setting that is not there.")
        return value

    return re.sub(r"%([^%]+)%", setting, text)
