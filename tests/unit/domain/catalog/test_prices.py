"""List prices fit the sizes that can be asked for."""

import pytest

from domain.catalog.gpu_skus import GPU_SKUS
from domain.catalog.prices import HOURLY_PRICES, find_hourly_price


def test_every_price_belongs_to_a_size_that_can_be_asked_for() -> None:
    assert set(HOURLY_PRICES) <= {sku.name for sku in GPU_SKUS}


@pytest.mark.parametrize(
    ("vm_size", "spot", "price"),
    [
        pytest.param("Standard_NC24ads_A100_v4", False, 3.673, id="known"),
        pytest.param("standard_nc24ads_a100_V4", False, 3.673, id="in another spelling"),
        pytest.param("Standard_ND96isr_H200_v5", False, None, id="no list price at hand"),
        pytest.param("Standard_NC24ads_A100_v4", True, None, id="spot prices change"),
        pytest.param("", False, None, id="no size"),
    ],
)
def test_a_price_is_known_or_it_is_said_not_to_be(vm_size, spot, price) -> None:
    assert find_hourly_price(vm_size, spot) == price


def test_a_price_is_that_of_regular_nodes_unless_it_is_said_otherwise() -> None:
    assert find_hourly_price("Standard_NC24ads_A100_v4") == 3.673
