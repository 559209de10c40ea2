"""Which log records are shown: `logging.logLevel` of host.json, by the host's own categories."""

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from emulators.functions_host.settings_files import SettingsError, section

OWN = "emulators.functions_host"
DEFAULT = "default"
_OVERRIDE = "azurefunctionsjobhost__logging__loglevel__"
_NAMES = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 1,
}
_TRUE = {"1", "true", "t", "yes", "y"}
_CATEGORIES = {
    "durable": "Host.Triggers.DurableTask",
    "management": "Host.Triggers.DurableTask",
    "task_hub": "Host.Triggers.DurableTask",
    "service_bus": "Host.Triggers.ServiceBus",
    "timers": "Host.Triggers.Timer",
    "http": "Host.Function",
}
_MACHINERY = (
    *("aiohttp", "grpc", "asyncio", "durabletask", "uamqp"),
    *("urllib3", "httpx", "httpx2", "httpcore", "httpcore2"),
)
"""What this host is made of, and the real one is not."""

running_function: ContextVar[str | None] = ContextVar("running_function", default=None)
"""The name of the function within which a record is made."""


@dataclass(frozen=True, slots=True)
class LogLevels:
    """Levels by the beginning of a category in lower case; the longest that fits counts."""

    by_category: Mapping[str, int] = field(default_factory=dict[str, int])

    def of(self, category: str) -> int:
        named = (each for each in self.by_category if each != DEFAULT)
        fits = (each for each in named if category.lower().startswith(each))
        longest = max(fits, key=len, default=DEFAULT)
        return self.by_category.get(longest, self.by_category.get(DEFAULT, logging.INFO))

    @property
    def lowest(self) -> int:
        return min(self.by_category.values(), default=logging.INFO)


def read_log_levels(host: dict[str, Any], environment: Mapping[str, str]) -> LogLevels:
    """Of host.json; app settings override it, as in Azure. Raises SettingsError."""
    written = dict(section(host, "logging", "logLevel"))
    for name, value in environment.items():
        if name.lower().startswith(_OVERRIDE):
            written[name[len(_OVERRIDE) :]] = value
    return LogLevels({name.lower(): _level(name, value) for name, value in written.items()})


class LevelFilter(logging.Filter):
    """Passes what host.json lets pass, and with `verbose` all that the host itself says."""

    def __init__(self, verbose: bool) -> None:
        super().__init__()
        self._verbose = verbose
        self._levels = LogLevels()

    def apply(self, levels: LogLevels, environment: Mapping[str, str]) -> None:
        """Loggers make what can be shown. What the app logs begins at Information, as in Azure,
        unless PYTHON_ENABLE_DEBUG_LOGGING is set."""
        self._levels = levels
        is_debugged = environment.get("PYTHON_ENABLE_DEBUG_LOGGING", "").lower() in _TRUE
        logging.getLogger().setLevel(logging.DEBUG if is_debugged else logging.INFO)
        own = logging.DEBUG if self._verbose else min(levels.lowest, logging.INFO)
        logging.getLogger(OWN).setLevel(own)
        of_sdks = min(levels.of("azure"), logging.INFO)
        logging.getLogger("azure").setLevel(of_sdks if of_sdks < logging.INFO else logging.NOTSET)

    def filter(self, record: logging.LogRecord) -> bool:
        is_own = record.name == OWN or record.name.startswith(f"{OWN}.")
        if self._verbose and is_own:
            return True
        if running_function.get() is None and record.name.partition(".")[0] in _MACHINERY:
            return record.levelno >= (logging.INFO if self._verbose else logging.WARNING)
        return record.levelno >= self._levels.of(category_of(record, is_own))


def category_of(record: logging.LogRecord, is_own: bool) -> str:
    """Whatever a function logs is the user's, by whichever logger. Outside of one, the SDKs of
    Azure serve this host's own triggers, which in the real host log as `Azure`."""
    if is_own:
        function = getattr(record, "function", None)
        part = record.name.removeprefix(OWN).strip(".").partition(".")[0]
        return f"Function.{function}" if function else _CATEGORIES.get(part, "Host")
    function = running_function.get()
    if function is not None:
        return f"Function.{function}.User"
    return record.name if record.name.partition(".")[0] == "azure" else "Function"


def _level(category: str, value: object) -> int:
    level = _NAMES.get(value.lower()) if isinstance(value, str) else None
    if level is None:
        raise SettingsError(
            f"host.json: logging.logLevel.{category} is {value!r}, which is no log level."
        )
    return level
