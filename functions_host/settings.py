"""What the app's host.json and local.settings.json say about running it."""

import json
import os
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEFAULT_ROUTE_PREFIX = "api"
DEFAULT_HUB_NAME = "TestHubName"
"""The Durable extension's own default outside of Azure."""


class SettingsError(Exception):
    """A settings file that cannot be used; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class HostSettings:
    route_prefix: str
    hub_name: str
    max_concurrent_activities: int
    max_concurrent_orchestrators: int
    max_concurrent_entities: int


def apply_local_settings(app_dir: Path, environment: MutableMapping[str, str]) -> None:
    """Put local.settings.json's Values into the environment, where they are not set yet."""
    values = _read_json(app_dir / "local.settings.json").get("Values") or {}
    if not isinstance(values, dict):
        raise SettingsError("local.settings.json: Values must be an object.")
    for name, value in values.items():
        if not isinstance(value, str):
            raise SettingsError(f"local.settings.json: the value of {name} must be a string.")
        environment.setdefault(name, value)


def set_host_environment(environment: MutableMapping[str, str]) -> None:
    """Tell the app where it runs, in the words that Core Tools uses for it."""
    environment.setdefault("AZURE_FUNCTIONS_ENVIRONMENT", "Development")
    environment.setdefault("FUNCTIONS_WORKER_RUNTIME", "python")


def thread_count(environment: Mapping[str, str]) -> int | None:
    """Threads for functions that are not async; None is Python's own default, as in Azure."""
    written = environment.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    return int(written) if written.isdecimal() and int(written) >= 1 else None


def read_host_settings(app_dir: Path, environment: Mapping[str, str]) -> HostSettings:
    host = _read_json(app_dir / "host.json")
    durable = _section(host, "extensions", "durableTask")
    processors = os.cpu_count() or 1
    return HostSettings(
        route_prefix=_route_prefix(host, environment),
        hub_name=_resolve(durable.get("hubName") or DEFAULT_HUB_NAME, environment),
        max_concurrent_activities=_limit(
            durable, "maxConcurrentActivityFunctions", 10 * processors
        ),
        max_concurrent_orchestrators=_limit(
            durable, "maxConcurrentOrchestratorFunctions", 10 * processors
        ),
        max_concurrent_entities=_limit(durable, "maxConcurrentEntityFunctions", 10 * processors),
    )


def _route_prefix(host: dict[str, Any], environment: Mapping[str, str]) -> str:
    override = environment.get("AzureFunctionsJobHost__extensions__http__routePrefix")
    configured = _section(host, "extensions", "http").get("routePrefix", DEFAULT_ROUTE_PREFIX)
    prefix = configured if override is None else override
    if not isinstance(prefix, str):
        raise SettingsError("host.json: extensions.http.routePrefix must be a string.")
    return prefix.strip("/")


def _limit(durable: dict[str, Any], name: str, default: int) -> int:
    value = durable.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SettingsError(f"host.json: extensions.durableTask.{name} must be a whole number.")
    return value


def _resolve(text: str, environment: Mapping[str, str]) -> str:
    """Replace %NAME% by the app setting NAME, as bindings do."""

    def setting(match: re.Match[str]) -> str:
        value = environment.get(match[1])
        if value is None:
            raise SettingsError(f"host.json: %{match[1]}% names a setting that is not there.")
        return value

    return re.sub(r"%([^%]+)%", setting, text)


def _section(host: dict[str, Any], *path: str) -> dict[str, Any]:
    section: Any = host
    for name in path:
        section = section.get(name) or {}
        if not isinstance(section, dict):
            raise SettingsError(f"host.json: {'.'.join(path)} must be an object.")
    return section


def _read_json(path: Path) -> dict[str, Any]:
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
