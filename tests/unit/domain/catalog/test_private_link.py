import pytest

from domain.catalog.private_link import PRIVATE_LINK_LOCATIONS, find_private_link_location
from domain.catalog.regions import DEFAULT_ALLOWED_REGIONS, UTC_OFFSETS


@pytest.mark.parametrize("region", sorted({*UTC_OFFSETS, *DEFAULT_ALLOWED_REGIONS}))
def test_every_region_has_a_location_that_offers_private_link(region: str):
    location = find_private_link_location(region)
    assert location
    assert find_private_link_location(location) == location


def test_of_others_nothing_is_known():
    assert find_private_link_location("atlantis") is None


def test_the_nearest_one_is_chosen():
    """Documented: Front Door offers Private Link in 23 regions of the public cloud."""
    assert len(set(PRIVATE_LINK_LOCATIONS.values())) == 23
    assert find_private_link_location("switzerlandnorth") == "germanywestcentral"
    assert find_private_link_location("westus") == "westus2"
