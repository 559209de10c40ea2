import pytest

from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from tests.support.specs import spec_body

HOST = "gridplane.example.com"
OWN = f"https://{HOST}"
OTHER = "https://elsewhere.example.com"
TOKEN = {"Authorization": "Bearer token"}
PORTAL = {"X-Gridplane-Portal": "1"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 202, id="not a browser"),
        pytest.param({"Origin": OWN, **PORTAL}, 202, id="the portal"),
        pytest.param({"Origin": OWN}, 403, id="a form on the same host"),
        pytest.param({"Origin": OTHER}, 403, id="another site"),
        pytest.param({"Origin": OTHER, **PORTAL}, 403, id="another site with the header"),
        pytest.param({"Origin": "null", **PORTAL}, 403, id="a sandboxed frame"),
        pytest.param({"Origin": f"https://{HOST}:8443", **PORTAL}, 403, id="another port"),
        pytest.param({"Origin": OTHER, **TOKEN}, 202, id="another site with a token"),
    ],
)
async def test_a_page_of_another_origin_changes_nothing_without_a_token(
    hub: FakeHub, headers: dict[str, str], status: int
):
    api = Api(hub)
    answer = await api.send("POST", "environments", spec_body(), {"Host": HOST, **headers})
    assert answer.status == status
    if status == 403:
        assert answer.error["code"] == "CrossOriginRequest"
        assert (await api.send("GET", "environments/fraud-llm")).status == 404


async def test_a_page_of_another_origin_may_ask_what_a_browser_then_hides(hub: FakeHub):
    answer = await Api(hub).send("GET", "environments", None, {"Host": HOST, "Origin": OTHER})
    assert answer.status == 200
