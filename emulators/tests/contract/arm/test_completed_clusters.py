"""What AKS makes of a cluster that a request leaves half open: as recorded, part by part."""

from typing import Any

import pytest

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.contract.arm.recorded_rows import CLUSTER, NAME, World
from emulators.tests.support.arm_bodies import cluster_body, system_pool
from emulators.tests.support.simulator import Control

OUTBOUND = {"managedOutboundIPs": {"count": 1}, "backendPoolType": "nodeIPConfiguration"}
SERVICES = {
    "serviceCidr": "10.0.0.0/16",
    "dnsServiceIP": "10.0.0.10",
    "outboundType": "loadBalancer",
    "serviceCidrs": ["10.0.0.0/16"],
    "ipFamilies": ["IPv4"],
}
PODS = {"podCidr": "10.244.0.0/16", "podCidrs": ["10.244.0.0/16"]}
BALANCED = {"loadBalancerSku": "standard", "loadBalancerProfile": OUTBOUND, **SERVICES}


@pytest.fixture
def world(arm: Arm, group: str, control: Control, simulator: RunningSimulator) -> World:
    return World(arm, control, simulator)


async def created(world: World, **properties: Any) -> dict[str, Any]:
    answer = await world.cluster(**properties)
    assert answer.status == 201, answer.body
    return answer.body["properties"]


async def test_a_plain_cluster_is_completed_as_recorded(world: World) -> None:
    """Recorded in 2026; of what only previews show nothing is simulated."""
    bare: Any = {
        "identity": {"type": "SystemAssigned"},
        "location": "westeurope",
        "tags": {},
        "properties": {
            "addonProfiles": None,
            "agentPoolProfiles": [system_pool()],
            "dnsPrefix": "aso",
            "identityProfile": None,
        },
    }
    answer = await world.aks("PUT", CLUSTER, bare)
    shown = answer.body["properties"]
    made_up = ("fqdn", "azurePortalFQDN", "resourceUID", "agentPoolProfiles")
    versions = ("kubernetesVersion", "currentKubernetesVersion")
    assert {name: value for name, value in shown.items() if name not in (*made_up, *versions)} == {
        "provisioningState": "Creating",
        "powerState": {"code": "Running"},
        "dnsPrefix": "aso",
        "servicePrincipalProfile": {"clientId": "msi"},
        "nodeResourceGroup": f"MC_gp-fraud_{NAME}_westeurope",
        "enableRBAC": True,
        "supportPlan": "KubernetesOfficial",
        "networkProfile": {
            "networkPlugin": "azure",
            "networkPluginMode": "overlay",
            "networkPolicy": "none",
            "networkDataplane": "azure",
            **BALANCED,
            **PODS,
        },
        "maxAgentPools": 100,
        "autoUpgradeProfile": {"nodeOSUpgradeChannel": "NodeImage"},
        "securityProfile": {},
        "storageProfile": {
            "diskCSIDriver": {"enabled": True},
            "fileCSIDriver": {"enabled": True},
            "snapshotController": {"enabled": True},
        },
        "oidcIssuerProfile": {"enabled": False},
        "workloadAutoScalerProfile": {},
        "metricsProfile": {"costAnalysis": {"enabled": False}},
        "nodeProvisioningProfile": {"mode": "Manual", "defaultNodePools": "Auto"},
        "bootstrapProfile": {"artifactSource": "Direct"},
        "hostedSystemProfile": {"enabled": False},
        "enableFIPS": False,
    }
    assert "tags" not in answer.body
    assert answer.body["sku"] == {"name": "Base", "tier": "Free"}


async def test_a_ready_cluster_tells_its_outbound_addresses(world: World) -> None:
    shown = await created(world)
    assert "effectiveOutboundIPs" not in shown["networkProfile"]["loadBalancerProfile"]
    world.pass_time()
    await world.arm.poll_path(CLUSTER, "2026-08-01")
    ready = (await world.aks("GET", CLUSTER)).body["properties"]["networkProfile"]
    (address,) = ready["loadBalancerProfile"]["effectiveOutboundIPs"]
    below = "/resourceGroups/gp-fraud-westeurope-nodes/providers/Microsoft.Network/"
    assert f"{below}publicIPAddresses/" in address["id"]
    assert {
        name: each
        for name, each in ready["loadBalancerProfile"].items()
        if name != "effectiveOutboundIPs"
    } == OUTBOUND


