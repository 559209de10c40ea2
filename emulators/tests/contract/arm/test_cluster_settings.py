"""Settings of a cluster that AKS completes and checks: upgrades, tier and who may reach it."""

from typing import Any

import pytest

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm, RawAnswer
from emulators.tests.contract.arm.recorded_rows import World
from emulators.tests.contract.arm.test_clusters import CLUSTER, VERSION
from emulators.tests.support.arm_bodies import cluster_body
from emulators.tests.support.simulator import Control


@pytest.fixture
def world(arm: Arm, group: str, control: Control, simulator: RunningSimulator) -> World:
    return World(arm, control, simulator)


async def put(arm: Arm, body: Any) -> RawAnswer:
    return await arm.call("PUT", CLUSTER, body, api_version=VERSION)


def with_sku(sku: Any) -> Any:
    return {**cluster_body(), "sku": sku}


@pytest.mark.parametrize(
    ("requested", "shown"),
    [
        pytest.param(None, {"nodeOSUpgradeChannel": "NodeImage"}, id="left out"),
        pytest.param({}, {"nodeOSUpgradeChannel": "NodeImage"}, id="empty"),
        pytest.param(
            {"upgradeChannel": "stable"},
            {"upgradeChannel": "stable", "nodeOSUpgradeChannel": "NodeImage"},
            id="versions",
        ),
        pytest.param(
            {"nodeOSUpgradeChannel": "None"}, {"nodeOSUpgradeChannel": "None"}, id="images"
        ),
        pytest.param(
            {"upgradeChannel": "rapid", "nodeOSUpgradeChannel": "SecurityPatch"},
            {"upgradeChannel": "rapid", "nodeOSUpgradeChannel": "SecurityPatch"},
            id="both",
        ),
    ],
)
async def test_upgrade_channels_come_back_completed(
    arm: Arm, group: str, requested: Any, shown: Any
) -> None:
    created = await put(arm, cluster_body(autoUpgradeProfile=requested))
    assert created.body["properties"]["autoUpgradeProfile"] == shown


async def test_upgrade_channels_are_changed_by_an_update(world: World) -> None:
    await world.ready_cluster(autoUpgradeProfile={"upgradeChannel": "patch"})
    changed = await put(world.arm, cluster_body(autoUpgradeProfile={"upgradeChannel": "none"}))
    assert changed.status == 200
    assert changed.body["properties"]["autoUpgradeProfile"] == {
        "upgradeChannel": "none",
        "nodeOSUpgradeChannel": "NodeImage",
    }


async def test_a_tier_is_free_until_it_is_set_and_stays_then(world: World) -> None:
    created = await put(world.arm, with_sku(None))
    await world.ended(created)
    changed = await put(world.arm, with_sku({"name": "Base", "tier": "Standard"}))
    await world.ended(changed)
    kept = await put(world.arm, with_sku(None))
    await world.ended(kept)
    partly = await put(world.arm, with_sku({"tier": "Premium"}))
    tiers = [each.body["sku"]["tier"] for each in (created, changed, kept, partly)]
    assert tiers == ["Free", "Standard", "Standard", "Premium"]
    assert partly.body["sku"]["name"] == "Base"


async def test_authorized_ranges_come_back_and_an_empty_list_takes_them_away(
    world: World,
) -> None:
    ranges = {"authorizedIPRanges": ["1.2.3.4/32", "10.0.0.0/8"]}
    await world.ready_cluster(apiServerAccessProfile=ranges)
    shown = (await world.aks("GET", CLUSTER)).body["properties"]["apiServerAccessProfile"]
    kept = await put(world.arm, cluster_body())
    await world.ended(kept)
    removed = await put(world.arm, cluster_body(apiServerAccessProfile={"authorizedIPRanges": []}))
    await world.ended(removed)
    assert shown == kept.body["properties"]["apiServerAccessProfile"] == ranges
    for body in (removed.body, (await world.aks("GET", CLUSTER)).body):
        assert "apiServerAccessProfile" not in body["properties"]


async def test_a_private_cluster_gets_a_zone_and_a_public_name(arm: Arm, group: str) -> None:
    private = {"authorizedIPRanges": [], "enablePrivateCluster": True}
    created = await put(arm, cluster_body(apiServerAccessProfile=private))
    assert created.body["properties"]["apiServerAccessProfile"] == {
        "enablePrivateCluster": True,
        "privateDNSZone": "system",
        "enablePrivateClusterPublicFQDN": True,
    }


def ranges(*items: str, **more: Any) -> Any:
    return cluster_body(apiServerAccessProfile={"authorizedIPRanges": list(items), **more})


BAD_SETTINGS = [
    pytest.param(
        cluster_body(autoUpgradeProfile={"upgradeChannel": "weekly"}),
        "autoUpgradeProfile.upgradeChannel",
        id="channel of versions",
    ),
    pytest.param(
        cluster_body(autoUpgradeProfile={"nodeOSUpgradeChannel": "nightly"}),
        "autoUpgradeProfile.nodeOSUpgradeChannel",
        id="channel of images",
    ),
    pytest.param(
        cluster_body(
            autoUpgradeProfile={"upgradeChannel": "node-image", "nodeOSUpgradeChannel": "None"}
        ),
        "autoUpgradeProfile.nodeOSUpgradeChannel",
        id="channels that exclude each other",
    ),
    pytest.param(with_sku({"name": "Base", "tier": "Paid"}), "sku.tier", id="tier"),
    pytest.param(with_sku({"name": "Huge", "tier": "Free"}), "sku.name", id="sku"),
    pytest.param(ranges("1.2.3.4/33"), "authorizedIPRanges", id="no range"),
    pytest.param(ranges("2001:db8::/32"), "authorizedIPRanges", id="IPv6"),
    pytest.param(
        ranges(*(f"1.2.3.{each}/32" for each in range(201))), "authorizedIPRanges", id="too many"
    ),
    pytest.param(
        ranges("1.2.3.4/32", enablePrivateCluster=True), "authorizedIPRanges", id="private"
    ),
]


@pytest.mark.parametrize(("body", "name"), BAD_SETTINGS)
async def test_a_bad_setting_is_refused(arm: Arm, group: str, body: Any, name: str) -> None:
    refused = await put(arm, body)
    assert refused.error == (400, "InvalidParameter")
    assert name in refused.message
    assert (await arm.call("GET", CLUSTER, api_version=VERSION)).status == 404


async def test_a_bad_setting_is_refused_in_an_update(world: World) -> None:
    await world.ready_cluster()
    for bad in BAD_SETTINGS:
        body, name = bad.values
        refused = await put(world.arm, body)
        assert refused.error == (400, "InvalidParameter")
        assert isinstance(name, str)
        assert name in refused.message
    shown = (await world.aks("GET", CLUSTER)).body
    assert shown["properties"]["provisioningState"] == "Succeeded"
    assert shown["sku"]["tier"] == "Standard"


async def test_a_disk_encryption_set_is_shown_and_cannot_be_changed(world: World) -> None:
    encryption_set = f"{world.arm.subscription}/resourceGroups/g/providers/Microsoft.Compute"
    encryption_set += "/diskEncryptionSets/des"
    body = cluster_body()
    body["properties"]["diskEncryptionSetID"] = encryption_set
    created = await put(world.arm, body)
    assert created.body["properties"]["diskEncryptionSetID"] == encryption_set
    await world.ended(created)
    refused = await put(world.arm, cluster_body())
    assert refused.error[0] == 400
    assert "diskEncryptionSetID" in refused.message
    assert (await put(world.arm, body)).status == 200
