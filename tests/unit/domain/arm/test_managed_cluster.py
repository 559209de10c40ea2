"""The bodies for AKS say what the SDK's models know and what the environment needs."""

from copy import deepcopy
from typing import Any

import pytest
from azure.mgmt.containerservice import models

from domain.arm import naming
from domain.arm.managed_cluster import (
    build_agent_pool,
    build_managed_cluster,
    build_resource_group,
    find_kubelet_identity,
    first_gpu_node_count,
)
from domain.arm.merge_existing import is_cluster_current, is_pool_current
from tests.unit.domain.azure_models import find_unknown

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
GPU_LABELS = {naming.GPU_NODE_LABEL: "true"}


@pytest.fixture
def build(make_spec):
    def build_body(changes=None, existing=None, ranges=(), workspace=None) -> dict[str, Any]:
        spec = make_spec(changes)
        return build_managed_cluster(spec, "westeurope", existing, ranges, workspace)

    return build_body


def pool_of(body: dict[str, Any], name: str) -> dict[str, Any]:
    pools = body["properties"]["agentPoolProfiles"]
    return next(pool for pool in pools if pool["name"] == name)


def as_aks_answers(body: dict[str, Any]) -> dict[str, Any]:
    """What a GET shows later: more than was asked for, in Azure's own casing and order."""
    answer = deepcopy(body)
    properties = answer["properties"]
    properties |= {
        "provisioningState": "Succeeded",
        "powerState": {"code": "Running"},
        "kubernetesVersion": "1.34",
        "currentKubernetesVersion": "1.34.2",
        "fqdn": "gp-fraud-llm-westeurope-x1y2.hcp.westeurope.azmk8s.io",
    }
    properties["networkProfile"] |= {"podCidr": "10.244.0.0/16", "serviceCidr": "10.0.0.0/16"}
    properties["agentPoolProfiles"].reverse()
    for pool in properties["agentPoolProfiles"]:
        pool |= {"provisioningState": "Succeeded", "orchestratorVersion": "1.34", "maxPods": 250}
        pool["vmSize"] = pool["vmSize"].lower()
    return answer | {
        "id": "/subscriptions/x",
        "type": "Microsoft.ContainerService/ManagedClusters",
    }


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="regular nodes"),
        pytest.param({"gpu.spot": True}, id="spot nodes"),
        pytest.param({"workload.replicas": 0}, id="no replica"),
    ],
)
def test_the_sdk_knows_every_field_and_value(build, changes) -> None:
    assert find_unknown(build(changes), models.ManagedCluster) == []


def test_a_misspelt_field_would_be_found(build) -> None:
    body = build()
    pool_of(body, "gpu")["gpuProfil"] = pool_of(body, "gpu").pop("gpuProfile")
    pool_of(body, "gpu")["mode"] = "Usr"
    assert find_unknown(body, models.ManagedCluster) == [
        ".properties.agentPoolProfiles[1].mode=Usr",
        ".properties.agentPoolProfiles[1].gpuProfil",
    ]


def test_the_gpu_pool_is_created_with_the_cluster_and_its_first_node(build) -> None:
    pool = pool_of(build(), "gpu")
    assert pool["mode"] == "User"
    assert (pool["count"], pool["minCount"], pool["maxCount"]) == (1, 0, 5)
    assert pool["enableAutoScaling"] is True
    assert pool["nodeTaints"] == ["sku=gpu:NoSchedule"]
    assert pool["nodeLabels"] == {"gridplane.io/gpu-pool": "true"}
    assert pool["gpuProfile"]["driver"] == "Install"
    assert "scaleSetPriority" not in pool


def test_the_system_pool_is_a_system_pool_that_survives_a_node_upgrade(build) -> None:
    pool = pool_of(build(), "system")
    assert (pool["mode"], pool["count"], pool["vmSize"]) == ("System", 2, "Standard_D4ds_v5")


