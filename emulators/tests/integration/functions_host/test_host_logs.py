"""What reaches the console: levels of host.json, for the app, the host and the Azure SDK."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulators.tests.integration.functions_host.host_processes import (
    FunctionsHost,
    ended_afterwards,
    eventually,
)

APP = """
import logging

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def say(name: str) -> str:
    for level in (logging.DEBUG, logging.INFO, logging.WARNING):
        logging.log(level, "%s says %s", name, logging.getLevelName(level))
    logging.getLogger("azure.core.pipeline").info("the SDK speaks in %s", name)
    return "said"


@app.route()
def loud(req: func.HttpRequest) -> str:
    return say("loud")


@app.route()
async def quiet(req: func.HttpRequest) -> str:
    return say("quiet")


@app.service_bus_queue_trigger(arg_name="text", queue_name="work", connection="Bus")
def listener(text: str) -> None: ...
"""
NOWHERE = (
    "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true"
)


@contextmanager
def running(folder: Path, levels: Mapping[str, str], **settings: str) -> Iterator[FunctionsHost]:
    (folder / "function_app.py").write_text(APP)
    (folder / "host.json").write_text(json.dumps({"logging": {"logLevel": levels}}))
    options = ["--state-dir", str(folder / "state")]
    host = FunctionsHost(folder, folder, None, options, Bus=NOWHERE, **settings)
    with ended_afterwards(host):
        host.start()
        assert [host.http.get(f"/api/{name}").text for name in ("loud", "quiet")] == ["said"] * 2
        yield host


def test_each_function_has_its_own_level(tmp_path: Path) -> None:
    levels = {"default": "Information", "Function.quiet": "Warning"}
    with running(tmp_path, levels) as host:
        log = host.log
        assert "loud says INFO" in log
        assert "the SDK speaks in loud" in log
        assert "Executed 'Functions.loud'" in log
        assert "quiet says WARNING" in log
        for hidden in ("quiet says INFO", "the SDK speaks in quiet", "'Functions.quiet'"):
            assert hidden not in log
        assert "says DEBUG" not in log


def test_the_app_is_debugged_by_the_workers_setting(tmp_path: Path) -> None:
    levels = {"default": "Warning", "Function.loud": "Debug"}
    with running(tmp_path, levels, PYTHON_ENABLE_DEBUG_LOGGING="1") as host:
        assert "loud says DEBUG" in host.log
        assert "quiet says INFO" not in host.log
        assert "Functions host listens" not in host.log


def test_the_sdk_that_serves_the_host_logs_at_the_level_of_azure(tmp_path: Path) -> None:
    with running(tmp_path, {"default": "Warning", "Azure": "Information"}) as host:
        eventually(lambda: " info azure.servicebus." in host.log)
        assert "says INFO" not in host.log


def test_the_sdk_keeps_quiet_where_it_is_told_to(tmp_path: Path) -> None:
    with running(tmp_path, {"Azure": "Warning"}) as host:
        eventually(lambda: "Service Bus does not serve work" in host.log)
        assert " info azure." not in host.log.replace("azure.core.pipeline: the SDK speaks", "")


def test_a_level_that_does_not_exist_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "function_app.py").write_text(APP)
    (tmp_path / "host.json").write_text('{"logging": {"logLevel": {"default": "Loud"}}}')
    host = FunctionsHost(tmp_path, tmp_path, None)
    with ended_afterwards(host):
        with pytest.raises(AssertionError, match="'Loud', which is no log level"):
            host.start()
        assert "Traceback" not in host.log
