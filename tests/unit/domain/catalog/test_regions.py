"""People write display names, ARM writes one word."""

import pytest

from domain.catalog.regions import DEFAULT_ALLOWED_REGIONS, normalise_region


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("westeurope", "westeurope", id="ARM's own name"),
        pytest.param("West Europe", "westeurope", id="display name"),
        pytest.param(" EAST us 2\t", "eastus2", id="odd case and spaces"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_region_is_one_word_in_lower_case(written: str, expected: str) -> None:
    assert normalise_region(written) == expected


def test_allowed_regions_are_written_as_arm_writes_them() -> None:
    assert all(normalise_region(region) == region for region in DEFAULT_ALLOWED_REGIONS)