def test_spot_nodes_are_deleted_when_azure_takes_them_back(build) -> None:
    pool = pool_of(build({"gpu.spot": True}), "gpu")
    assert pool["scaleSetPriority"] == "Spot"
    assert pool["scaleSetEvictionPolicy"] == "Delete"
    assert pool["spotMaxPrice"] == -1
    assert "upgradeSettings" not in pool


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("standard_nc24ads_a100_v4", "Standard_NC24ads_A100_v4"),
        ("Standard_Retired_Since", "Standard_Retired_Since"),
    ],
)
def test_a_size_is_sent_as_azure_spells_it_if_it_is_known(build, written, sent) -> None:
    assert pool_of(build({"gpu.vmSize": written}), "gpu")["vmSize"] == sent


def test_zones_are_left_to_azure_unless_they_are_asked_for(build) -> None:
    assert "availabilityZones" not in pool_of(build(), "gpu")
    assert pool_of(build({"gpu.zones": ["1", "2"]}), "gpu")["availabilityZones"] == ["1", "2"]


@pytest.mark.parametrize(
    ("vm_size", "is_encrypted"),
    [
        pytest.param("Standard_NC24ads_A100_v4", True, id="known to support it"),
        pytest.param("Standard_NC40ads_H100_v5", False, id="not known to support it"),
    ],
)
def test_encryption_at_host_is_asked_for_where_the_size_has_it(
    build, vm_size, is_encrypted
) -> None:
    assert pool_of(build({"gpu.vmSize": vm_size}), "gpu")["enableEncryptionAtHost"] is is_encrypted


def test_the_api_server_is_reached_from_everywhere_unless_ranges_are_set(build) -> None:
    assert "apiServerAccessProfile" not in build()["properties"]
    body = build(ranges=("203.0.113.7/32",))
    assert body["properties"]["apiServerAccessProfile"] == {
        "authorizedIPRanges": ["203.0.113.7/32"]
    }
    assert find_unknown(body, models.ManagedCluster) == []


def test_disks_are_encrypted_with_the_key_that_is_named(build) -> None:
    assert "diskEncryptionSetID" not in build()["properties"]
    encryption_set = (
        f"/subscriptions/{'1' * 36}/resourceGroups/g/providers/Microsoft.Compute/"
        "diskEncryptionSets/des"
    )
    body = build({"cluster.diskEncryptionSetId": encryption_set})
    assert body["properties"]["diskEncryptionSetID"] == encryption_set
    assert find_unknown(body, models.ManagedCluster) == []


def test_containers_are_collected_from_where_a_workspace_is_set(build) -> None:
    assert "addonProfiles" not in build()["properties"]
    body = build(workspace="/workspaces/logs")
    assert body["properties"]["addonProfiles"] == {
        "omsagent": {
            "enabled": True,
            "config": {
                "logAnalyticsWorkspaceResourceID": "/workspaces/logs",
                "useAADAuth": "true",
            },
        }
    }
    assert find_unknown(body, models.ManagedCluster) == []


def test_a_cluster_without_the_agent_is_not_current_once_a_workspace_is_set(build) -> None:
    existing = as_aks_answers(build())
    assert is_cluster_current(existing, build(existing=existing))
    wanted = build(existing=existing, workspace="/workspaces/logs")
    assert not is_cluster_current(existing, wanted)
    existing["properties"]["addonProfiles"] = {
        "azurepolicy": {"enabled": True},
        "omsagent": {
            "enabled": True,
            "config": {
                "logAnalyticsWorkspaceResourceID": "/Workspaces/Logs",
                "useAADAuth": "true",
            },
            "identity": {"clientId": "1"},
        },
    }
    assert is_cluster_current(existing, build(existing=existing, workspace="/workspaces/logs"))


@pytest.mark.parametrize("tier", ["Free", "Standard"])
def test_the_control_plane_has_the_tier_of_the_specification(build, tier: str) -> None:
    assert build({"cluster.tier": tier})["sku"] == {"name": "Base", "tier": tier}


def test_patches_come_by_themselves_and_node_images_do_not(build) -> None:
    assert build()["properties"]["autoUpgradeProfile"] == {
        "upgradeChannel": "patch",
        "nodeOSUpgradeChannel": "SecurityPatch",
    }


def test_access_is_by_entra_and_workload_identity_only(build) -> None:
    properties = build()["properties"]
    assert properties["aadProfile"] == {"managed": True, "enableAzureRBAC": True}
    assert properties["disableLocalAccounts"] is True
    assert properties["oidcIssuerProfile"] == {"enabled": True}
    assert properties["securityProfile"] == {"workloadIdentity": {"enabled": True}}


