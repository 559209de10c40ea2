"""host.json's logging.logLevel is read and applied as the real host does it."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from emulators.functions_host.log_levels import (
    OWN,
    LevelFilter,
    LogLevels,
    read_log_levels,
    running_function,
)
from emulators.functions_host.settings_files import SettingsError

DEBUG, INFO, WARNING, ERROR = logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR
HOST = {
    "default": "Warning",
    "Function": "Information",
    "Function.quiet": "Error",
    "Host.Triggers.DurableTask": "Debug",
    "Azure.Core": "None",
}


def levels_of(levels: Mapping[str, Any], **environment: str) -> LogLevels:
    return read_log_levels({"logging": {"logLevel": levels}}, environment)


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    names = ("", OWN, "azure")
    before = {name: logging.getLogger(name).level for name in names}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize(
    ("category", "level"),
    [
        pytest.param("Function.loud.User", INFO, id="the beginning counts"),
        pytest.param("Function.quiet.User", ERROR, id="the longest beginning counts"),
        pytest.param("Host.Results", WARNING, id="default"),
        pytest.param("host.triggers.durabletask", DEBUG, id="case does not matter"),
        pytest.param("azure.core.pipeline", logging.CRITICAL + 1, id="none"),
        pytest.param("azure.servicebus", WARNING, id="another part of the SDK"),
        pytest.param("default.thing", WARNING, id="default is no beginning"),
    ],
)
def test_a_category_has_the_level_of_its_longest_beginning(category: str, level: int) -> None:
    assert levels_of(HOST).of(category) == level


def test_without_any_level_it_is_information() -> None:
    assert read_log_levels({}, {}).of("Host.General") == INFO
    assert levels_of({"Function": "Error"}).of("Host.General") == INFO


def test_app_settings_override_the_file() -> None:
    levels = levels_of(
        HOST,
        AzureFunctionsJobHost__logging__logLevel__default="Error",
        AZUREFUNCTIONSJOBHOST__LOGGING__LOGLEVEL__Host="trace",
    )

    assert levels.of("Other") == ERROR
    assert levels.of("Host.General") == DEBUG


@pytest.mark.parametrize("value", ["Info", "", 3, None])
def test_what_is_no_level_is_refused(value: Any) -> None:
    with pytest.raises(SettingsError, match=r"logLevel\.Function is .*, which is no log level"):
        levels_of({"Function": value})


def shows(
    levels: Mapping[str, str],
    name: str,
    level: int,
    running: str | None = None,
    verbose: bool = False,
    **extra: str,
) -> bool:
    shown = LevelFilter(verbose)
    shown.apply(levels_of(levels), {})
    token = running_function.set(running)
    try:
        record = logging.getLogger(name).makeRecord(name, level, "f", 1, "m", (), None)
        record.__dict__.update(extra)
        return logging.getLogger(name).isEnabledFor(level) and shown.filter(record)
    finally:
        running_function.reset(token)


@pytest.mark.parametrize(
    ("name", "level", "function", "expected"),
    [
        pytest.param("gridplane", INFO, "loud", True, id="a function's"),
        pytest.param("gridplane", WARNING, "quiet", False, id="one that is kept quiet"),
        pytest.param("azure.core.pipeline", INFO, "loud", True, id="an SDK within a function"),
        pytest.param("httpx", INFO, "loud", True, id="a library within a function"),
        pytest.param("httpx", INFO, None, False, id="a library of the host"),
        pytest.param("azure.servicebus", INFO, None, False, id="the host's SDK, by default"),
        pytest.param("azure.servicebus", WARNING, None, True, id="the host's SDK, warns"),
        pytest.param("azure.core", ERROR, None, False, id="the host's SDK, told to say nothing"),
        pytest.param("gridplane", DEBUG, "loud", False, id="the worker makes no debug records"),
        pytest.param(f"{OWN}.durable", DEBUG, None, True, id="the host's own, debugged"),
        pytest.param(f"{OWN}.timers", INFO, None, False, id="the host's own"),
        pytest.param(OWN, WARNING, None, True, id="the host's own, warns"),
    ],
)
def test_a_record_is_shown_by_its_category(
    name: str, level: int, function: str | None, expected: bool
) -> None:
    assert shows(HOST, name, level, function) == expected


def test_the_lines_of_an_invocation_belong_to_its_function() -> None:
    name = f"{OWN}.invocations"

    assert shows(HOST, name, INFO, None, function="loud")
    assert not shows(HOST, name, INFO, None, function="quiet")


def test_the_sdks_debug_records_are_made_where_they_are_wanted() -> None:
    assert shows({"Azure": "Debug"}, "azure.servicebus", DEBUG)
    assert not shows({"Azure": "Information"}, "azure.servicebus", DEBUG)
    assert not shows({"Azure": "Debug"}, "azure.servicebus", DEBUG, "any")


def test_verbose_shows_all_that_the_host_says() -> None:
    assert shows({"default": "Error"}, f"{OWN}.durable", DEBUG, verbose=True)
    assert not shows({"default": "Error"}, "azure.servicebus", INFO, verbose=True)


@pytest.mark.parametrize(("value", "made"), [("1", True), ("true", True), ("0", False)])
def test_debug_records_of_the_app_need_the_workers_setting(value: str, made: bool) -> None:
    levels = levels_of({"default": "Debug"})
    LevelFilter(verbose=False).apply(levels, {"PYTHON_ENABLE_DEBUG_LOGGING": value})

    assert logging.getLogger("gridplane").isEnabledFor(DEBUG) == made
