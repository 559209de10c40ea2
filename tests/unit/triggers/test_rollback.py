"""`POST /environments/{name}/rollback` and `GET /environments/{name}/versions`."""

from typing import Any

import pytest

from domain.environment.phases import Phase
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from tests.support.specs import spec_body

URL = "environments/fraud-llm"


def body(tag: str, **changes: Any) -> dict[str, Any]:
    image = f"registry.example.com/llm:{tag}"
    return spec_body(workload={**spec_body()["workload"], "image": image}, **changes)


@pytest.fixture
async def updated(api: Api, hub: FakeHub) -> Api:
    await api.create(body("1"))
    hub.finish("fraud-llm.1", Phase.READY)
    await api.put(URL, body("2"))
    hub.finish("fraud-llm.2", Phase.READY)
    return api


async def roll_back(api: Api, sent: Any = None) -> Any:
    return await api.send("POST", f"{URL}/rollback", sent if sent is not None else b"")


async def test_versions_are_listed_the_latest_first(updated: Api):
    answer = await updated.get(f"{URL}/versions")
    listed = [
        (each["version"], each["isPresent"], each["status"]) for each in answer.json["value"]
    ]
    assert listed == [(2, True, "Succeeded"), (1, False, "Succeeded")]
    assert answer.json["value"][1]["workload"]["image"].endswith(":1")


@pytest.mark.parametrize("sent", [None, {}, {"toVersion": 1}])
async def test_it_starts_an_update(updated: Api, hub: FakeHub, sent: Any):
    answer = await roll_back(updated, sent)
    assert (answer.status, answer.json["kind"]) == (202, "update")
    assert answer.json["rollback"] == {"fromVersion": 2, "toVersion": 1}
    hub.finish("fraud-llm.3", Phase.READY)
    shown = (await updated.get(URL)).json
    assert shown["spec"]["workload"]["image"].endswith(":1")
    first, *_ = (await updated.get(f"{URL}/versions")).json["value"]
    assert (first["version"], first["rollback"]["toVersion"]) == (3, 1)


BLUE_GREEN = {"update": {"strategy": "blueGreen"}}


async def test_while_the_old_version_is_kept_it_cancels_the_update(api: Api, hub: FakeHub):
    await api.create(body("1", **BLUE_GREEN))
    hub.finish("fraud-llm.1", Phase.READY)
    await api.put(URL, body("2", **BLUE_GREEN))
    answer = await roll_back(api)
    assert (answer.status, answer.json["id"]) == (202, "fraud-llm.2")
    assert hub.raised == [("fraud-llm.2", "cancel")]


async def test_two_versions_that_do_not_fit_side_by_side_are_refused(api: Api, hub: FakeHub):
    gpu = {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 1}
    await api.create(body("1", gpu=gpu, **BLUE_GREEN))
    hub.finish("fraud-llm.1", Phase.READY)
    answer = await api.put(URL, body("2", gpu=gpu, **BLUE_GREEN))
    assert (answer.status, answer.error["code"]) == (409, "SpareNodesMissing")
    assert answer.error["target"] == "gpu.maxNodes"
    assert (await api.put(URL, body("2", gpu=gpu))).status == 202


async def test_a_version_that_is_not_kept_is_refused(updated: Api):
    answer = await roll_back(updated, {"toVersion": 7})
    assert (answer.status, answer.error["code"]) == (409, "VersionNotFound")
    assert answer.error["target"] == "toVersion"


async def test_a_version_that_would_be_refused_today_is_refused(api: Api, hub: FakeHub):
    many = body("1")
    many["workload"]["replicas"] = 4
    await api.create(many)
    hub.finish("fraud-llm.1", Phase.READY)
    few = {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 2}
    await api.put(URL, body("2", gpu=few))
    hub.finish("fraud-llm.2", Phase.READY)
    answer = await roll_back(api)
    assert (answer.status, answer.error["code"]) == (409, "VersionNotAllowed")
    assert "raise maxNodes from 2 to 4" in answer.error["message"]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ([], "InvalidBody"),
        ({"toVersion": "1"}, "InvalidValue"),
        ({"toVersion": 0}, "InvalidValue"),
        ({"version": 1}, "UnknownField"),
        (b"{", "InvalidJson"),
    ],
)
async def test_what_names_no_version_is_refused(updated: Api, sent: Any, code: str):
    answer = await roll_back(updated, sent)
    assert (answer.status, answer.error["code"]) == (400, code)


async def test_versions_of_nothing_are_not_found(api: Api):
    assert (await api.get("environments/nothing/versions")).status == 404
