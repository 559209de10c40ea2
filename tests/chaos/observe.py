"""Reads the final state from every side: API, task hub, simulated Azure, queue, edge and log."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import httpx
from azure.servicebus import ServiceBusClient, ServiceBusSubQueue

from domain.arm.naming import next_version
from domain.environment.operation import parse_operation_id
from domain.environment.phases import Phase
from tests.chaos.doors import QUEUE
from tests.chaos.snapshot import (
    Creation,
    DeadLetter,
    Drifted,
    EdgeAnswer,
    GpuNode,
    Orchestration,
    Replica,
    Snapshot,
)
from tests.chaos.world import World
from tests.e2e.stories import model_pods

INSTANCES = "/runtime/webhooks/durabletask/instances"
CONTINUATION = "x-ms-continuation-token"
CREATION = "AKS create "
CLUSTER = re.compile(r"/gp-([a-z0-9]+)-([a-z]+)$")
COMPLETED = re.compile(r" message (\S+): [a-z-]+ environment=\S* operation=(\S*)")
INTERRUPTED = re.compile(r" could not abandon the message (\S+);")
"""After a connection broke while the app was settling the message."""
PAGE = 250


def observe(world: World, names: Sequence[str], drifted: Sequence[Drifted]) -> Snapshot:
    """One look at everything; the stack is expected to be at rest."""
    world.look()
    state = world.azure.get_state()
    log = (world.stack.work_dir / "app.log").read_text(errors="replace")
    orchestrations = list(read_orchestrations(world.management))
    own = [each.id for each in orchestrations if each.environment]
    return Snapshot(
        names=names,
        environments=world.environments,
        operations={each["id"]: each for each in _read_operations(world, own)},
        orchestrations=orchestrations,
        resources=_list_resources(state),
        gpu_nodes=list(_find_gpu_nodes(state)),
        replicas={n: _find_replicas(world, view) for n, view in world.environments.items()},
        creations=list(_find_creations(world)),
        edges={n: ask_edge(world, view) for n, view in world.environments.items()},
        sent=tuple(world.log.sent),
        waiting_messages=count_waiting(world),
        dead_letters=_read_dead_letters(world),
        completed_messages=dict(COMPLETED.findall(log)),
        interrupted_messages=frozenset(INTERRUPTED.findall(log)),
        drifted=tuple(drifted),
        decisions=world.api.get("/sweeps/latest").json().get("decisions", ()),
    )


def read_orchestrations(client: httpx.Client, statuses: str = "") -> Iterator[Orchestration]:
    """Those in one of the statuses, which commas separate; all without any."""
    query = {"top": str(PAGE)} | ({"runtimeStatus": statuses} if statuses else {})
    headers: dict[str, str] = {}
    while True:
        page = client.get(INSTANCES, params=query, headers=headers)
        yield from (_orchestration(each) for each in page.raise_for_status().json())
        if CONTINUATION not in page.headers:
            return
        headers = {CONTINUATION: page.headers[CONTINUATION]}


def ask_edge(world: World, view: Mapping[str, Any]) -> EdgeAnswer:
    if not view.get("endpoint"):
        return EdgeAnswer(0)
    answer = world.azure.send_through_edge(view, "GET", "/v1/models")
    return EdgeAnswer(answer.status_code, answer.headers.get("Retry-After"), answer.text[:200])


def count_waiting(world: World) -> int:
    """Messages that are still on the queue; nobody can peek into sessions that others hold."""
    queues = world.azure.get("/_simulator/service-bus").json()["queues"]
    return next(each for each in queues if each["name"] == QUEUE)["active"]


def _orchestration(instance: Mapping[str, Any]) -> Orchestration:
    instance_id = instance["instanceId"]
    given = instance["input"] if parse_operation_id(instance_id) else None
    given = given if isinstance(given, dict) else {}
    return Orchestration(
        id=instance_id,
        name=instance["name"],
        status=instance["runtimeStatus"],
        created_at=datetime.fromisoformat(instance["createdTime"]),
        ended_at=datetime.fromisoformat(instance["lastUpdatedTime"]),
        request_id=given.get("requestId"),
        kind=given.get("kind"),
        predecessor=given.get("predecessor"),
        output=instance["output"],
    )


def _read_operations(world: World, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    for operation_id in ids:
        answer = world.api.get(f"/operations/{operation_id}")
        if answer.status_code == httpx.codes.OK:
            yield answer.json()


def _list_resources(state: Mapping[str, Any]) -> list[str]:
    return [
        *(group["id"] for group in state["resourceGroups"]),
        *state["resources"],
        *(address["hostName"] or address["ip"] for address in state["publicAddresses"]),
    ]


def _find_gpu_nodes(state: Mapping[str, Any]) -> Iterator[GpuNode]:
    for cluster in state["clusters"]:
        found = CLUSTER.search(cluster["id"])
        for node in cluster["nodes"]:
            if found and "-gpu-" in node["name"]:
                yield GpuNode(
                    environment=found[1],
                    region=found[2],
                    name=node["name"],
                    cluster_id=cluster["id"],
                    vm_size=node["vmSize"],
                    zone=node["zone"],
                )


def _find_replicas(world: World, view: Mapping[str, Any]) -> list[Replica]:
    """Of clusters that answer: one that was stopped by hand does not."""
    pods: list[dict[str, Any]] = []
    for cell in view["cells"] if view["phase"] == Phase.READY else ():
        with suppress(httpx.HTTPStatusError):
            pods += model_pods(world.stack, dict(view), cell["clusterId"])
    return [
        Replica(
            pod=each["metadata"]["name"],
            image=each["spec"]["containers"][0]["image"],
            is_next=each["metadata"]["name"].startswith(f"{next_version(view['name'])}-"),
        )
        for each in pods
        if "deletionTimestamp" not in each["metadata"]
    ]


def _find_creations(world: World) -> Iterator[Creation]:
    for delay in world.azure.get_delays():
        if delay.name.startswith(CREATION):
            yield Creation(delay.name.rpartition(" ")[2], delay.started_at, delay.ended_at)


def _read_dead_letters(world: World) -> list[DeadLetter]:
    connection = world.stack.simulator["serviceBus"]
    found: list[DeadLetter] = []
    with (
        ServiceBusClient.from_connection_string(connection) as client,
        client.get_queue_receiver(QUEUE, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver,
    ):
        number = 1
        while messages := receiver.peek_messages(PAGE, sequence_number=number):
            found += [
                DeadLetter(
                    str(each.message_id),
                    str(each.dead_letter_reason or ""),
                    str(each.dead_letter_error_description or ""),
                )
                for each in messages
            ]
            number = (messages[-1].sequence_number or 0) + 1
    return found
