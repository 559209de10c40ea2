from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api


async def test_healthy_is_what_can_take_requests_in(api: Api):
    answer = await api.get("healthz")
    assert (answer.status, answer.json) == (200, {"status": "Healthy"})


async def test_without_its_task_hub_it_says_so_and_when_to_ask_again(api: Api, hub: FakeHub):
    hub.unreachable = True
    answer = await api.get("healthz")
    assert (answer.status, answer.error["code"]) == (503, "TaskHubUnreachable")
    assert answer.headers["Retry-After"] == "5"


async def test_the_document_is_served(api: Api):
    answer = await api.get("openapi.json")
    assert (answer.status, answer.json["openapi"]) == (200, "3.1.0")


async def test_a_probe_may_add_parameters_of_its_own(api: Api):
    assert (await api.get("healthz?probe=7")).status == 200