@pytest.mark.parametrize(
    ("requested", "shown"),
    [
        pytest.param(
            {"networkPlugin": "kubenet"}, {"networkPlugin": "kubenet", **BALANCED, **PODS}
        ),
        pytest.param(
            {"networkPlugin": "azure"},
            {
                "networkPlugin": "azure",
                "networkPolicy": "none",
                "networkDataplane": "azure",
                **BALANCED,
            },
        ),
        pytest.param(
            {
                "networkPlugin": "azure",
                "networkPluginMode": "overlay",
                "networkDataplane": "cilium",
            },
            {
                "networkPlugin": "azure",
                "networkPluginMode": "overlay",
                "networkPolicy": "cilium",
                "networkDataplane": "cilium",
                **BALANCED,
                **PODS,
            },
        ),
        pytest.param({"networkPlugin": "none"}, {"networkPlugin": "none", **BALANCED}),
        pytest.param(
            {"networkPlugin": "kubenet", "podCidr": "172.126.0.0/16"},
            {
                "networkPlugin": "kubenet",
                **BALANCED,
                "podCidr": "172.126.0.0/16",
                "podCidrs": ["172.126.0.0/16"],
            },
        ),
        pytest.param(
            {
                "networkPlugin": "kubenet",
                "loadBalancerProfile": {
                    "managedOutboundIPs": {"count": 2, "countIPv6": 0},
                    "backendPoolType": "NodeIPConfiguration",
                },
            },
            {
                "networkPlugin": "kubenet",
                **BALANCED,
                **PODS,
                "loadBalancerProfile": {
                    "managedOutboundIPs": {"count": 2},
                    "backendPoolType": "nodeIPConfiguration",
                },
            },
        ),
        pytest.param(
            {"networkPlugin": "kubenet", "outboundType": "managedNATGateway"},
            {
                "networkPlugin": "kubenet",
                **BALANCED,
                **PODS,
                "outboundType": "managedNATGateway",
                "loadBalancerProfile": {"backendPoolType": "nodeIPConfiguration"},
                "natGatewayProfile": {
                    "managedOutboundIPProfile": {"count": 1},
                    "idleTimeoutInMinutes": 4,
                },
            },
        ),
    ],
)
async def test_a_network_is_completed(world: World, requested: Any, shown: Any) -> None:
    assert (await created(world, networkProfile=requested))["networkProfile"] == shown


SECRETS: dict[str, Any] = {
    "windowsProfile": {"adminUsername": "azureuser1", "adminPassword": "Pa$$word1234"},
    "servicePrincipalProfile": {"clientId": "11111111", "secret": "Pa$$word1234"},
    "aadProfile": {"serverAppID": "2222", "serverAppSecret": "Pa$$word1234"},
}


async def test_a_secret_is_never_shown(world: World) -> None:
    shown = await created(world, **SECRETS)
    assert shown["windowsProfile"] == {"adminUsername": "azureuser1", "enableCSIProxy": True}
    assert shown["servicePrincipalProfile"] == {"clientId": "11111111"}
    assert shown["aadProfile"]["serverAppID"] == "2222"
    world.pass_time()
    await world.arm.poll_path(CLUSTER, "2026-08-01")
    changed = await world.aks("PUT", CLUSTER, cluster_body(**SECRETS))
    assert changed.status == 200
    read = await world.aks("GET", CLUSTER)
    listed = await world.aks("GET", CLUSTER.rpartition("/")[0])
    for answer in (changed, read, listed):
        assert "Pa$$word" not in str(answer.body)
    state = await world.control.state()
    assert "Pa$$word" not in str(state)


@pytest.mark.parametrize(
    ("name", "requested", "shown"),
    [
        pytest.param("nodeResourceGroup", "", f"MC_gp-fraud_{NAME}_westeurope", id="node group"),
        pytest.param(
            "windowsProfile",
            {"adminUsername": "me", "gmsaProfile": {"enabled": True}},
            {
                "adminUsername": "me",
                "enableCSIProxy": True,
                "gmsaProfile": {"enabled": True, "dnsServer": "", "rootDomainName": ""},
            },
            id="windows",
        ),
        pytest.param(
            "storageProfile",
            {"diskCSIDriver": {"enabled": False}, "blobCSIDriver": {"enabled": True}},
            {
                "diskCSIDriver": {"enabled": False},
                "fileCSIDriver": {"enabled": True},
                "snapshotController": {"enabled": True},
                "blobCSIDriver": {"enabled": True},
            },
            id="storage",
        ),
        pytest.param(
            "addonProfiles",
            {"azurepolicy": {"enabled": True}, "openServiceMesh": {"enabled": True, "config": {}}},
            {
                "azurepolicy": {"enabled": True, "config": None},
                "openServiceMesh": {"enabled": True, "config": None},
            },
            id="add-ons",
        ),
        pytest.param(
            "autoScalerProfile",
            {"expander": "least-waste", "scan-interval": "30s"},
            {
                "balance-similar-node-groups": "false",
                "expander": "least-waste",
                "max-empty-bulk-delete": "10",
                "max-graceful-termination-sec": "600",
                "max-node-provision-time": "15m",
                "max-total-unready-percentage": "45",
                "new-pod-scale-up-delay": "0s",
                "ok-total-unready-count": "3",
                "scale-down-delay-after-add": "10m",
                "scale-down-delay-after-delete": "10s",
                "scale-down-delay-after-failure": "3m",
                "scale-down-unneeded-time": "10m",
                "scale-down-unready-time": "20m",
                "scale-down-utilization-threshold": "0.5",
                "scan-interval": "30s",
                "skip-nodes-with-local-storage": "false",
                "skip-nodes-with-system-pods": "true",
            },
            id="autoscaler",
        ),
    ],
)
async def test_a_part_is_completed(world: World, name: str, requested: Any, shown: Any) -> None:
    assert (await created(world, **{name: requested}))[name] == shown


