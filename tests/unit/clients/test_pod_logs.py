"""The log of a pod: what keeps it from being read is said, and nothing is raised."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from clients.answers import CredentialRefused, KubernetesRefused, NoAnswer
from clients.pod_logs import PodLogsClient
from domain.serving.pod_logs import PodLogAnswer, PodLogPage, PodLogQuery, PodLogRefusal
from tests.support.fake_clients import SUBSCRIPTION, answer_of
from tests.support.fake_pod_logs import POD, FakePodLogs

QUERY = PodLogQuery("fraud-llm", "westeurope")


@dataclass
class Clusters:
    """A factory with one cluster."""

    logs: FakePodLogs = field(default_factory=FakePodLogs)
    error: Exception | None = None
    settings: Any = field(default_factory=lambda: SimpleNamespace(subscription_id=SUBSCRIPTION))

    @asynccontextmanager
    async def kubernetes(self, cluster_id: str) -> AsyncGenerator[FakePodLogs]:
        assert cluster_id.endswith("/managedClusters/gp-fraud-llm-westeurope")
        if self.error:
            raise self.error
        yield self.logs


async def read(clusters: Any) -> PodLogAnswer:
    return await PodLogsClient(clusters).read(QUERY)


async def test_the_log_of_a_pod_is_read():
    clusters = Clusters()
    clusters.logs.write("2026-11-30T12:00:01.000000000Z", "Ready")
    page = await read(clusters)
    assert isinstance(page, PodLogPage)
    assert [(page.pod, line.text) for line in page.value] == [(POD, "Ready")]


async def test_without_a_pod_no_log_is_asked_for():
    clusters = Clusters(FakePodLogs(pods=[]))
    refusal = await read(clusters)
    assert isinstance(refusal, PodLogRefusal)
    assert (refusal.code, clusters.logs.asked) == ("PodNotFound", [])


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (KubernetesRefused(403, "Forbidden", "no"), "ClusterUnreachable", "403 no"),
        (NoAnswer("no route"), "ClusterUnreachable", "no route"),
        (TimeoutError(), "ClusterUnreachable", "time-out"),
        (CredentialRefused(answer_of(404, {})), "ClusterUnreachable", "404"),
    ],
)
async def test_what_keeps_it_from_being_read_is_said(error: Exception, code: str, says: str):
    refusal = await read(Clusters(error=error))
    assert isinstance(refusal, PodLogRefusal)
    assert (refusal.code, says in refusal.message) == (code, True)


async def test_a_container_that_waits_has_no_log_yet():
    refusal = await read(Clusters(FakePodLogs(started=False)))
    assert isinstance(refusal, PodLogRefusal)
    assert (refusal.code, refusal.message.endswith("is waiting.")) == ("LogNotAvailable", True)
