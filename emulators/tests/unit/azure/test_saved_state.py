"""Parts of a simulator in bytes, and how they go on from them."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from emulators.azure import saved_state
from emulators.azure.arm.operations import Operations, PlannedFailure, Work
from emulators.azure.clock import Clock
from emulators.azure.identifiers import Identifiers
from emulators.azure.kubernetes import pods
from emulators.azure.kubernetes.addresses import PublicAddresses
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import DEPLOYMENT, NODE, POD, Object
from emulators.azure.kubernetes.node_pools import NodePool
from emulators.azure.latency import Latencies
from emulators.azure.saved_state import CannotBeRead, SavedState, dumps, loads
from emulators.azure.server import Simulator
from emulators.azure.service_bus.broker import Broker
from emulators.azure.service_bus.message import SCHEDULED_TIME, Content
from emulators.azure.service_bus.values import Timestamp
from emulators.tests.support.idle_time import idle_clock
from emulators.tests.support.simulator import eventually

FAST = 20_000.0
POOL = NodePool("system", "System", "Standard_D4s_v5", 1)


class Resource:
    """What an operation changes."""

    def __init__(self, clock: Clock) -> None:
        self.state = "Creating"
        self.operations = Operations(clock, Latencies(clock), Identifiers())

    def begin(self, failure: PlannedFailure | None = None) -> None:
        def succeeded() -> None:
            self.state = "Succeeded"

        def failed(error: dict[str, Any]) -> None:
            self.state = error["code"]

        self.operations.begin(Work("create", "PUT /x", 100, succeeded, failed, failure=failure))

    def spread(self) -> None:
        def arrive() -> None:
            self.state = "Everywhere"

        self.operations.later("propagate", 100, arrive)


def go_on(saved: Resource, clock: Clock, after: timedelta) -> tuple[Resource, Clock]:
    later = Clock(0, clock.now() + after)
    resource: Resource = loads(dumps(saved, clock), later)
    resource.operations.resume()
    return resource, later


async def pass_seconds(clock: Clock, seconds: float) -> None:
    clock.advance_to(clock.now() + timedelta(seconds=seconds))
    for _ in range(5):
        await asyncio.sleep(0)


async def test_an_operation_ends_when_it_was_due_and_changes_what_was_saved_with_it() -> None:
    clock = Clock(0)
    saved = Resource(clock)
    saved.begin()
    resource, later = go_on(saved, clock, timedelta(seconds=30))
    await pass_seconds(later, 69)
    assert resource.state == "Creating"
    await pass_seconds(later, 2)
    assert (resource.state, saved.state) == ("Succeeded", "Creating")
    (ended,) = resource.operations.all()
    assert ended.status == "Succeeded"


async def test_what_was_to_fail_fails_and_what_nobody_sees_arrives() -> None:
    clock = Clock(0)
    failing, spreading = Resource(clock), Resource(clock)
    failing.begin(PlannedFailure({"code": "AllocationFailed"}, after_seconds=10))
    spreading.spread()
    resource, later = go_on(failing, clock, timedelta(seconds=5))
    await pass_seconds(later, 6)
    assert resource.state == "AllocationFailed"
    resource, later = go_on(spreading, clock, timedelta(hours=1))
    await pass_seconds(later, 1)
    assert resource.state == "Everywhere"


def deployment() -> Object:
    labels = {"app": "web"}
    container = {"name": "web", "image": "nginx:1.29"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    selector = {"matchLabels": labels}
    spec = {"replicas": 1, "selector": selector, "template": template}
    return {"metadata": {"name": "web"}, "spec": spec}


def new_cluster(clock: Clock) -> Cluster:
    latencies = Latencies(clock, spread=0.0)
    cluster = Cluster("one", "westeurope", clock, latencies, PublicAddresses())
    cluster.set_node_pool(POOL)
    cluster.registry.create(DEPLOYMENT, "default", deployment())
    return cluster


def the_pod(cluster: Cluster) -> Object | None:
    return next((p for p in cluster.store.list(POD) if not pods.is_terminating(p)), None)


def is_ready(cluster: Cluster) -> bool:
    pod = the_pod(cluster)
    return pod is not None and pods.is_ready(pod)


def reload(cluster: Cluster, clock: Clock) -> Cluster:
    cluster.stop()
    again: Cluster = loads(dumps(cluster, clock), clock)
    again.resume()
    return again


async def test_a_pod_that_runs_goes_on_running_and_one_that_is_deleted_is_replaced() -> None:
    clock = idle_clock(FAST)
    cluster = new_cluster(clock)
    await eventually(lambda: is_ready(cluster))
    before = the_pod(cluster)
    again = reload(cluster, clock)
    await clock.sleep(600)
    assert the_pod(again) == before
    assert before is not None
    again.registry.delete(POD, "default", before["metadata"]["name"])
    await eventually(lambda: is_ready(again) and the_pod(again) != before)
    again.stop()


async def test_a_pod_that_was_on_its_way_arrives() -> None:
    clock = idle_clock(FAST)
    cluster = new_cluster(clock)
    while the_pod(cluster) is None:
        await asyncio.sleep(0)
    assert not is_ready(cluster)
    again = reload(cluster, clock)
    await eventually(lambda: is_ready(again))
    again.stop()


async def test_a_node_that_was_coming_becomes_ready() -> None:
    clock = idle_clock(FAST)
    cluster = new_cluster(clock)
    cluster._nodes.add(POOL, ready=False)  # pyright: ignore[reportPrivateUsage]
    again = reload(cluster, clock)

    def all_ready() -> bool:
        return not any(node["spec"].get("taints") for node in again.store.list(NODE))

    assert not all_ready()
    await eventually(all_ready)
    again.stop()


async def test_messages_wait_and_come_as_they_would_have() -> None:
    clock = Clock(0)
    broker = Broker(clock)
    due = {SCHEDULED_TIME: Timestamp(round((clock.now().timestamp() + 60) * 1000))}
    queue = broker.namespace.find("provisioning-requests")
    queue.put(content("now", {}))
    queue.put(content("later", due))
    again: Broker = loads(dumps(broker, clock), clock)
    again.resume()
    assert again.wire() == broker.wire()
    await pass_seconds(clock, 61)
    (found,) = again.wire()["queues"]
    assert (found["active"], found["scheduled"]) == (2, 0)
    again.namespace.find("provisioning-requests").put(content("now", {}))
    assert again.wire()["queues"] == [found], "it knows what it has seen"


def content(message_id: str, annotations: dict[Any, Any]) -> Content:
    return Content(None, None, None, annotations, b"", b"", b"", message_id, "fraud-llm")


async def test_a_file_of_other_sources_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(0)
    path = tmp_path / "azure.state"
    saved_state.save(path, SavedState(Simulator(clock, b"ca"), b"ca", b"key"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert saved_state.load(path, clock).ca_key_pem == b"key"
    monkeypatch.setattr(saved_state, "fingerprint", lambda: b"0" * 32)
    with pytest.raises(CannotBeRead, match="not written by this version"):
        saved_state.load(path, clock)
