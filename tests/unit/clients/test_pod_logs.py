"""The log of a pod: what keeps it from being read is said, and nothing is raised."""

import pytest

from clients.answers import CredentialRefused, KubernetesRefused, NoAnswer
from domain.serving.pod_logs import PodLogPage, PodLogQuery, PodLogRefusal
from tests.support.fake_clients import answer_of
from tests.support.fake_pod_logs import POD, FakePodLogs, log_pod

QUERY = PodLogQuery("fraud-llm", "westeurope")


async def test_the_log_of_a_pod_is_read():
    logs = FakePodLogs()
    logs.write("2026-11-30T12:00:01.000000000Z", "Ready")
    page = await logs.read(QUERY)
    assert isinstance(page, PodLogPage)
    assert [(page.pod, line.text) for line in page.value] == [(POD, "Ready")]


async def test_without_a_pod_no_log_is_asked_for():
    logs = FakePodLogs(pods=[])
    refusal = await logs.read(QUERY)
    assert isinstance(refusal, PodLogRefusal)
    assert (refusal.code, logs.asked) == ("PodNotFound", [])


async def test_a_version_that_does_not_start_beside_the_one_that_serves_has_a_log_too():
    failing = log_pod("fraud-llm-next-1", ready=False)
    logs = FakePodLogs(next_pods=[failing])
    logs.write("2026-11-30T12:00:01.000000000Z", "Out of memory", "fraud-llm-next-1")
    page = await logs.read(QUERY)
    assert isinstance(page, PodLogPage)
    assert page.pod == "fraud-llm-next-1"
    assert [each.name for each in page.pods] == [POD, "fraud-llm-next-1"]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (KubernetesRefused(403, "Forbidden", "no"), "403 no"),
        (NoAnswer("no route"), "no route"),
        (TimeoutError(), "time-out"),
        (CredentialRefused(answer_of(404, {})), "404"),
    ],
)
async def test_what_keeps_it_from_being_read_is_said(error: Exception, says: str):
    refusal = await FakePodLogs(error=error).read(QUERY)
    assert isinstance(refusal, PodLogRefusal)
    assert (refusal.code, says in refusal.message) == ("ClusterUnreachable", True)


async def test_a_container_that_waits_has_no_log_yet():
    refusal = await FakePodLogs(started=False).read(QUERY)
    assert isinstance(refusal, PodLogRefusal)
    assert (refusal.code, refusal.message.endswith("is waiting.")) == ("LogNotAvailable", True)
