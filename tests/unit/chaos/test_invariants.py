"""Each invariant holds for a healthy snapshot, and each can be violated."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.chaos.invariants import (
    INVARIANTS,
    Invariant,
    check,
    everything_recovers,
    nothing_is_left,
)
from tests.chaos.plan import Door, DriftKind
from tests.chaos.snapshot import (
    Creation,
    DeadLetter,
    Drifted,
    EdgeAnswer,
    GpuNode,
    Orchestration,
    Replica,
    Sent,
    Snapshot,
)
from tests.support.specs import NOON, minutes

CLUSTER = (
    "/subscriptions/s/resourceGroups/gp-fraud-westeurope/providers/"
    "Microsoft.ContainerService/managedClusters/gp-fraud-westeurope"
)
READY: dict[str, Any] = {
    "name": "fraud",
    "phase": "Ready",
    "endpoint": "https://gp-fraud.z01.azurefd.net",
    "spec": {"workload": {"replicas": 1, "image": "llm:2"}},
    "cells": [
        {"region": "westeurope", "offer": {"vmSize": "Standard_NC24ads_A100_v4", "zones": ["2"]}}
    ],
    "health": {"status": "Healthy", "findings": []},
}
DEGRADED = READY | {"health": {"status": "Degraded", "findings": [{"code": "GpuPoolMissing"}]}}
FAILED = READY | {
    "phase": "Failed",
    "error": {"code": "AllocationFailed", "suggestedAction": "Retry."},
    "remainingResources": [CLUSTER],
}
NODE = GpuNode(
    environment="fraud",
    region="westeurope",
    name="aks-gpu-1",
    cluster_id=CLUSTER,
    vm_size="Standard_NC24ads_A100_v4",
    zone="westeurope-2",
)
REPLICA = Replica("fraud-7d9f", "llm:2", is_next=False)
ELSEWHERE = CLUSTER.replace("westeurope", "northeurope")
ANSWERS = EdgeAnswer(200)
SLEEPS = EdgeAnswer(503, "60")


def operation(number: int = 1, kind: str = "provision", **changes: Any) -> Orchestration:
    begun = NOON + minutes(30 * (number - 1))
    built = Orchestration(
        id=f"fraud.{number}",
        name=f"{kind}_environment",
        status="Completed",
        created_at=begun,
        ended_at=begun + minutes(20),
        request_id=f"request-{number}",
        kind=kind,
        output={"status": "Succeeded"},
    )
    return replace(built, **changes)


def view_of(each: Orchestration, **changes: Any) -> dict[str, Any]:
    return {
        "id": each.id,
        "environment": "fraud",
        "status": "Succeeded",
        "createdDateTime": each.created_at.isoformat(),
        "lastActionDateTime": each.ended_at.isoformat(),
        **changes,
    }


def views(*operations: Orchestration) -> dict[str, dict[str, Any]]:
    return {each.id: view_of(each) for each in operations}


def sent(number: int = 1, command: str = "provision", **changes: Any) -> Sent:
    at = NOON + minutes(30 * (number - 1))
    request = Sent(
        environment="fraud",
        command=command,
        door=Door.REST,
        request_id=f"request-{number}",
        sent_at=at,
        answered_at=at,
        status=202,
        operation_id=f"fraud.{number}",
    )
    return replace(request, **changes)


def message(**changes: Any) -> Sent:
    return sent(7, door=Door.MESSAGE, status=None, operation_id=None, **changes)


def decision(**changes: Any) -> dict[str, Any]:
    return {
        "pool": {"clusterId": CLUSTER},
        "environment": "fraud",
        "reason": "RequestsSeen",
        **changes,
    }


def healthy(**changes: Any) -> Snapshot:
    """One environment that is Ready and serves, built by one request."""
    snapshot = Snapshot(
        names=["fraud", "absent"],
        environments={"fraud": READY},
        operations=views(operation()),
        orchestrations=[operation()],
        resources=[CLUSTER],
        gpu_nodes=[NODE],
        replicas={"fraud": [REPLICA]},
        creations=[Creation("gp-fraud-westeurope", NOON, NOON + minutes(5))],
        edges={"fraud": ANSWERS},
        sent=[sent()],
        decisions=[decision()],
    )
    return replace(snapshot, **changes)


def asleep(**changes: Any) -> Snapshot:
    view = READY | {"phase": "ScaledDown"}
    return healthy(
        **{"environments": {"fraud": view}, "gpu_nodes": [], "edges": {"fraud": SLEEPS}, **changes}
    )


def failed(**changes: Any) -> Snapshot:
    return healthy(**{"environments": {"fraud": FAILED}, "gpu_nodes": [], "edges": {}, **changes})


def drifted(at: datetime) -> list[Drifted]:
    return [Drifted("fraud", DriftKind.POOL_DELETED, at)]


HEALTHY: dict[str, Callable[[], Snapshot]] = {
    "Ready": healthy,
    "ScaledDown": asleep,
    "Failed, its nodes gone": failed,
    "Failed on the way to another region": lambda: failed(
        environments={"fraud": FAILED | {"remainingResources": [CLUSTER, ELSEWHERE]}},
        resources=[CLUSTER, ELSEWHERE],
    ),
    "Failed, and what remains could not be listed": lambda: failed(
        environments={"fraud": FAILED | {"remainingResources": []}},
        operations={
            "fraud.1": view_of(operation()) | {"warnings": [{"code": "RemainingResourcesUnknown"}]}
        },
    ),
    "Ready without replicas": lambda: healthy(
        environments={"fraud": READY | {"spec": {"workload": {"replicas": 0, "image": "llm:2"}}}},
        gpu_nodes=[],
        edges={"fraud": EdgeAnswer(502)},
    ),
    "changed by hand since": lambda: healthy(
        environments={"fraud": DEGRADED},
        edges={"fraud": EdgeAnswer(502)},
        drifted=drifted(NOON + minutes(60)),
    ),
    "changed by hand without effect": lambda: healthy(drifted=drifted(NOON + minutes(60))),
    "Ready after a failure that changed nothing": lambda: healthy(
        environments={"fraud": READY | {"error": FAILED["error"]}},
        orchestrations=[operation(), operation(2, "scale-down", output={"status": "Failed"})],
    ),
    "Ready after a cancellation that changed nothing": lambda: healthy(
        orchestrations=[operation(), operation(2, "scale-down", output={"status": "Canceled"})],
    ),
    "a sweep that runs": lambda: healthy(
        orchestrations=[operation(), operation(id="sweep", status="Running", request_id=None)]
    ),
    "a deletion that cancels its predecessor": lambda: healthy(
        orchestrations=[operation(), OVERTAKING], operations=views(operation(), OVERTAKING)
    ),
    "the same request again": lambda: healthy(sent=[sent(), sent()]),
    "a request that repeats another": lambda: healthy(
        sent=[sent(), sent(2, operation_id="fraud.1")]
    ),
    "a refusal": lambda: healthy(sent=[sent(), sent(2, "wake", status=409, operation_id=None)]),
    "a request that was never answered": lambda: healthy(sent=[sent(status=None)]),
    "a message with an operation": lambda: healthy(
        sent=[replace(message(), request_id="request-1")]
    ),
    "a message without effect": lambda: healthy(
        sent=[message()], completed_messages={"request-7": ""}
    ),
    "a message whose completion was not answered": lambda: healthy(
        sent=[message()], interrupted_messages=frozenset({"request-7"})
    ),
    "a message that was rejected": lambda: healthy(
        sent=[message()], dead_letters=[DeadLetter("request-7", "WrongPhase", "It sleeps.")]
    ),
    "created again after a deletion": lambda: healthy(
        orchestrations=[operation(), operation(2, "delete"), operation(3)],
        creations=[
            Creation("gp-fraud-westeurope", NOON + minutes(at), NOON + minutes(at + 5))
            for at in (1, 61)
        ],
    ),
}

OVERTAKING = operation(2, "delete", created_at=NOON + minutes(10), predecessor="fraud.1")
OVERLAPPING = operation(2, "update", created_at=NOON + minutes(10))

VIOLATIONS: dict[str, tuple[str, Callable[[], Snapshot]]] = {
    "an orchestration runs": (
        "every_operation_has_ended",
        lambda: healthy(orchestrations=[operation(), operation(2, status="Running")]),
    ),
    "a child runs": (
        "every_operation_has_ended",
        lambda: healthy(
            orchestrations=[
                operation(),
                operation(id="fraud.1:edge", status="Pending", request_id=None),
            ]
        ),
    ),
    "an operation runs on the record": (
        "every_operation_has_ended",
        lambda: healthy(operations={"fraud.1": view_of(operation(), status="Running")}),
    ),
    "an orchestration met a bug": (
        "no_orchestration_died",
        lambda: healthy(orchestrations=[operation(status="Failed", output="TypeError")]),
    ),
    "in motion for ever": (
        "phases_are_truthful",
        lambda: healthy(environments={"fraud": READY | {"phase": "Updating"}}),
    ),
    "an operation that ended": (
        "phases_are_truthful",
        lambda: healthy(environments={"fraud": READY | {"operationId": "fraud.1"}}),
    ),
    "Ready after a failure that it does not tell": (
        "phases_are_truthful",
        lambda: healthy(
            orchestrations=[operation(), operation(2, "scale-down", output={"status": "Failed"})]
        ),
    ),
    "Ready after a success, with an error": (
        "phases_are_truthful",
        lambda: healthy(environments={"fraud": READY | {"error": FAILED["error"]}}),
    ),
    "Ready and silent": (
        "phases_are_truthful",
        lambda: healthy(edges={"fraud": EdgeAnswer(502)}, gpu_nodes=[]),
    ),
    "Ready without an endpoint": (
        "phases_are_truthful",
        lambda: healthy(edges={}, gpu_nodes=[]),
    ),
    "changed by hand before it was built": (
        "phases_are_truthful",
        lambda: healthy(
            edges={"fraud": EdgeAnswer(502)}, gpu_nodes=[], drifted=drifted(NOON - minutes(30))
        ),
    ),
    "changed by hand and Healthy": (
        "phases_are_truthful",
        lambda: healthy(edges={"fraud": EdgeAnswer(502)}, drifted=drifted(NOON + minutes(60))),
    ),
    "Degraded for nothing": (
        "health_is_truthful",
        lambda: healthy(environments={"fraud": DEGRADED}),
    ),
    "Degraded without findings": (
        "health_is_truthful",
        lambda: healthy(
            environments={"fraud": READY | {"health": {"status": "Degraded", "findings": []}}},
            drifted=drifted(NOON + minutes(60)),
        ),
    ),
    "Unknown at rest": (
        "health_is_truthful",
        lambda: healthy(
            environments={"fraud": READY | {"health": {"status": "Unknown", "findings": []}}}
        ),
    ),
    "ScaledDown with a node": ("phases_are_truthful", lambda: asleep(gpu_nodes=[NODE])),
    "ScaledDown and serving": ("phases_are_truthful", lambda: asleep(edges={"fraud": ANSWERS})),
    "ScaledDown without Retry-After": (
        "phases_are_truthful",
        lambda: asleep(edges={"fraud": EdgeAnswer(503)}),
    ),
    "Failed without advice": (
        "phases_are_truthful",
        lambda: failed(environments={"fraud": FAILED | {"error": {"code": "Bad"}}}),
    ),
    "Failed without its cluster": (
        "phases_are_truthful",
        lambda: failed(environments={"fraud": FAILED | {"remainingResources": []}}),
    ),
    "absent with resources": (
        "phases_are_truthful",
        lambda: healthy(resources=[CLUSTER, CLUSTER.replace("fraud", "absent")]),
    ),
    "resources where no cell is": (
        "cells_are_where_the_api_says",
        lambda: healthy(resources=[CLUSTER, ELSEWHERE]),
    ),
    "Failed with resources that it does not list": (
        "cells_are_where_the_api_says",
        lambda: failed(resources=[CLUSTER, ELSEWHERE]),
    ),
    "replicas of another version": (
        "one_version_serves",
        lambda: healthy(replicas={"fraud": [REPLICA, replace(REPLICA, image="llm:1")]}),
    ),
    "a second version that is left": (
        "one_version_serves",
        lambda: healthy(replicas={"fraud": [REPLICA, replace(REPLICA, is_next=True)]}),
    ),
    "a node of another size": (
        "gpu_nodes_are_of_the_offer",
        lambda: healthy(gpu_nodes=[replace(NODE, vm_size="Standard_NC48ads_A100_v4")]),
    ),
    "a node in another zone": (
        "gpu_nodes_are_of_the_offer",
        lambda: healthy(gpu_nodes=[replace(NODE, zone="westeurope-1")]),
    ),
    "a node of an absent environment": (
        "gpu_nodes_are_owned_and_serve",
        lambda: healthy(gpu_nodes=[NODE, replace(NODE, environment="absent")]),
    ),
    "a node that no sweep sees": (
        "gpu_nodes_are_owned_and_serve",
        lambda: healthy(decisions=[]),
    ),
    "a node that the sweep leaves alone": (
        "gpu_nodes_are_owned_and_serve",
        lambda: healthy(decisions=[decision(reason="NotReady")]),
    ),
    "a node that is another environment's": (
        "gpu_nodes_are_owned_and_serve",
        lambda: healthy(decisions=[decision(environment="absent")]),
    ),
    "a node that serves nothing": (
        "gpu_nodes_are_owned_and_serve",
        lambda: failed(gpu_nodes=[NODE]),
    ),
    "two operations at once": (
        "nothing_is_double",
        lambda: healthy(
            orchestrations=[operation(), OVERLAPPING], operations=views(operation(), OVERLAPPING)
        ),
    ),
    "two operations of one request": (
        "nothing_is_double",
        lambda: healthy(
            orchestrations=[operation(), operation(2, "update", request_id="request-1")]
        ),
    ),
    "a resource of nobody": (
        "nothing_is_double",
        lambda: healthy(resources=[CLUSTER, "/subscriptions/s/resourceGroups/gp-other-edge"]),
    ),
    "a cluster created twice at once": (
        "nothing_is_double",
        lambda: healthy(creations=[Creation("gp-fraud-westeurope", NOON, NOON + minutes(5))] * 2),
    ),
    "a cluster created after its operation": (
        "nothing_is_double",
        lambda: healthy(
            creations=[
                Creation("gp-fraud-westeurope", NOON + minutes(25), NOON + timedelta(hours=1))
            ]
        ),
    ),
    "a message that is gone": ("no_message_is_lost", lambda: healthy(sent=[message()])),
    "a message that waits": ("no_message_is_lost", lambda: healthy(waiting_messages=1)),
    "a dead letter without a reason": (
        "no_message_is_lost",
        lambda: healthy(sent=[message()], dead_letters=[DeadLetter("request-7", "", "")]),
    ),
    "a message that was given up": (
        "no_message_is_lost",
        lambda: healthy(
            sent=[message()],
            dead_letters=[DeadLetter("request-7", "MaxDeliveryCountExceeded", "Ten times.")],
        ),
    ),
    "202 without an operation": (
        "every_answer_is_kept",
        lambda: healthy(sent=[sent(operation_id=None)]),
    ),
    "202 with an operation that does not exist": (
        "every_answer_is_kept",
        lambda: healthy(sent=[sent(operation_id="fraud.9")]),
    ),
    "202 with an operation of another kind": (
        "every_answer_is_kept",
        lambda: healthy(sent=[sent(), sent(2, "wake", operation_id="fraud.1")]),
    ),
    "202 with another operation than it started": (
        "every_answer_is_kept",
        lambda: healthy(
            orchestrations=[operation(), operation(2, "update")],
            sent=[sent(), sent(2, "update", operation_id="fraud.1")],
        ),
    ),
    "202 with an operation that had failed": (
        "every_answer_is_kept",
        lambda: healthy(
            orchestrations=[operation(output={"status": "Failed"})],
            sent=[sent(), sent(2, "provision", operation_id="fraud.1")],
        ),
    ),
    "a refusal that started an operation": (
        "every_answer_is_kept",
        lambda: healthy(sent=[sent(status=409)]),
    ),
}


@pytest.mark.parametrize("build", HEALTHY.values(), ids=HEALTHY)
def test_nothing_is_violated(build: Callable[[], Snapshot]):
    assert check(build()) == []


@pytest.mark.parametrize(("invariant", "build"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_it_is_violated(invariant: str, build: Callable[[], Snapshot]):
    assert invariant in {each.invariant for each in check(build())}


@pytest.mark.parametrize(
    ("invariant", "snapshot"),
    [
        (everything_recovers, failed()),
        (everything_recovers, healthy(environments={"fraud": DEGRADED})),
        (nothing_is_left, healthy(resources=[])),
        (nothing_is_left, healthy(environments={})),
    ],
)
def test_the_ends_can_be_missed(invariant: Invariant, snapshot: Snapshot):
    assert list(invariant(snapshot))


def test_the_ends_can_be_reached():
    assert list(everything_recovers(healthy())) == []
    assert list(nothing_is_left(healthy(environments={}, resources=[]))) == []


def test_every_invariant_can_be_violated():
    assert {invariant for invariant, _ in VIOLATIONS.values()} == {i.__name__ for i in INVARIANTS}
