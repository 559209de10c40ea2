"""The offers of a cell, in the order in which they are tried."""

from domain.placement.offers import Offer, list_offers

A100, H100 = "Standard_NC24ads_A100_v4", "Standard_NC40ads_H100_v5"


def described(spec, region="westeurope") -> list[str]:
    return [
        " ".join([offer.region, offer.vm_size, *offer.zones, *["spot"] * offer.spot])
        for offer in list_offers(spec, region)
    ]


def test_without_placement_there_is_one_offer(make_spec) -> None:
    assert list_offers(make_spec(), "westeurope") == (
        Offer(region="westeurope", vm_size=A100, spot=False),
    )


def test_zones_then_sizes_then_regular_then_regions(make_spec) -> None:
    spec = make_spec(
        {
            "gpu.spot": True,
            "placement": {
                "zones": ["1"],
                "vmSizes": [H100],
                "regions": ["northeurope"],
                "regularIfNoSpot": True,
            },
        }
    )
    west = [
        f"westeurope {A100} spot",
        f"westeurope {A100} 1 spot",
        f"westeurope {H100} spot",
        f"westeurope {H100} 1 spot",
        f"westeurope {A100}",
        f"westeurope {A100} 1",
        f"westeurope {H100}",
        f"westeurope {H100} 1",
    ]
    assert described(spec) == [*west, *(each.replace("west", "north") for each in west)]


def test_the_zone_that_the_pool_has_anyway_is_no_alternative(make_spec) -> None:
    spec = make_spec({"gpu.zones": ["2"], "placement": {"zones": ["2", "3"]}})
    assert described(spec) == [f"westeurope {A100} 2", f"westeurope {A100} 3"]


def test_an_offer_changes_nothing_but_the_nodes(make_spec) -> None:
    spec = make_spec({"gpu.minNodes": 1, "gpu.spot": True})
    offer = Offer(region="northeurope", vm_size=H100, spot=False, zones=("3",))
    changed = offer.apply(spec)
    assert (changed.gpu.vm_size, changed.gpu.spot, changed.gpu.zones) == (H100, False, ("3",))
    assert changed.gpu.min_nodes == 1
    assert changed.model_copy(update={"gpu": spec.gpu}) == spec
