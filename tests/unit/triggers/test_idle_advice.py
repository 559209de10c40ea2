"""`GET /environments/{name}/idle-advice`."""

from domain.environment.phases import Phase
from domain.environment.use_history import UseHistory, UsePeriod, slot_of
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from tests.support.specs import NOON, spec_body

URL = "environments/fraud-llm/idle-advice"


async def a_hub() -> FakeHub:
    hub = FakeHub()
    await Api(hub).create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)
    return hub


async def test_settings_are_compared_on_its_own_history():
    hub = await a_hub()
    record = hub.records["fraud-llm"]
    assert record
    period = UsePeriod(slot_of(NOON), slot_of(NOON), 12)
    history = UseHistory(since=NOON, periods=(period,))
    hub.records["fraud-llm"] = record.model_copy(update={"use_history": history})
    answer = await Api(hub).get(URL)
    assert (answer.status, answer.json["requests"]) == (200, 12)
    assert any(each["isCurrent"] for each in answer.json["value"])


async def test_before_the_first_sweep_there_is_nothing_to_compare():
    answer = await Api(await a_hub()).get(URL)
    assert (answer.status, answer.json["value"]) == (200, [])


async def test_what_does_not_exist_has_no_advice():
    assert (await Api(FakeHub()).get(URL)).error["code"] == "EnvironmentNotFound"
