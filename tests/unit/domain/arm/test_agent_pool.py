from typing import Any

import pytest

from domain.arm.agent_pool import build_empty_gpu_pool, must_be_replaced


def pool(**changes: Any) -> dict[str, Any]:
    return {
        "id": "/clusters/1/agentPools/gpu",
        "properties": {
            "vmSize": "Standard_NC24ads_A100_v4",
            "count": 2,
            "enableAutoScaling": True,
            "minCount": 0,
            "maxCount": 5,
            "nodeTaints": ["sku=gpu:NoSchedule"],
            **changes,
        },
    }


def test_the_autoscaler_goes_off_with_its_limits_because_it_never_forces_zero():
    body = build_empty_gpu_pool(pool())
    assert body == {
        "properties": {
            "vmSize": "Standard_NC24ads_A100_v4",
            "count": 0,
            "enableAutoScaling": False,
            "nodeTaints": ["sku=gpu:NoSchedule"],
        }
    }


@pytest.mark.parametrize(
    ("changes", "needs_a_put"),
    [
        pytest.param({"count": 0, "enableAutoScaling": False}, False, id="empty already"),
        pytest.param({"count": 0, "enableAutoScaling": None}, False, id="never had a scaler"),
        pytest.param(
            {"count": 0, "enableAutoScaling": False, "provisioningState": "Succeeded"},
            False,
            id="empty and settled",
        ),
        pytest.param(
            {"count": 0, "enableAutoScaling": False, "provisioningState": "Scaling"},
            True,
            id="on its way to zero: it has not got there",
        ),
        pytest.param(
            {"count": 0, "enableAutoScaling": False, "provisioningState": "Failed"},
            True,
            id="failed on its way to zero",
        ),
        pytest.param({"count": 0}, True, id="empty, but the autoscaler may fill it"),
        pytest.param({"count": 1, "enableAutoScaling": False}, True, id="one node without it"),
    ],
)
def test_a_pool_that_is_and_stays_empty_is_left_alone(changes: dict[str, Any], needs_a_put: bool):
    assert (build_empty_gpu_pool(pool(**changes)) is not None) is needs_a_put


def test_what_was_read_is_not_changed():
    existing = pool()
    build_empty_gpu_pool(existing)
    assert existing == pool()


A100 = "Standard_NC24ads_A100_v4"


@pytest.mark.parametrize(
    ("existing", "wanted", "expected"),
    [
        pytest.param({}, {}, False, id="the same"),
        pytest.param({"vmSize": A100.upper()}, {}, False, id="another spelling"),
        pytest.param({"vmSize": "Standard_NC48ads_A100_v4"}, {}, True, id="another size"),
        pytest.param({"scaleSetPriority": "Regular"}, {}, False, id="regular, and told so"),
        pytest.param({}, {"scaleSetPriority": "Spot"}, True, id="to spot"),
        pytest.param({"scaleSetPriority": "Spot"}, {}, True, id="from spot"),
        pytest.param({}, {"availabilityZones": ["1"]}, True, id="zones where there were none"),
        pytest.param(
            {"availabilityZones": ["2"]}, {"availabilityZones": ["1"]}, True, id="other zones"
        ),
        pytest.param(
            {"availabilityZones": ["2", "1"]},
            {"availabilityZones": ["1", "2"]},
            False,
            id="the same zones in another order",
        ),
        pytest.param({"availabilityZones": ["1"]}, {}, False, id="any zone will do"),
    ],
)
def test_size_priority_and_zones_are_not_changed_in_place(existing, wanted, expected) -> None:
    size = {"vmSize": A100}
    assert must_be_replaced({**size, **existing}, {**size, **wanted}) is expected