@pytest.mark.parametrize(
    ("changes", "nodes"),
    [
        pytest.param({"workload.replicas": 0}, 0, id="nothing runs, nothing boots"),
        pytest.param({"workload.replicas": 1}, 1, id="one replica"),
        pytest.param({"workload.replicas": 3}, 3, id="one node a replica"),
        pytest.param({"workload.replicas": 0, "gpu.minNodes": 2}, 2, id="the minimum stays up"),
        pytest.param({"workload.replicas": 9}, 5, id="never above the maximum"),
        pytest.param(
            {"gpu.vmSize": "Standard_NC96ads_A100_v4", "workload.replicas": 5},
            2,
            id="four replicas share a node",
        ),
        pytest.param(
            {"gpu.vmSize": "Standard_Retired_Since", "workload.replicas": 2},
            2,
            id="a size that is no longer known",
        ),
    ],
)
def test_the_first_nodes_are_those_the_replicas_need(make_spec, changes, nodes) -> None:
    assert first_gpu_node_count(make_spec(changes)) == nodes


def test_the_resource_group_carries_the_tags_that_the_sweep_looks_for(make_spec) -> None:
    group = build_resource_group(make_spec(), "westeurope")
    assert group["location"] == "westeurope"
    assert group["tags"]["managed-by"] == "gridplane"


def test_an_update_keeps_what_others_decide(build) -> None:
    existing = as_aks_answers(build())
    pool_of(existing, "gpu")["count"] = 4
    foreign = {"name": "extra", "mode": "User", "count": 1}
    existing["properties"]["agentPoolProfiles"].append(foreign)
    existing["tags"]["cost-review"] = "2026-12"
    body = build({"workload.replicas": 2}, existing)
    assert pool_of(body, "gpu")["count"] == 4, "the autoscaler's own count"
    assert pool_of(body, "gpu")["orchestratorVersion"] == "1.34"
    assert pool_of(body, "extra") == foreign
    assert body["properties"]["kubernetesVersion"] == "1.34"
    assert body["tags"]["cost-review"] == "2026-12"


@pytest.mark.parametrize(
    ("count", "changes", "within"),
    [
        (5, {"gpu.maxNodes": 2}, 2),
        (0, {"gpu.minNodes": 2}, 2),
        (3, {"gpu.maxNodes": 4}, 3),
        (0, {}, 0),
    ],
)
def test_an_update_brings_the_autoscaled_count_within_the_new_limits(
    build, count, changes, within
) -> None:
    existing = as_aks_answers(build())
    pool_of(existing, "gpu")["count"] = count
    assert pool_of(build(changes, existing), "gpu")["count"] == within


def test_a_cluster_without_an_identity_gets_one(build) -> None:
    existing = as_aks_answers(build())
    del existing["identity"]
    assert build(existing=existing)["identity"] == {"type": "SystemAssigned"}


def test_the_autoscaler_of_a_system_pool_has_its_node_count(build):
    """AKS refuses a count for a pool that is under the autoscaler."""
    existing = as_aks_answers(build())
    pool_of(existing, "system").update(enableAutoScaling=True, minCount=2, maxCount=6, count=4)
    pool = pool_of(build(existing=existing), "system")
    assert (pool["enableAutoScaling"], pool["count"]) == (True, 4)


def test_a_cluster_keeps_the_managed_identity_that_it_was_given(build):
    existing = as_aks_answers(build())
    assigned = {"/identities/corp": {"clientId": "1", "principalId": "2"}}
    existing["identity"] = {"type": "UserAssigned", "userAssignedIdentities": assigned}
    body = build(existing=existing)
    assert body["identity"] == {
        "type": "UserAssigned",
        "userAssignedIdentities": {"/identities/corp": {}},
    }
    assert is_cluster_current(existing, body)