async def test_the_agent_for_logs_has_an_identity_once_it_is_there(world: World) -> None:
    """Recorded as `omsagent-{cluster}` in the group of the nodes, after Succeeded."""
    agent = {
        "enabled": True,
        "config": {"logAnalyticsWorkspaceResourceID": "/x", "useAADAuth": "true"},
    }
    answer = await world.cluster(addonProfiles={"omsagent": agent})
    assert answer.body["properties"]["addonProfiles"] == {"omsagent": agent}
    await world.ended(answer)
    ready = (await world.aks("GET", CLUSTER)).body["properties"]["addonProfiles"]
    identity = ready["omsagent"].pop("identity")
    assert identity["resourceId"].endswith(f"/userAssignedIdentities/omsagent-{NAME}")
    assert ready == {"omsagent": agent}
    again = cluster_body(addonProfiles={"omsagent": {**agent, "identity": {"clientId": "1"}}})
    await world.ended(await world.aks("PUT", CLUSTER, again))
    kept = (await world.aks("GET", CLUSTER)).body["properties"]["addonProfiles"]
    assert kept["omsagent"]["identity"] == identity


async def test_entra_groups_are_null_where_there_are_none(world: World) -> None:
    shown = await created(world, aadProfile={"managed": True, "enableAzureRBAC": True})
    profile = shown["aadProfile"]
    assert profile.pop("tenantID")
    assert profile == {
        "managed": True,
        "adminGroupObjectIDs": None,
        "adminUsers": None,
        "enableAzureRBAC": True,
    }


@pytest.mark.parametrize(
    ("name", "requested"),
    [
        pytest.param("addonProfiles", {}, id="no add-ons"),
        pytest.param("autoScalerProfile", {}, id="no autoscaler"),
    ],
)
async def test_an_empty_part_is_left_out(world: World, name: str, requested: Any) -> None:
    assert name not in await created(world, **{name: requested})


async def test_an_update_keeps_what_an_empty_part_does_not_name(world: World) -> None:
    """Recorded of the drivers of a cluster: `{}` leaves them as they are."""
    off = {"enabled": False}
    drivers = {"diskCSIDriver": off, "fileCSIDriver": off, "snapshotController": off}
    await world.ready_cluster(storageProfile=drivers)
    for requested in ({}, {"diskCSIDriver": {"enabled": True}}):
        answer = await world.aks("PUT", CLUSTER, cluster_body(storageProfile=requested))
        assert answer.body["properties"]["storageProfile"] == {**drivers, **requested}
        await world.ended(answer)


async def test_the_statuses_of_an_update_come_in_the_recorded_order(world: World) -> None:
    await world.ready_cluster()
    accepted = await world.cluster(gpu_minimum=1)
    seen: list[str] = []
    while not seen or seen[-1] != "Succeeded":
        status = (await world.arm.poll(accepted.headers["Azure-AsyncOperation"])).body["status"]
        seen += [status] if not seen or seen[-1] != status else []
    recorded = [
        "InProgress",
        "ProvisioningNetworkResources",
        "ProvisioningControlPlane",
        "ReconcilingDNS",
        "Succeeded",
    ]
    assert [each for each in recorded if each in seen] == seen
    assert "ProvisioningControlPlane" in seen


async def test_a_cluster_that_has_just_gone_is_told_by_the_provider(world: World) -> None:
    """Recorded of the first read after the operation: neither header names anybody."""
    await world.ready_cluster()
    deleted = await world.aks("DELETE", CLUSTER)
    await world.ended(deleted)
    gone = await world.aks("GET", CLUSTER)
    subscription = world.arm.subscription.rpartition("/")[2]
    assert gone.error == (404, "NotFound")
    assert gone.message == (
        f"Could not find managed cluster resource: {NAME} in subscription: {subscription}, "
        "resourceGroup: gp-fraud."
    )
    assert gone.body["subcode"] == "GetManagedCluster_NotFound_HCPServerError"
    assert "x-ms-failure-cause" not in gone.headers
    assert "x-ms-operation-identifier" not in gone.headers
