"""VM sizes and vCPU quota."""

import pytest

from emulators.azure.compute.quota import NodesInUse, Quota, Shortage
from emulators.azure.compute.vm_sizes import VmSizes

SIZES = VmSizes()
A100 = SIZES.find("Standard_NC24ads_A100_v4")
CPU = SIZES.find("Standard_D4ds_v5")
A100_FAMILY = "StandardNCADSA100v4Family"


@pytest.mark.parametrize(
    ("name", "vcpus", "gpus", "family"),
    [
        ("Standard_NC4as_T4_v3", 4, 1, "Standard NCASv3_T4 Family"),
        ("Standard_NC24ads_A100_v4", 24, 1, "StandardNCADSA100v4Family"),
        ("Standard_NC40ads_H100_v5", 40, 1, "StandardNCadsH100v5Family"),
        ("standard_nv72ads_a10_v5", 72, 2, "StandardNVADSA10v5Family"),
        ("Standard_ND96isr_H100_v5", 96, 8, "standardNDSH100v5Family"),
    ],
)
def test_sizes_are_as_documented(name: str, vcpus: int, gpus: int, family: str) -> None:
    size = SIZES.find(name)
    assert size is not None
    assert (size.vcpus, size.gpus, size.family) == (vcpus, gpus, family)


def test_the_retired_size_of_older_guides_is_not_there() -> None:
    assert SIZES.find("Standard_NC6s_v3") is None


@pytest.mark.parametrize(
    ("limits", "nodes", "spot", "shortage"),
    [
        pytest.param({}, 1, False, None, id="generous by default"),
        pytest.param(
            {A100_FAMILY: 47}, 1, False, Shortage(A100_FAMILY, 24, 23), id="family is used up"
        ),
        pytest.param({A100_FAMILY: 48}, 1, False, None, id="family just fits"),
        pytest.param({"cores": 51}, 1, False, Shortage("cores", 24, 23), id="region is used up"),
        pytest.param({A100_FAMILY: 0, "cores": 0}, 1, True, None, id="spot counts elsewhere"),
        pytest.param(
            {"lowPriorityCores": 20}, 1, True, Shortage("lowPriorityCores", 24, 20), id="spot"
        ),
        pytest.param({A100_FAMILY: 0}, -1, False, None, id="fewer nodes need none"),
    ],
)
def test_quota_counts_what_runs_in_the_region(
    limits: dict[str, int], nodes: int, spot: bool, shortage: Shortage | None
) -> None:
    assert A100 is not None
    assert CPU is not None
    running = [
        NodesInUse("westeurope", A100, 1, spot=False),
        NodesInUse("westeurope", CPU, 1, spot=False),
        NodesInUse("northeurope", A100, 9, spot=False),
    ]
    quota = Quota(SIZES.families(), lambda: running)
    for name, limit in limits.items():
        quota.set_limit("westeurope", name, limit)
    assert quota.shortage("westeurope", [(A100, nodes, spot)]) == shortage
