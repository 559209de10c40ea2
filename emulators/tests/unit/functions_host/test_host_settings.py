"""host.json and local.settings.json are read as the real host and Core Tools read them."""

import json
from pathlib import Path
from typing import Any

import pytest

from emulators.functions_host.settings import (
    SettingsError,
    apply_local_settings,
    read_host_settings,
    thread_count,
)


def write(folder: Path, name: str, content: Any) -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("host", "environment", "prefix"),
    [
        pytest.param({}, {}, "api", id="default"),
        pytest.param({"extensions": {"http": {"routePrefix": ""}}}, {}, "", id="empty"),
        pytest.param({"extensions": {"http": {"routePrefix": "/v1/"}}}, {}, "v1", id="slashes"),
        pytest.param({"extensions": None}, {}, "api", id="null section"),
        pytest.param(
            {"extensions": {"http": {"routePrefix": "v1"}}},
            {"AzureFunctionsJobHost__extensions__http__routePrefix": "v2"},
            "v2",
            id="app setting overrides",
        ),
    ],
)
def test_the_route_prefix(
    tmp_path: Path, host: Any, environment: dict[str, str], prefix: str
) -> None:
    write(tmp_path, "host.json", host)

    assert read_host_settings(tmp_path, environment).route_prefix == prefix


def test_an_app_without_host_json_has_defaults(tmp_path: Path) -> None:
    settings = read_host_settings(tmp_path, {})

    assert (settings.route_prefix, settings.hub_name) == ("api", "TestHubName")
    assert settings.max_concurrent_activities >= 10


def test_the_durable_section_is_read(tmp_path: Path) -> None:
    durable = {
        "hubName": "%STAGE%Hub",
        "maxConcurrentActivityFunctions": 3,
        "maxConcurrentOrchestratorFunctions": 4,
        "defaultVersion": "2",
    }
    write(tmp_path, "host.json", {"extensions": {"durableTask": durable}})

    settings = read_host_settings(tmp_path, {"STAGE": "Test"})

    assert settings.hub_name == "TestHub"
    assert settings.max_concurrent_activities == 3
    assert settings.max_concurrent_orchestrators == 4
    assert settings.default_version == "2"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "host.json is not valid JSON"),
        ("[]", "host.json must hold one JSON object"),
        ({"extensions": []}, ""),
        ({"extensions": {"http": {"routePrefix": 1}}}, "routePrefix must be a string"),
        (
            {"extensions": {"durableTask": {"defaultVersion": 1}}},
            "defaultVersion must be a string",
        ),
        ({"extensions": {"durableTask": "on"}}, "extensions.durableTask must be an object"),
        ({"extensions": {"durableTask": {"hubName": "%NONE%"}}}, "%NONE% names a setting"),
        ({"extensions": {"durableTask": {"hubName": "my-hub"}}}, "'my-hub' is no valid"),
        ({"extensions": {"durableTask": {"hubName": 5}}}, "'5' is no valid"),
        (
            {"extensions": {"durableTask": {"maxConcurrentActivityFunctions": 0}}},
            "maxConcurrentActivityFunctions must be a whole number",
        ),
    ],
)
def test_a_wrong_host_json_is_refused_in_a_sentence(
    tmp_path: Path, content: Any, complaint: str
) -> None:
    write(tmp_path, "host.json", content)

    if not complaint:
        assert read_host_settings(tmp_path, {}).route_prefix == "api"
        return
    with pytest.raises(SettingsError, match=r"host\.json") as refusal:
        read_host_settings(tmp_path, {})
    assert complaint in str(refusal.value)


def test_values_fill_what_the_environment_leaves_open(tmp_path: Path) -> None:
    write(tmp_path, "local.settings.json", {"Values": {"A": "file", "B": "file"}})
    environment = {"A": "outside"}

    apply_local_settings(tmp_path, environment)

    assert environment == {"A": "outside", "B": "file"}


@pytest.mark.parametrize("values", [[1], {"A": 1}])
def test_values_are_texts(tmp_path: Path, values: Any) -> None:
    write(tmp_path, "local.settings.json", {"Values": values})

    with pytest.raises(SettingsError, match=r"local\.settings\.json"):
        apply_local_settings(tmp_path, {})


@pytest.mark.parametrize(
    ("written", "threads"), [("", None), ("8", 8), ("0", None), ("many", None)]
)
def test_the_number_of_threads(written: str, threads: int | None) -> None:
    assert thread_count({"PYTHON_THREADPOOL_THREAD_COUNT": written}) == threads