@pytest.mark.parametrize(
    ("count", "changes"),
    [
        pytest.param(0, {}, id="emptied by hand"),
        pytest.param(0, {"gpu.minNodes": 1}, id="below the new minimum"),
        pytest.param(9, {"gpu.maxNodes": 2}, id="above the new maximum"),
    ],
)
def test_a_pool_whose_autoscaler_is_off_gets_it_back_with_its_count(build, count, changes) -> None:
    """AKS refuses to change the count in the same request; the autoscaler brings it within."""
    existing = as_aks_answers(build())
    pool_of(existing, "gpu").update(enableAutoScaling=False, count=count)
    pool = pool_of(build(changes, existing), "gpu")
    assert (pool["enableAutoScaling"], pool["count"]) == (True, count)


def test_an_update_takes_away_nothing_that_others_switched_on(build) -> None:
    """A PUT takes away what it does not name."""
    existing = as_aks_answers(build())
    existing["sku"] = {"name": "Base", "tier": "Standard"}
    defender = {"defender": {"securityMonitoring": {"enabled": True}}}
    addons = {"azurepolicy": {"enabled": True}}
    existing["properties"]["addonProfiles"] = addons
    existing["properties"]["securityProfile"] |= defender
    pool_of(existing, "gpu")["nodeLabels"]["team"] = "blue"
    body = build({"gpu.maxNodes": 9}, existing)
    assert body["sku"] == existing["sku"]
    assert body["properties"]["addonProfiles"] == addons
    assert body["properties"]["securityProfile"] == {
        "workloadIdentity": {"enabled": True},
        **defender,
    }
    assert body["properties"]["networkProfile"]["podCidr"] == "10.244.0.0/16"
    pool = pool_of(body, "gpu")
    assert pool["nodeLabels"] == {"gridplane.io/gpu-pool": "true", "team": "blue"}
    assert (pool["maxPods"], pool["maxCount"]) == (250, 9)


def test_an_update_sends_nothing_back_that_only_azure_says(build) -> None:
    body = build(existing=as_aks_answers(build()))
    said_of: list[tuple[dict[str, Any], Any]] = [
        (body["properties"], models.ManagedClusterProperties),
        (pool_of(body, "gpu"), models.ManagedClusterAgentPoolProfile),
    ]
    for said, model in said_of:
        model()  # The first instance fills the class's table of fields.
        fields = model._attr_to_rest_field.values()
        read_only = {f._rest_name for f in fields if f._visibility == ["read"]}
        assert read_only
        assert not read_only & set(said)


def change_nothing(existing: dict[str, Any]) -> None:
    pass


def let_the_autoscaler_work(existing: dict[str, Any]) -> None:
    pool_of(existing, "gpu")["count"] = 0


def leave_out_what_is_off(existing: dict[str, Any]) -> None:
    del pool_of(existing, "gpu")["minCount"]


def add_what_aks_adds_to_spot_pools(existing: dict[str, Any]) -> None:
    pool_of(existing, "gpu")["nodeTaints"].append(
        "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"
    )


def still_creating(existing: dict[str, Any]) -> None:
    existing["properties"]["provisioningState"] = "Creating"


@pytest.mark.parametrize(
    "change",
    [
        change_nothing,
        let_the_autoscaler_work,
        leave_out_what_is_off,
        add_what_aks_adds_to_spot_pools,
        still_creating,
    ],
)
def test_a_cluster_is_current_whatever_azure_adds(build, change) -> None:
    existing = as_aks_answers(build())
    change(existing)
    assert is_cluster_current(existing, build())


def disable_autoscaler(existing: dict[str, Any]) -> None:
    pool_of(existing, "gpu").update(enableAutoScaling=False, count=0)


def drop_gpu_pool(existing: dict[str, Any]) -> None:
    properties = existing["properties"]
    properties["agentPoolProfiles"] = [pool_of(existing, "system")]


def lower_maximum(existing: dict[str, Any]) -> None:
    pool_of(existing, "gpu")["maxCount"] = 2


def forget_maximum(existing: dict[str, Any]) -> None:
    del pool_of(existing, "gpu")["maxCount"]


def drop_taint(existing: dict[str, Any]) -> None:
    pool_of(existing, "gpu")["nodeTaints"] = None


def fail(existing: dict[str, Any]) -> None:
    existing["properties"]["provisioningState"] = "Failed"


def cancel(existing: dict[str, Any]) -> None:
    existing["properties"]["provisioningState"] = "Canceled"


