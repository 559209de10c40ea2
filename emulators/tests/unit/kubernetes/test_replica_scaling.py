"""Replicas that a ScaledObject's autoscaler asks for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emulators.azure.kubernetes.replica_scaling import Scaling, decide_replicas, paused_at

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
RULES = {
    "stabilizationWindowSeconds": 600,
    "policies": [{"type": "Pods", "value": 1, "periodSeconds": 300}],
}


def scaled(**annotations: str) -> dict[str, Any]:
    names = {
        f"autoscaling.keda.sh/{key.replace('_', '-')}": annotations[key] for key in annotations
    }
    return {
        "metadata": {"annotations": names},
        "spec": {
            "minReplicaCount": 1,
            "maxReplicaCount": 12,
            "advanced": {"horizontalPodAutoscalerConfig": {"behavior": {"scaleDown": RULES}}},
            "triggers": [{"metadata": {"targetValue": "2"}}],
        },
    }


@pytest.mark.parametrize(
    ("present", "metric", "replicas"),
    [
        (1, 0, 1),
        (1, 5, 3),
        (1, 100, 5),
        (5, 100, 10),
        (10, 100, 12),
        (3, None, 3),
        (0, None, 1),
        (20, None, 12),
    ],
)
def test_there_are_as_many_as_requests_wait_for(present: int, metric: float | None, replicas: int):
    assert decide_replicas(scaled(), present, metric, Scaling(), NOON) == replicas


def test_they_go_one_by_one_once_fewer_were_enough_for_a_while():
    scaling, present = Scaling(), 3
    decide_replicas(scaled(), present, 6, scaling, NOON)
    counts = list[int]()
    for minute in range(1, 22):
        now = NOON + timedelta(minutes=minute)
        present = decide_replicas(scaled(), present, 0, scaling, now)
        counts.append(present)
    assert counts == [3] * 9 + [2] * 5 + [1] * 7


@pytest.mark.parametrize(
    ("annotations", "held"),
    [
        ({}, None),
        ({"paused": "false"}, None),
        ({"paused": "true"}, 4),
        ({"paused_replicas": "0"}, 0),
    ],
)
def test_annotations_pause_it(annotations: dict[str, str], held: int | None):
    assert paused_at(scaled(**annotations), 4) == held
