"""Instances that are started without a version get the hub's, and so do their children."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from durabletask.client import TaskHubGrpcClient
from durabletask.task import OrchestrationContext

from emulators.tests.integration.task_hub.served_hubs import StartWorker, ThreadHub, completed


def child(ctx: OrchestrationContext, value: Any) -> Any:
    return ctx.version


def parent(ctx: OrchestrationContext, value: Any) -> Any:
    below = yield ctx.call_sub_orchestrator(child)
    return [ctx.version, below]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ThreadHub]:
    served = ThreadHub(tmp_path / "hub.db", default_version="7")
    yield served
    served.close()


def test_the_default_version_reaches_parents_and_children(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    start_worker(orchestrators=(parent, child))
    client.schedule_new_orchestration(parent, instance_id="op-1")
    assert completed(client, "op-1").get_output() == ["7", "7"]


def test_a_version_that_is_given_stays(
    client: TaskHubGrpcClient, start_worker: StartWorker
) -> None:
    start_worker(orchestrators=(parent, child))
    client.schedule_new_orchestration(parent, instance_id="op-2", version="6")
    assert completed(client, "op-2").get_output() == ["6", "7"]
