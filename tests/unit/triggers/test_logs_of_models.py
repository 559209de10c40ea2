"""`GET /environments/{name}/logs`: what the model wrote, by pages."""

import pytest

from domain.environment.phases import Phase
from domain.serving.pod_logs import LogRefusalCode, PodLogAnswer, PodLogQuery, PodLogRefusal
from tests.support.fake_hub import FakeHub
from tests.support.fake_pod_logs import POD, FakePodLogs
from tests.support.http_api import Api
from tests.support.specs import spec_body

URL = "environments/fraud-llm/logs"
TIME = "2026-11-30T12:00:01.000000000Z"


@pytest.fixture
def logs() -> FakePodLogs:
    return FakePodLogs()


@pytest.fixture
async def api(hub: FakeHub, logs: FakePodLogs) -> Api:
    api = Api(hub, read_pod_log=logs.read)
    await api.create(spec_body())
    return api


async def test_a_page_has_lines_their_pod_and_where_to_go_on(api: Api, logs: FakePodLogs):
    logs.write(TIME, "Loading weights")
    first = await api.get(URL)
    assert first.json["value"] == [{"at": "2026-11-30T12:00:01Z", "text": "Loading weights"}]
    assert (first.json["pod"], first.json["region"]) == (POD, "westeurope")
    assert first.headers["Retry-After"] == "2"
    logs.write(TIME, "Ready")
    second = await api.get(first.json["nextLink"])
    assert [line["text"] for line in second.json["value"]] == ["Ready"]


async def test_a_region_is_one_of_the_environment(api: Api):
    assert (await api.get(f"{URL}?region=West+Europe")).status == 200
    answer = await api.get(f"{URL}?region=uksouth")
    assert (answer.status, answer.error["target"]) == (400, "query region")
    assert "westeurope" in answer.error["message"]


@pytest.mark.parametrize(
    ("sent", "target"),
    [
        ("tail=0", "query tail"),
        ("tail=1001", "query tail"),
        ("tail=many", "query tail"),
        ("pod=../../secrets", "query pod"),
        ("pod=", "query pod"),
        ("skiptoken=yesterday", "query skiptoken"),
        ("previous=yes", "query previous"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    api: Api, logs: FakePodLogs, sent: str, target: str
):
    answer = await api.get(f"{URL}?{sent}")
    assert (answer.status, answer.error["target"]) == (400, target)
    assert logs.asked == []


async def test_a_pod_that_is_not_there_is_not_found(api: Api):
    answer = await api.get(f"{URL}?pod=other")
    assert (answer.status, answer.error["code"]) == (404, "PodNotFound")


async def test_a_model_that_has_not_started_has_no_log(api: Api, logs: FakePodLogs):
    logs.started = False
    answer = await api.get(URL)
    assert (answer.status, answer.error["code"]) == (409, "LogNotAvailable")


async def test_a_cluster_that_does_not_answer_is_asked_again_later(hub: FakeHub):
    async def fail(query: PodLogQuery) -> PodLogAnswer:
        return PodLogRefusal(LogRefusalCode.CLUSTER_UNREACHABLE, "No answer.")

    api = Api(hub, read_pod_log=fail)
    await api.create(spec_body())
    answer = await api.get(URL)
    assert (answer.status, answer.error["code"]) == (503, "ClusterUnreachable")
    assert answer.headers["Retry-After"] == "5"


async def test_a_deleted_environment_has_no_log(api: Api, hub: FakeHub):
    hub.finish("fraud-llm.1", Phase.READY)
    await api.delete("environments/fraud-llm")
    hub.finish("fraud-llm.2", Phase.DELETED)
    assert (await api.get(URL)).error["code"] == "EnvironmentNotFound"
