"""What a pool had before it slept comes back, in the steps that AKS takes."""

from typing import Any

import pytest

from domain.arm.agent_pool import build_empty_gpu_pool
from domain.arm.agent_pool_scaling import keep_settings, plan_wake
from domain.environment.kept_pool import KeptPool

SAID_AGAIN = {
    "vmSize": "Standard_NC24ads_A100_v4",
    "nodeLabels": {"gridplane.io/gpu-pool": "true"},
    "nodeTaints": ["sku=gpu:NoSchedule"],
    "tags": {"environment": "fraud-llm"},
}
OFF = {"enableAutoScaling": False, "minCount": None, "maxCount": None}
KEPT = KeptPool(enable_auto_scaling=True, min_count=0, max_count=5, count=2, replicas=2)


def pool(count: int, **changes: Any) -> dict[str, Any]:
    autoscaled = {"enableAutoScaling": True, "minCount": 0, "maxCount": 5}
    return {"properties": {**SAID_AGAIN, "count": count, **autoscaled, **changes}}


def test_what_a_pool_and_its_deployment_had_is_kept() -> None:
    assert keep_settings(pool(2), replicas=2) == KEPT
    assert KeptPool.from_wire(KEPT.to_wire()) == KEPT


@pytest.mark.parametrize(
    ("existing", "replicas", "expected"),
    [
        pytest.param(pool(0, **OFF), 0, KEPT, id="at zero already"),
        pytest.param(pool(2), 0, KEPT, id="Deployment at zero, pool not yet"),
        pytest.param(
            pool(3), 3, KEPT.model_copy(update={"count": 3, "replicas": 3}), id="new settings"
        ),
        pytest.param(
            pool(3, **OFF),
            3,
            KeptPool(enable_auto_scaling=False, count=3, replicas=3),
            id="new settings without autoscaler",
        ),
        pytest.param(
            pool(0),
            2,
            KEPT.model_copy(update={"count": 0}),
            id="scaled to zero by its autoscaler, not by us",
        ),
    ],
)
def test_what_was_kept_survives_a_second_beginning(existing, replicas, expected) -> None:
    assert keep_settings(existing, replicas, known=KEPT) == expected


def test_a_pool_that_others_have_emptied_has_settings_all_the_same() -> None:
    kept = keep_settings(pool(0, **OFF), replicas=1)
    assert kept == KeptPool(enable_auto_scaling=False, count=0, replicas=1)


def test_a_pool_without_autoscaler_keeps_its_count_only() -> None:
    kept = keep_settings(pool(2, enableAutoScaling=False), replicas=1)
    assert kept.to_wire() == {"enableAutoScaling": False, "count": 2, "replicas": 1}


def test_waking_scales_first_and_turns_the_autoscaler_on_then() -> None:
    sleeping = pool(0, **OFF)
    scaled = plan_wake(sleeping, KEPT) or {}
    assert scaled == {"properties": {**SAID_AGAIN, "enableAutoScaling": False, "count": 2}}
    autoscaled = plan_wake(scaled, KEPT) or {}
    assert autoscaled == pool(2)
    assert plan_wake(autoscaled, KEPT) is None


def test_the_way_to_zero_and_back_ends_where_it_began() -> None:
    existing = latest = pool(2)
    kept = keep_settings(existing, replicas=2)
    body = build_empty_gpu_pool(existing)
    while body is not None:
        latest, body = body, plan_wake(body, kept)
    assert latest == existing


@pytest.mark.parametrize(
    ("existing", "kept", "changed"),
    [
        pytest.param(pool(0), KEPT, None, id="autoscaler on again: it decides on the nodes"),
        pytest.param(
            pool(1, maxCount=3), KEPT, {"minCount": 0, "maxCount": 5}, id="other limits meanwhile"
        ),
        pytest.param(
            pool(4, **OFF),
            KEPT,
            {"enableAutoScaling": True, "count": 4, "minCount": 0, "maxCount": 5},
            id="more nodes than kept stay",
        ),
        pytest.param(
            pool(0, **OFF),
            KEPT.model_copy(update={"count": 0, "replicas": 3}),
            {"enableAutoScaling": False, "count": 1},
            id="autoscaled to zero before: one node for the first replica",
        ),
        pytest.param(
            pool(0, **OFF),
            KEPT.model_copy(update={"count": 0, "replicas": 0}),
            {"enableAutoScaling": True, "count": 0, "minCount": 0, "maxCount": 5},
            id="no replica, no node",
        ),
        pytest.param(
            pool(0, **OFF),
            KEPT.model_copy(update={"count": 0, "min_count": 2}),
            {"enableAutoScaling": False, "count": 2},
            id="the minimum at least",
        ),
        pytest.param(
            pool(0, **OFF),
            KEPT.model_copy(update={"count": 9}),
            {"enableAutoScaling": False, "count": 5},
            id="the maximum at most",
        ),
        pytest.param(
            pool(2, **OFF),
            KeptPool(enable_auto_scaling=False, count=2, replicas=2),
            None,
            id="never had an autoscaler",
        ),
        pytest.param(
            pool(2),
            KeptPool(enable_auto_scaling=False, count=2, replicas=2),
            None,
            id="the autoscaler was switched on manually: it stays on",
        ),
    ],
)
def test_the_next_step_depends_on_what_is_there(existing, kept, changed) -> None:
    body = plan_wake(existing, kept)
    if changed is None:
        assert body is None
        return
    assert body is not None
    assert {key: body["properties"][key] for key in changed} == changed
    assert SAID_AGAIN.items() <= body["properties"].items()


def test_what_azure_only_tells_is_not_said_again() -> None:
    read_only = {"provisioningState": "Succeeded", "eTag": "x", "nodeImageVersion": "AKSUbuntu-1"}
    body = plan_wake(pool(0, **OFF, **read_only), KEPT)
    assert body is not None
    assert not read_only.keys() & body["properties"].keys()
