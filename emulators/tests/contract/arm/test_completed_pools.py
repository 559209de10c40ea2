"""What AKS makes of an agent pool that a request leaves half open: as recorded, field by field."""

from typing import Any

import pytest

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.contract.arm.recorded_rows import CLUSTER, POOL, World
from emulators.tests.support.arm_bodies import gpu_pool, system_pool
from emulators.tests.support.simulator import Control

BARE = {"count": 1, "mode": "User", "vmSize": "Standard_DS2_v2"}
AS_THE_AZURE_CLI_SENDS_IT = {
    "count": 1,
    "mode": "User",
    "osDiskSizeGB": 0,
    "osType": "Linux",
    "enableAutoScaling": False,
    "scaleDownMode": "Delete",
    "type": "VirtualMachineScaleSets",
    "upgradeSettings": {},
    "enableNodePublicIP": False,
    "scaleSetPriority": "Regular",
    "scaleSetEvictionPolicy": "Delete",
    "spotMaxPrice": -1.0,
    "nodeTaints": [],
    "nodeInitializationTaints": [],
    "enableEncryptionAtHost": False,
    "enableUltraSSD": False,
    "enableFIPS": False,
}
AZURE_CNI = {"networkPlugin": "azure", "outboundType": "loadBalancer"}
KUBENET = {"networkPlugin": "kubenet"}


@pytest.fixture
def world(arm: Arm, group: str, control: Control, simulator: RunningSimulator) -> World:
    return World(arm, control, simulator)


async def new_pool(world: World, properties: Any, network: Any = None) -> dict[str, Any]:
    """The properties in the answer to a PUT of a new pool."""
    await world.ready_cluster(**({"networkProfile": network} if network else {}))
    answer = await world.aks("PUT", f"{CLUSTER}/agentPools/new", {"properties": properties})
    assert answer.status == 201, answer.body
    return answer.body["properties"]


def without(properties: dict[str, Any], *names: str) -> dict[str, Any]:
    made_up = ("eTag", "currentOrchestratorVersion", "orchestratorVersion", "nodeImageVersion")
    return {name: value for name, value in properties.items() if name not in (*made_up, *names)}


async def test_a_pool_is_completed_as_recorded(world: World) -> None:
    """Recorded of `{"nodeLabels": {}, "nodeTaints": [], "tags": {}, "osType": "Linux"}`, 2026."""
    empty = {"availabilityZones": None, "nodeLabels": {}, "nodeTaints": [], "tags": {}}
    shown = await new_pool(world, {**BARE, **empty, "osType": "Linux"})
    assert without(shown) == {
        "count": 1,
        "vmSize": "Standard_DS2_v2",
        "osDiskSizeGB": 128,
        "osDiskType": "Managed",
        "kubeletDiskType": "OS",
        "maxPods": 250,
        "type": "VirtualMachineScaleSets",
        "enableAutoScaling": False,
        "scaleDownMode": "Delete",
        "provisioningState": "Creating",
        "powerState": {"code": "Running"},
        "enableNodePublicIP": False,
        "mode": "User",
        "osType": "Linux",
        "osSKU": "Ubuntu",
        "upgradeSettings": {"maxSurge": "10%", "maxUnavailable": "0"},
        "enableFIPS": False,
        "securityProfile": {
            "sshAccess": "LocalUser",
            "enableVTPM": False,
            "enableSecureBoot": False,
        },
    }


async def test_a_gpu_pool_of_the_azure_cli_is_completed_as_recorded(world: World) -> None:
    """Recorded of Standard_NC6s_v3 without a driver, 2025, and of a T4 on Windows, 2024."""
    requested = {
        **AS_THE_AZURE_CLI_SENDS_IT,
        "vmSize": "Standard_NC4as_T4_v3",
        "gpuProfile": {"driver": "None"},
    }
    shown = await new_pool(world, requested)
    assert without(shown, "powerState", "provisioningState", "securityProfile") == {
        "count": 1,
        "vmSize": "Standard_NC4as_T4_v3",
        "osDiskSizeGB": 128,
        "osDiskType": "Ephemeral",
        "kubeletDiskType": "OS",
        "maxPods": 250,
        "type": "VirtualMachineScaleSets",
        "enableAutoScaling": False,
        "scaleDownMode": "Delete",
        "enableNodePublicIP": False,
        "mode": "User",
        "enableEncryptionAtHost": False,
        "enableUltraSSD": False,
        "osType": "Linux",
        "osSKU": "Ubuntu",
        "upgradeSettings": {},
        "enableFIPS": False,
        "gpuProfile": {"driver": "None"},
    }


async def test_a_windows_pool_is_recognised_in_any_case(world: World) -> None:
    requested = {
        **AS_THE_AZURE_CLI_SENDS_IT,
        "vmSize": "Standard_NC4as_T4_v3",
        "osType": "windows",
        "securityProfile": {"sshAccess": "localuser"},
        "gpuProfile": {"driverType": "GRID"},
    }
    shown = await new_pool(world, requested, AZURE_CNI)
    assert shown["osType"] == "windows"
    assert shown["osSKU"] == "Windows2022"
    assert shown["nodeImageVersion"].startswith("AKSWindows-2022-containerd-")
    assert shown["windowsProfile"] == {}
    assert shown["maxPods"] == 30
    assert shown["securityProfile"] == {
        "sshAccess": "LocalUser",
        "enableVTPM": False,
        "enableSecureBoot": False,
    }
    assert shown["gpuProfile"] == {"installGPUDriver": True, "driverType": "GRID"}