def delete(existing: dict[str, Any]) -> None:
    existing["properties"]["provisioningState"] = "Deleting"


def allow_local_accounts(existing: dict[str, Any]) -> None:
    existing["properties"]["disableLocalAccounts"] = False


def retag(existing: dict[str, Any]) -> None:
    existing["tags"]["cost-center"] = "OTHER"


def shrink_system_pool(existing: dict[str, Any]) -> None:
    pool_of(existing, "system")["count"] = 1


def lose_everything(existing: dict[str, Any]) -> None:
    existing.clear()


@pytest.mark.parametrize(
    "change",
    [
        disable_autoscaler,
        drop_gpu_pool,
        lower_maximum,
        forget_maximum,
        drop_taint,
        fail,
        cancel,
        delete,
        allow_local_accounts,
        retag,
        shrink_system_pool,
        lose_everything,
    ],
)
def test_a_cluster_is_not_current_after(build, change) -> None:
    existing = as_aks_answers(build())
    change(existing)
    assert not is_cluster_current(existing, build())


def test_what_is_to_be_off_is_not_current_while_it_is_on(build) -> None:
    size = {"gpu.vmSize": "Standard_NC40ads_H100_v5"}
    existing = as_aks_answers(build(size))
    assert is_cluster_current(existing, build(size))
    pool_of(existing, "gpu")["enableEncryptionAtHost"] = True
    assert not is_cluster_current(existing, build(size))


def test_a_pool_that_is_missing_is_not_part_of_its_clusters_put(build):
    existing = as_aks_answers(build())
    profiles = existing["properties"]["agentPoolProfiles"]
    existing["properties"]["agentPoolProfiles"] = [p for p in profiles if p["name"] != "gpu"]
    body = build(existing=existing)
    assert [pool["name"] for pool in body["properties"]["agentPoolProfiles"]] == ["system"]
    assert is_cluster_current(existing, body)


def test_a_stopped_cluster_is_not_current(build):
    existing = as_aks_answers(build())
    existing["properties"]["powerState"] = {"code": "Stopped"}
    assert not is_cluster_current(existing, build(existing=existing))


@pytest.fixture
def build_pool(make_spec):
    def build_body(changes=None, existing=None) -> dict[str, Any]:
        return build_agent_pool(make_spec(changes), existing)

    return build_body


def test_a_pool_of_its_own_is_the_one_of_the_cluster(build, build_pool):
    inline = pool_of(build(), "gpu")
    assert {"name": "gpu", **build_pool()["properties"]} == inline


@pytest.mark.parametrize(
    ("changes", "is_current"),
    [
        pytest.param({}, True, id="as it should be"),
        pytest.param({"count": 4}, True, id="the autoscaler decides on the count"),
        pytest.param({"nodeLabels": {"team": "blue", **GPU_LABELS}}, True, id="labels of others"),
        pytest.param({"provisioningState": "Updating"}, True, id="becoming what it should be"),
        pytest.param({"maxCount": 9}, False, id="other limits"),
        pytest.param({"enableAutoScaling": False, "count": 0}, False, id="scaled to zero by hand"),
        pytest.param({"provisioningState": "Failed"}, False, id="failed"),
        pytest.param({"powerState": {"code": "Stopped"}}, False, id="stopped"),
    ],
)
def test_a_pool_is_current_when_it_has_all_that_is_wanted(
    build_pool, changes: dict[str, Any], is_current: bool
):
    properties = build_pool()["properties"] | {"provisioningState": "Succeeded"}
    existing = {"properties": {**properties, **changes}}
    assert is_pool_current(existing, build_pool(existing=existing)) is is_current


def test_a_stopped_pool_is_started_by_its_put(build_pool):
    stopped = {"properties": {**build_pool()["properties"], "powerState": {"code": "Stopped"}}}
    assert build_pool(existing=stopped)["properties"]["powerState"] == {"code": "Running"}


