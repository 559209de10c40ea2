"""Starting the host: what it reads, what it refuses, and the task hub of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from emulators.tests.integration.functions_host.host_processes import (
    APPS,
    REPOSITORY,
    FunctionsHost,
    ended_afterwards,
    eventually,
)

APP = "import azure.functions as func\napp = func.FunctionApp()\n"


ASGI_APP = """
import azure.functions as func

async def site(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        return
    path = scope["path"].encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-path", path)]})
    await send({"type": "http.response.body", "body": b"served by ASGI"})

app = func.AsgiFunctionApp(app=site, http_auth_level=func.AuthLevel.ANONYMOUS)
"""
GENERIC_APP = """
import azure.functions as func
app = func.FunctionApp()

@app.generic_trigger(arg_name="req", type="httpTrigger", route="old/{id}", methods=["GET"])
@app.generic_output_binding(arg_name="$return", type="http")
def generic(req: func.HttpRequest) -> str:
    return req.route_params["id"]

@app.route(route="out")
@app.queue_output(arg_name="message", queue_name="q", connection="c")
def out(req: func.HttpRequest, message: func.Out[str]) -> str:
    message.set("hello")
    return message.get()

@app.route(route="off")
def off(req: func.HttpRequest) -> str:
    return "on"
"""


def failed_start(app: Path, port: int = 0) -> str:
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "emulators.functions_host",
            "start",
            "--port",
            str(port),
            "--app",
            str(app),
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ended.returncode == 1
    return ended.stderr


@pytest.mark.parametrize(
    ("source", "sentence", "cause"),
    [
        pytest.param(None, "There is no function_app.py in", "", id="no app"),
        pytest.param(
            "import missing_package",
            "function_app.py could not be imported: No module named 'missing_package'.",
            "ModuleNotFoundError",
            id="import fails",
        ),
        pytest.param(
            "x = 1", "function_app.py defines no function app at its top level.", "", id="empty"
        ),
        pytest.param(
            APP + "@app.route(route='{a')\ndef f(req: func.HttpRequest) -> str: return ''",
            "'{a' is not a route parameter.",
            "",
            id="bad route",
        ),
        pytest.param(
            APP
            + "@app.route(route='same', methods=['GET'])\n"
            + "def one(req: func.HttpRequest) -> str: return ''\n"
            + "@app.route(route='Same/')\n"
            + "def two(req: func.HttpRequest) -> str: return ''",
            "Function two: the route 'same' conflicts with the route of function one.",
            "",
            id="two functions with one route",
        ),
        pytest.param(
            APP + "@app.route(route='admin/x')\ndef f(req: func.HttpRequest) -> str: return ''",
            "Function f: the route 'admin/x' conflicts with the host's own routes.",
            "",
            id="reserved route",
        ),
        pytest.param(
            APP
            + "@app.function_name('f')\n@app.route()\n"
            + "def one(req: func.HttpRequest) -> str: return ''\n"
            + "@app.function_name('f')\n@app.route(route='two')\n"
            + "def two(req: func.HttpRequest) -> str: return ''",
            "Function f does not have a unique function name.",
            "ValueError",
            id="two functions with one name",
        ),
        pytest.param(
            APP + "@app.route()\ndef f(req: func.HttpRequest) -> str | None: return ''",
            "the return annotation str | None is not a class",
            "",
            id="refused by the worker in Azure",
        ),
    ],
)
def test_an_app_that_does_not_load_is_refused_in_a_sentence(
    tmp_path: Path, source: str | None, sentence: str, cause: str
) -> None:
    if source is not None:
        (tmp_path / "function_app.py").write_text(source)

    told = failed_start(tmp_path)

    assert sentence in told.splitlines()[0]
    assert cause in told
    assert cause or "Traceback" not in told


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert failed_start(tmp_path / "missing") == f"There is no folder {tmp_path / 'missing'}.\n"


def test_a_host_json_that_is_none_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "function_app.py").write_text(APP)
    (tmp_path / "host.json").write_text("{")

    assert failed_start(tmp_path).startswith("host.json is not valid JSON: ")


def test_the_app_is_that_of_the_working_folder_and_one_without_functions_is_refused(
    tmp_path: Path,
) -> None:
    (tmp_path / "function_app.py").write_text(APP)

    ended = subprocess.run(
        [sys.executable, "-m", "emulators.functions_host", "start", "--port", "0"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert ended.returncode == 1
    assert "The app in function_app.py has no functions." in ended.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    (tmp_path / "function_app.py").write_text(GENERIC_APP)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        told = failed_start(tmp_path, port=port)

    assert "Address already in use" in told
    assert str(port) in told
    assert "Traceback" not in told


def test_local_settings_fill_the_environment_but_do_not_override_it(tmp_path: Path) -> None:
    app = tmp_path / "app"
    shutil.copytree(APPS / "classic", app)
    values = {"HUB_NAME": "Mine", "GREETING": "from the file", "SHARED": "from the file"}
    (app / "local.settings.json").write_text(json.dumps({"Values": values}))
    host = FunctionsHost(tmp_path, app, "127.0.0.1:1", SHARED="from outside")

    with ended_afterwards(host):
        host.start()

        assert host.http.get("/api/setting/GREETING").text == "from the file"
        assert host.http.get("/api/setting/SHARED").text == "from outside"
        assert "Task hub Mine: " in host.log


def test_an_app_without_durable_functions_needs_no_task_hub(tmp_path: Path) -> None:
    (tmp_path / "function_app.py").write_text(ASGI_APP)
    (tmp_path / "host.json").write_text('{"extensions": {"http": {"routePrefix": ""}}}')
    host = FunctionsHost(tmp_path, tmp_path, None)

    with ended_afterwards(host):
        host.start()
        answer = host.http.put("/any/where")

        assert (answer.text, answer.headers["x-path"]) == ("served by ASGI", "/any/where")
        assert not (tmp_path / ".functions_host").exists()


def test_generic_bindings_outputs_and_disabled_functions(tmp_path: Path) -> None:
    (tmp_path / "function_app.py").write_text(GENERIC_APP)
    disabled = {"AzureWebJobs.off.Disabled": "true"}
    host = FunctionsHost(tmp_path, tmp_path, None, **disabled)

    with ended_afterwards(host):
        host.start()

        assert host.http.get("/api/old/7").text == "7"
        assert host.http.get("/api/out").text == "hello"
        assert host.http.get("/api/off").status_code == 404
        assert "this host does not deliver message (queue)" in host.log


def test_without_a_task_hub_the_host_runs_one_of_its_own(tmp_path: Path) -> None:
    app = tmp_path / "app"
    shutil.copytree(APPS / "native", app)
    host = FunctionsHost(tmp_path, app, None)

    with ended_afterwards(host):
        host.start()
        assert host.result("chain", 1) == 4
        hub = json.loads((app / ".functions_host" / "task_hub.json").read_text())
        began = time.monotonic()

        assert host.end(signal.SIGINT) == 0

        assert time.monotonic() - began < 2
        assert eventually(lambda: not _is_alive(hub["pid"]))


def test_its_own_task_hub_ends_with_a_killed_host(tmp_path: Path) -> None:
    app = tmp_path / "app"
    shutil.copytree(APPS / "native", app)
    host = FunctionsHost(tmp_path, app, None)

    with ended_afterwards(host):
        host.start()
        finished = host.begin("chain", 1)
        host.finished(finished)
        hub = json.loads((app / ".functions_host" / "task_hub.json").read_text())

        host.end(signal.SIGKILL)
        host.start()

        assert eventually(lambda: not _is_alive(hub["pid"]))
        assert host.finished(finished)["output"] == 4


def test_its_own_task_hub_is_started_again_when_it_dies(tmp_path: Path) -> None:
    app = tmp_path / "app"
    shutil.copytree(APPS / "native", app)
    host = FunctionsHost(tmp_path, app, None)

    with ended_afterwards(host):
        host.start()
        hub = json.loads((app / ".functions_host" / "task_hub.json").read_text())
        os.kill(hub["pid"], signal.SIGKILL)
        eventually(lambda: host.log.count("Connected to the task hub.") == 2)

        assert host.result("chain", 1) == 4


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