async def test_names_of_operating_systems_ignore_case_in_every_rule(world: World) -> None:
    await world.ready_cluster()
    too_long = await world.pool("windows1", osType="WINDOWS")
    system = await world.pool("win", osType="wIndows", mode="System", minCount=1)
    same = await world.aks("PUT", POOL, {"properties": gpu_pool(minCount=1, osType="linux")})
    assert too_long.error == system.error == (400, "InvalidParameter")
    assert same.status == 200


@pytest.mark.parametrize(
    ("network", "pods"),
    [
        pytest.param(None, 250, id="overlay"),
        pytest.param({**AZURE_CNI, "networkPluginMode": "overlay"}, 250, id="explicit overlay"),
        pytest.param({"networkPlugin": "none"}, 250, id="none"),
        pytest.param(KUBENET, 110, id="kubenet"),
        pytest.param(AZURE_CNI, 30, id="no overlay"),
    ],
)
async def test_pods_per_node_follow_from_the_network(
    world: World, network: Any, pods: int
) -> None:
    created = await world.cluster(**({"networkProfile": network} if network else {}))
    profiles = created.body["properties"]["agentPoolProfiles"]
    assert {each["maxPods"] for each in profiles} == {pods}


async def test_parts_of_nested_objects_are_completed_and_stay(world: World) -> None:
    requested = {
        **BARE,
        "securityProfile": {"enableVTPM": True},
        "upgradeSettings": {"maxSurge": "33%"},
    }
    shown = await new_pool(world, requested)
    security = {"sshAccess": "LocalUser", "enableVTPM": True, "enableSecureBoot": False}
    assert shown["securityProfile"] == security
    assert shown["upgradeSettings"] == {"maxSurge": "33%", "maxUnavailable": "0"}
    world.pass_time()
    await world.arm.poll_path(f"{CLUSTER}/agentPools/new", "2026-08-01")
    changed = await world.aks(
        "PUT",
        f"{CLUSTER}/agentPools/new",
        {"properties": {**BARE, "osDiskSizeGB": 0, "upgradeSettings": {"maxUnavailable": "1"}}},
    )
    assert changed.status == 200, changed.body
    assert changed.body["properties"]["securityProfile"] == security
    assert changed.body["properties"]["osDiskSizeGB"] == 128
    assert changed.body["properties"]["upgradeSettings"] == {
        "maxSurge": "33%",
        "maxUnavailable": "1",
    }


async def test_what_is_emptied_is_left_out(world: World) -> None:
    full = {"nodeLabels": {"a": "b"}, "nodeTaints": ["a=b:NoSchedule"], "tags": {"a": "b"}}
    shown = await new_pool(world, {**BARE, **full})
    world.pass_time()
    await world.arm.poll_path(f"{CLUSTER}/agentPools/new", "2026-08-01")
    empty: dict[str, Any] = {"nodeLabels": {}, "nodeTaints": [], "tags": {}}
    changed = await world.aks(
        "PUT", f"{CLUSTER}/agentPools/new", {"properties": {**BARE, **empty}}
    )
    assert {name: shown[name] for name in full} == full
    assert not set(full) & set(changed.body["properties"])


async def test_a_pool_of_a_cluster_tells_of_its_autoscaler_after_an_update(
    world: World,
) -> None:
    """Recorded, as is that a new cluster and its pools have no etag yet."""
    created = await world.cluster(
        agentPoolProfiles=[{**system_pool(), "upgradeSettings": {}, "tags": {}}]
    )
    (profile,) = created.body["properties"]["agentPoolProfiles"]
    assert "enableAutoScaling" not in profile
    assert "eTag" not in profile
    assert "eTag" not in created.body
    assert profile["upgradeSettings"] == {"maxSurge": "10%", "maxUnavailable": "0"}
    await world.ended(created)
    shown = (await world.aks("GET", CLUSTER)).body
    (profile,) = shown["properties"]["agentPoolProfiles"]
    assert not {"enableAutoScaling", "tags"} & set(profile)
    assert profile["eTag"]
    assert shown["eTag"]
    changed = await world.cluster(agentPoolProfiles=[system_pool()])
    (profile,) = changed.body["properties"]["agentPoolProfiles"]
    assert profile["enableAutoScaling"] is False


async def test_a_spot_pool_keeps_its_price_and_gets_a_label_and_a_taint(world: World) -> None:
    spot = {**BARE, "scaleSetPriority": "Spot", "spotMaxPrice": 88.88888, "nodeTaints": []}
    shown = await new_pool(world, spot)
    assert (shown["scaleSetPriority"], shown["scaleSetEvictionPolicy"]) == ("Spot", "Delete")
    assert shown["spotMaxPrice"] == 88.88888
    assert shown["nodeLabels"] == {"kubernetes.azure.com/scalesetpriority": "spot"}
    assert shown["nodeTaints"] == ["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"]


async def test_older_api_versions_know_no_etags(world: World) -> None:
    await world.ready_cluster()
    for version, known in (("2025-08-01", False), ("2026-08-01", True)):
        cluster = (await world.aks("GET", CLUSTER, api_version=version)).body
        pool = (await world.aks("GET", POOL, api_version=version)).body
        assert ("eTag" in cluster) == known
        assert ("eTag" in pool["properties"]) == known
        assert ("hostedSystemProfile" in cluster["properties"]) == known
        assert ("enableFIPS" in cluster["properties"]) == known
