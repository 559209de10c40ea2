import pytest

from activities.probe_edge import probe_edge
from clients.answers import EdgeAnswer, NoAnswer
from domain.durable.inputs import EdgeProbe
from domain.outcomes import Outcome
from tests.support.fake_clients import FakeClients, FakeEdge

HOST = "gp-fraud-llm.z01.azurefd.net"


async def probe(answer: EdgeAnswer | Exception) -> Outcome:
    clients = FakeClients(edge=FakeEdge(answer))
    value = EdgeProbe(operation_id="fraud-llm.1", host_name=HOST, path="/health").to_wire()
    outcome = await probe_edge(value, clients.as_factory())
    assert clients.edge.asked == [(HOST, "/health")]
    return outcome


@pytest.mark.parametrize("status", [200, 204])
async def test_any_success_of_the_model_is_success(status: int):
    assert await probe(EdgeAnswer(status, "ref")) == Outcome.succeeded(status=status)


@pytest.mark.parametrize("status", [301, 400, 403, 404, 502, 503, 504])
async def test_any_other_answer_is_not_yet(status: int):
    assert await probe(EdgeAnswer(status, "ref")) == Outcome.running(f"HTTP {status}")


async def test_no_answer_is_not_yet():
    outcome = await probe(NoAnswer("ClientConnectorDNSError for x"))
    assert outcome == Outcome.running("no answer: ClientConnectorDNSError for x")
