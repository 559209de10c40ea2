"""What the app's host.json and local.settings.json say about running it."""

import os
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators.functions_host.log_levels import LogLevels, read_log_levels
from emulators.functions_host.service_bus_settings import ServiceBusSettings, service_bus_settings
from emulators.functions_host.settings_files import (
    SettingsError,
    read_json,
    resolve,
    section,
    whole_number,
)

DEFAULT_ROUTE_PREFIX = "api"
_HUB_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{2,44}")
DEFAULT_HUB_NAME = "TestHubName"
"""The Durable extension's own default outside of Azure."""


@dataclass(frozen=True, slots=True)
class HostSettings:
    route_prefix: str
    hub_name: str
    default_version: str | None
    max_concurrent_activities: int
    max_concurrent_orchestrators: int
    max_concurrent_entities: int
    service_bus: ServiceBusSettings
    log_levels: LogLevels


def apply_local_settings(app_dir: Path, environment: MutableMapping[str, str]) -> None:
    """Put local.settings.json's Values into the environment, where they are not set yet."""
    values = read_json(app_dir / "local.settings.json").get("Values") or {}
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
    host = read_json(app_dir / "host.json")
    durable = section(host, "extensions", "durableTask")
    processors = os.cpu_count() or 1

    def limit(name: str) -> int:
        return whole_number(durable, "extensions.durableTask", name, 10 * processors)

    return HostSettings(
        route_prefix=_route_prefix(host, environment),
        hub_name=_hub_name(durable, environment),
        default_version=_default_version(durable),
        max_concurrent_activities=limit("maxConcurrentActivityFunctions"),
        max_concurrent_orchestrators=limit("maxConcurrentOrchestratorFunctions"),
        max_concurrent_entities=limit("maxConcurrentEntityFunctions"),
        service_bus=service_bus_settings(host, processors),
        log_levels=read_log_levels(host, environment),
    )


def _default_version(durable: dict[str, Any]) -> str | None:
    """Of orchestrations that this app starts; null and an empty one mean none."""
    version = durable.get("defaultVersion")
    if version is not None and not isinstance(version, str):
        raise SettingsError("host.json: extensions.durableTask.defaultVersion must be a string.")
    return version or None


def _hub_name(durable: dict[str, Any], environment: Mapping[str, str]) -> str:
    """Refuse what Azure Storage, the default home of a task hub, could not make tables of."""
    written = durable.get("hubName") or DEFAULT_HUB_NAME
    name = resolve(str(written), environment, "host.json")
    if not _HUB_NAME.fullmatch(name):
        raise SettingsError(
            f"host.json: {name!r} is no valid extensions.durableTask.hubName: it must start with "
            "a letter, contain only letters and digits, and have 3 to 45 characters."
        )
    return name


def _route_prefix(host: dict[str, Any], environment: Mapping[str, str]) -> str:
    override = environment.get("AzureFunctionsJobHost__extensions__http__routePrefix")
    configured = section(host, "extensions", "http").get("routePrefix", DEFAULT_ROUTE_PREFIX)
    prefix = configured if override is None else override
    if not isinstance(prefix, str):
        raise SettingsError("host.json: extensions.http.routePrefix must be a string.")
    return prefix.strip("/")
