"""Alternatives of a specification that cannot be used are refused with the field and the fix."""

from typing import Any

import pytest

from domain.placement.offers import list_offers
from domain.problem import Problem
from domain.spec.model import EnvironmentSpec
from domain.spec.validation import parse_spec
from tests.support.specs import a_policy

REGIONS = ["westeurope", "northeurope", "uksouth"]
T4, A100, H100 = "Standard_NC4as_T4_v3", "Standard_NC24ads_A100_v4", "Standard_NC40ads_H100_v5"


def refuse(wire: dict[str, Any]) -> list[Problem]:
    found = parse_spec(wire, a_policy(REGIONS))
    assert isinstance(found, list)
    return found


def test_alternatives_take_their_canonical_spelling(make_wire) -> None:
    placement = {"vmSizes": [H100.upper()], "regions": ["North Europe"], "zones": ["2"]}
    spec = parse_spec(make_wire({"placement": placement}), a_policy(REGIONS))
    assert isinstance(spec, EnvironmentSpec)
    assert spec.placement.vm_sizes == (H100,)
    assert spec.placement.regions == ("northeurope",)


@pytest.mark.parametrize(
    ("placement", "code", "target", "hint"),
    [
        ({"vmSizes": [T4]}, "LessGpuMemory", "placement.vmSizes[0]", "80 GB"),
        ({"vmSizes": [H100, A100.lower()]}, "DuplicateVmSize", "placement.vmSizes[1]", "already"),
        ({"vmSizes": [H100, H100.lower()]}, "DuplicateVmSize", "placement.vmSizes", "once"),
        ({"vmSizes": ["Standard_D16s_v5"]}, "NotAGpuVmSize", "placement.vmSizes[0]", "Nearest"),
        ({"vmSizes": ["no size"]}, "InvalidValue", "placement.vmSizes[0]", "Standard_"),
        ({"vmSizes": [7]}, "InvalidValue", "placement.vmSizes[0]", "Azure VM sizes"),
        ({"regions": ["westeurope"]}, "DuplicateRegion", "placement.regions[0]", "one cell"),
        ({"regions": ["moon"]}, "RegionNotAllowed", "placement.regions[0]", "northeurope"),
        ({"zones": ["0"]}, "InvalidValue", "placement.zones[0]", "availability zones"),
        ({"zones": ["1", "1"]}, "DuplicateZone", "placement.zones", "once"),
        ({"regularIfNoSpot": True}, "NeedsSpot", "placement.regularIfNoSpot", "gpu.spot"),
        ({"zone": "1"}, "UnknownField", "placement.zone", "'zones'"),
        (
            {
                "zones": ["1", "2", "3"],
                "vmSizes": [H100, "Standard_NC48ads_A100_v4"],
                "regions": ["northeurope", "uksouth"],
            },
            "TooManyOffers",
            "placement",
            "36 offers",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(make_wire, placement, code, target, hint) -> None:
    (problem,) = refuse(make_wire({"placement": placement}))
    assert (problem.code, problem.target) == (code, target)
    assert hint in problem.message


SIX_OFFERS = {"zones": ["1", "2"], "vmSizes": [H100], "regions": []}
"""With the zones and the size of the pool itself: 3 x 2."""


@pytest.mark.parametrize(
    ("placement", "count"),
    [
        pytest.param({"regions": ["northeurope", "uksouth", "francecentral"]}, 24, id="at most"),
        pytest.param({"regions": ["northeurope"], "regularIfNoSpot": True}, 24, id="with regular"),
        pytest.param(
            {"regions": ["northeurope", "uksouth"], "regularIfNoSpot": True}, 36, id="too many"
        ),
    ],
)
def test_a_cell_has_at_most_24_offers(make_wire, placement, count) -> None:
    spot = placement.get("regularIfNoSpot", False)
    wire = make_wire({"placement": SIX_OFFERS | placement, "gpu.spot": spot})
    found = parse_spec(wire, a_policy([*REGIONS, "francecentral"]))
    if isinstance(found, EnvironmentSpec):
        assert count == 24 == len(list_offers(found, "westeurope"))
    else:
        (problem,) = found
        assert count > 24
        assert (problem.code, problem.target) == ("TooManyOffers", "placement")
        assert f" {count} offers" in problem.message


DOUBLE = "Standard_NC48ads_A100_v4"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"workload.gpusPerReplica": 2}, "TooManyGpusPerReplica"),
        ({"workload.cpu": "40"}, "TooManyCpusPerReplica"),
        ({"workload.replicas": 4}, "NotEnoughNodes"),
    ],
)
def test_every_size_has_to_fit_the_workload(make_wire, changes, code) -> None:
    pool = {"gpu.vmSize": DOUBLE, "gpu.maxNodes": 2, "placement": {"vmSizes": [H100]}}
    (problem,) = refuse(make_wire(pool | changes))
    assert (problem.code, problem.target) == (code, "placement.vmSizes[0]")


@pytest.mark.parametrize(
    ("zones", "code", "target"),
    [(["4a"], "InvalidValue", "gpu.zones[0]"), (["1", "1"], "DuplicateZone", "gpu.zones")],
)
def test_zones_of_the_pool_are_checked_as_well(make_wire, zones, code, target) -> None:
    (problem,) = refuse(make_wire({"gpu.zones": zones}))
    assert (problem.code, problem.target) == (code, target)