@pytest.mark.parametrize(
    "gpu",
    [
        pytest.param({"vmSize": "Standard_NC48ads_A100_v4"}, id="size"),
        pytest.param({"vmSize": "Standard_NC24ads_A100_v4", "spot": True}, id="priority"),
    ],
)
def test_a_pool_that_must_be_replaced_stays_as_it_is_in_its_clusters_put(build, build_pool, gpu):
    """AKS refuses to change it; the pool's own step deletes and creates it."""
    existing = as_aks_answers(build())
    wanted = {"gpu": {"maxNodes": 7, **gpu}}
    body = build(wanted, existing)
    assert pool_of(body, "gpu")["vmSize"].lower() == "standard_nc24ads_a100_v4"
    assert pool_of(body, "gpu")["maxCount"] != 7
    found = {"properties": pool_of(existing, "gpu")}
    assert build_pool(wanted, found) == build_pool(wanted)


SECRETS = {"HF_TOKEN": {"keyVaultSecretId": "https://fraud-team.vault.azure.net/secrets/hf-token"}}
ADDON = {
    "azureKeyvaultSecretsProvider": {
        "enabled": True,
        "config": {"enableSecretRotation": "true", "rotationPollInterval": "2m"},
    }
}


def test_only_a_cluster_whose_pods_read_secrets_gets_the_add_on_that_mounts_them(build) -> None:
    body = build({"workload.secrets": SECRETS})
    assert body["properties"]["addonProfiles"] == ADDON
    assert find_unknown(body, models.ManagedCluster) == []
    assert "addonProfiles" not in build()["properties"]


def test_the_add_on_is_enabled_beside_those_of_others_and_stays(build) -> None:
    before = as_aks_answers(build())
    before["properties"]["addonProfiles"] = {"azurepolicy": {"enabled": True, "config": None}}
    changed = build({"workload.secrets": SECRETS}, before)
    assert not is_cluster_current(before, changed)
    both = {"azurepolicy": {"enabled": True, "config": None}, **ADDON}
    assert changed["properties"]["addonProfiles"] == both
    assert build(existing=as_aks_answers(changed))["properties"]["addonProfiles"] == both


def test_an_answer_that_adds_the_identity_of_the_add_on_is_current(build) -> None:
    body = build({"workload.secrets": SECRETS})
    answer = as_aks_answers(body)
    identity = {"resourceId": "/x", "clientId": "y", "objectId": "z"}
    answer["properties"]["addonProfiles"]["azureKeyvaultSecretsProvider"]["identity"] = identity
    assert is_cluster_current(answer, build({"workload.secrets": SECRETS}, answer))


SOURCE = {"name": "m", "version": "1", "source": "az://acmemodels/weights/m/1"}
DRIVER = {"blobCSIDriver": {"enabled": True}}


def test_only_a_cluster_whose_pods_mount_weights_gets_the_driver_for_blobs(build) -> None:
    body = build({"workload.model": SOURCE})
    assert body["properties"]["storageProfile"] == DRIVER
    assert find_unknown(body, models.ManagedCluster) == []
    assert "storageProfile" not in build()["properties"]


def test_the_driver_for_blobs_is_enabled_beside_the_settings_of_others_and_stays(build) -> None:
    before = as_aks_answers(build())
    others = {"diskCSIDriver": {"enabled": True}, "fileCSIDriver": {"enabled": False}}
    before["properties"]["storageProfile"] = others
    changed = build({"workload.model": SOURCE}, before)
    assert not is_cluster_current(before, changed)
    assert changed["properties"]["storageProfile"] == {**others, **DRIVER}
    kept = build(existing=as_aks_answers(changed))
    assert kept["properties"]["storageProfile"] == {**others, **DRIVER}


@pytest.mark.parametrize(
    ("cluster", "found"),
    [
        (
            {"properties": {"identityProfile": {"kubeletidentity": {"objectId": "an-id"}}}},
            "an-id",
        ),
        ({"properties": {"identityProfile": {"kubeletidentity": {"objectId": ""}}}}, None),
        ({"properties": {"identityProfile": {"kubeletidentity": None}}}, None),
        ({"properties": {"identityProfile": {"other": {"objectId": "an-id"}}}}, None),
        ({"properties": {"identityProfile": None}}, None),
        ({"properties": {}}, None),
        ({}, None),
    ],
)
def test_a_cluster_shows_whose_roles_pull_its_images_once_it_is_created(
    cluster: dict[str, Any], found: str | None
):
    assert find_kubelet_identity(cluster) == found
