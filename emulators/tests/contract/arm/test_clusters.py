"""Managed clusters, by the SDK and on the wire."""

import base64
from typing import Any

import pytest
import yaml
from azure.core.exceptions import HttpResponseError
from azure.mgmt.containerservice import models

from emulators.tests.contract.arm.conftest import Arm, Azure
from emulators.tests.support.arm_bodies import cluster_body, gpu_pool, system_pool
from emulators.tests.support.simulator import Control, SimulatorAddress

NAME = "gp-fraud-westeurope"
CLUSTER = f"resourceGroups/gp-fraud/providers/Microsoft.ContainerService/managedClusters/{NAME}"
VERSION = "2026-08-01"


async def create(azure: Azure, group: str, body: Any = None) -> Any:
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        group, NAME, body or cluster_body()
    )
    return await begun.result()


async def test_a_cluster_is_created_with_all_that_the_product_reads(
    azure: Azure, group: str, address: SimulatorAddress
) -> None:
    cluster: models.ManagedCluster = await create(azure, group, cluster_body(gpu_minimum=1))
    properties = cluster.properties
    assert properties is not None
    assert properties.provisioning_state == "Succeeded"
    assert properties.power_state is not None
    assert properties.power_state.code == "Running"
    assert properties.node_resource_group == "gp-fraud-westeurope-nodes"
    assert properties.fqdn is not None
    assert properties.fqdn.endswith(".hcp.westeurope.azmk8s.io")
    assert properties.current_kubernetes_version is not None
    assert properties.current_kubernetes_version.startswith(f"{properties.kubernetes_version}.")
    assert properties.oidc_issuer_profile is not None
    assert properties.oidc_issuer_profile.issuer_url is not None
    assert properties.oidc_issuer_profile.issuer_url.startswith(
        f"https://westeurope.oic.prod-aks.azure.com/{address.tenant_id}/"
    )
    assert properties.identity_profile is not None
    assert "kubeletidentity" in properties.identity_profile
    assert cluster.identity is not None
    assert cluster.identity.principal_id
    pools = {pool.name: pool for pool in properties.agent_pool_profiles or []}
    assert {name: pool.count for name, pool in pools.items()} == {"system": 1, "gpu": 1}
    assert pools["gpu"].node_taints == ["sku=gpu:NoSchedule"]
    assert {pool.provisioning_state for pool in pools.values()} == {"Succeeded"}


async def test_an_empty_kubernetes_version_means_the_default(azure: Azure, group: str) -> None:
    cluster = await create(azure, group, cluster_body(kubernetesVersion=""))
    assert cluster.properties.kubernetes_version == "1.35"
    (system, gpu) = cluster.properties.agent_pool_profiles
    assert system.orchestrator_version == gpu.orchestrator_version == "1.35"


async def test_a_pool_without_a_size_gets_one(azure: Azure, group: str) -> None:
    pools = [{**system_pool(), "vmSize": ""}]
    cluster = await create(azure, group, cluster_body(agentPoolProfiles=pools))
    (system,) = cluster.properties.agent_pool_profiles
    assert system.vm_size == "Standard_D4ds_v5"


async def test_a_create_names_an_operation_and_no_retry_after(arm: Arm, group: str) -> None:
    accepted = await arm.call("PUT", CLUSTER, cluster_body(), api_version=VERSION)
    assert accepted.status == 201
    assert accepted.body["properties"]["provisioningState"] == "Creating"
    assert "/resourcegroups/gp-fraud/" in accepted.body["id"]
    assert accepted.body["type"] == "Microsoft.ContainerService/ManagedClusters"
    assert accepted.headers["Content-Type"] == "application/json"
    assert "Location" not in accepted.headers
    assert "Retry-After" not in accepted.headers
    operation = accepted.headers["Azure-AsyncOperation"]
    assert "/locations/westeurope/operations/" in operation
    assert "api-version=2025-03-01&t=" in operation
    assert len(operation) > 2500

    poll = await arm.call("GET", operation)
    statuses = [poll.body["status"]]
    while statuses[-1] not in ("Succeeded", "Failed"):
        poll = await arm.poll(operation)
        statuses.append(poll.body["status"])
    assert "Retry-After" not in poll.headers
    assert statuses[-1] == "Succeeded"
    assert "ProvisioningControlPlane" in statuses
    assert len(poll.body["endTime"].partition(".")[2]) == len("1234567Z")


async def test_an_old_api_version_is_told_only_that_the_operation_runs(
    arm: Arm, group: str
) -> None:
    accepted = await arm.call("PUT", CLUSTER, cluster_body(), api_version="2024-09-01")
    operation = accepted.headers["Azure-AsyncOperation"]
    assert "api-version=2016-03-30&" in operation
    statuses = {(await arm.call("GET", operation)).body["status"] for _ in range(20)}
    assert statuses <= {"InProgress", "Succeeded"}


async def test_an_altered_operation_address_is_refused(arm: Arm, group: str) -> None:
    accepted = await arm.call("PUT", CLUSTER, cluster_body(), api_version=VERSION)
    operation = accepted.headers["Azure-AsyncOperation"]
    altered = await arm.call("GET", operation.replace("2025-03-01", "2026-08-01"))
    assert altered.error == (403, "AuthorizationFailed")


async def test_credentials_name_the_simulated_api_server_and_entra(
    azure: Azure, group: str, address: SimulatorAddress
) -> None:
    await create(azure, group)
    answer = await azure.containers.managed_clusters.list_cluster_user_credentials(group, NAME)
    assert answer.kubeconfigs is not None
    (kubeconfig,) = answer.kubeconfigs
    assert kubeconfig.name == "clusterUser"
    assert kubeconfig.value is not None
    config = yaml.safe_load(bytes(kubeconfig.value))
    cluster = config["clusters"][0]["cluster"]
    assert cluster["server"].startswith(f"{address.url}/kubernetes/")
    assert b"BEGIN CERTIFICATE" in base64.b64decode(cluster["certificate-authority-data"])
    login = config["users"][0]["user"]["exec"]
    assert login["command"] == "kubelogin"
    assert "6dae42f8-4368-4678-94ff-3960e28e3630" in login["args"]
    with pytest.raises(HttpResponseError, match="set to disable local accounts") as caught:
        await azure.containers.managed_clusters.list_cluster_admin_credentials(group, NAME)
    assert caught.value.status_code == 400


async def test_a_cluster_is_deleted_with_its_node_resource_group(
    azure: Azure, group: str, arm: Arm, control: Control
) -> None:
    await create(azure, group)
    accepted = await arm.call("DELETE", CLUSTER, api_version=VERSION)
    assert accepted.status == 202
    assert "/operations/" in accepted.headers["Azure-AsyncOperation"]
    assert "/operationresults/" in accepted.headers["Location"]
    assert "Retry-After" not in accepted.headers

    await (await azure.containers.managed_clusters.begin_delete(group, NAME)).result()

    gone = await arm.call("GET", CLUSTER, api_version=VERSION)
    assert gone.error == (404, "NotFound")
    assert gone.body["subcode"] == "GetManagedCluster_NotFound_HCPServerError"
    result = await arm.call("GET", accepted.headers["Location"])
    assert result.status == 204
    state = await control.state()
    assert [each["name"] for each in state["resourceGroups"]] == ["gp-fraud"]
    again = await arm.call("DELETE", CLUSTER, api_version=VERSION)
    assert again.status == 204


async def test_a_second_write_on_a_busy_cluster_is_a_conflict_without_retry_after(
    azure: Azure, group: str, arm: Arm
) -> None:
    await azure.containers.managed_clusters.begin_create_or_update(group, NAME, cluster_body())
    refusals = [
        await arm.call("PUT", CLUSTER, cluster_body(), api_version=VERSION),
        await arm.call("DELETE", CLUSTER, api_version=VERSION),
        await arm.call(
            "PUT", f"{CLUSTER}/agentPools/gpu2", {"properties": gpu_pool()}, api_version=VERSION
        ),
        await arm.call("PUT", CLUSTER, cluster_body(), api_version="2024-09-01"),
    ]
    for refusal in refusals:
        assert refusal.error == (409, "OperationNotAllowed")
        assert "Retry-After" not in refusal.headers
        assert set(refusal.body) == {"code", "details", "message", "subcode"}
    assert "in progress create managed cluster operation" in refusals[0].message
    assert "Another operation (Creating) is in progress" in refusals[-1].message


async def test_a_change_of_tags_by_patch_keeps_everything_else(azure: Azure, group: str) -> None:
    await create(azure, group)
    tags = models.TagsObject(tags={"owner": "fraud-team@example.com"})
    begun = await azure.containers.managed_clusters.begin_update_tags(group, NAME, tags)
    cluster = await begun.result()
    assert cluster.tags == {"owner": "fraud-team@example.com"}
    assert cluster.properties is not None
    assert len(cluster.properties.agent_pool_profiles or []) == 2


async def test_an_issuer_comes_with_an_update_and_stays(azure: Azure, group: str) -> None:
    without = await create(azure, group, cluster_body(oidcIssuerProfile={"enabled": False}))
    assert not without.properties.oidc_issuer_profile.issuer_url
    enabled = await create(azure, group, cluster_body(oidcIssuerProfile={"enabled": True}))
    issuer = enabled.properties.oidc_issuer_profile.issuer_url
    assert issuer.startswith("https://westeurope.oic.prod-aks.azure.com/")
    again = await create(azure, group, cluster_body(oidcIssuerProfile={"enabled": False}))
    assert again.properties.oidc_issuer_profile.issuer_url == issuer


async def test_a_write_with_a_stale_etag_is_refused(arm: Arm, azure: Azure, group: str) -> None:
    cluster = await create(azure, group)
    stale = await arm.call(
        "PUT", CLUSTER, cluster_body(), api_version=VERSION, headers={"If-Match": "stale"}
    )
    exists = await arm.call(
        "PUT", CLUSTER, cluster_body(), api_version=VERSION, headers={"If-None-Match": "*"}
    )
    absent = await arm.call(
        "PUT",
        CLUSTER.replace(NAME, "other"),
        cluster_body(),
        api_version=VERSION,
        headers={"If-Match": "*"},
    )
    fresh = await arm.call(
        "PUT", CLUSTER, cluster_body(), api_version=VERSION, headers={"If-Match": cluster.e_tag}
    )
    codes = [stale.error, exists.error, absent.error]
    assert codes == [(412, "PreconditionFailed")] * 3
    assert fresh.status == 200


async def test_a_failed_create_leaves_a_failed_cluster(
    azure: Azure, group: str, control: Control
) -> None:
    error = {"code": "ReconcileVMSSAgentPoolFailed", "message": 'Code="AllocationFailed"'}
    await control.add_fault(operation="PUT .*managedClusters", error=error, afterSeconds=2)
    with pytest.raises(HttpResponseError) as caught:
        await create(azure, group)
    assert caught.value.error is not None
    assert caught.value.error.code == "ReconcileVMSSAgentPoolFailed"
    cluster = await azure.containers.managed_clusters.get(group, NAME)
    assert cluster.properties is not None
    assert cluster.properties.provisioning_state == "Failed"
    await (await azure.containers.managed_clusters.begin_delete(group, NAME)).result()


async def test_names_ignore_case_and_keep_the_spelling_of_the_creation(
    azure: Azure, group: str
) -> None:
    await create(azure, group)
    cluster = await azure.containers.managed_clusters.get("GP-FRAUD", NAME.upper())
    assert cluster.name == NAME
    listed = [each.name async for each in azure.containers.managed_clusters.list()]
    in_group = azure.containers.managed_clusters.list_by_resource_group(group.upper())
    assert listed == [each.name async for each in in_group] == [NAME]


BAD_CLUSTERS = [
    pytest.param(
        {"location": None}, {}, 400, "LocationRequired", "location property", id="no location"
    ),
    pytest.param(
        {"location": "atlantis"},
        {},
        400,
        "LocationNotAvailableForResourceType",
        "The provided location 'atlantis'",
        id="unknown region",
    ),
    pytest.param(
        {},
        {"agentPoolProfiles": None},
        400,
        "InvalidParameter",
        "Required parameter agentPoolProfiles is missing (null).",
        id="no pools",
    ),
    pytest.param(
        {},
        {"agentPoolProfiles": [{**system_pool(), "mode": None}]},
        400,
        "MustDefineAtLeastOneSystemPool",
        "Must define at least one system pool.",
        id="mode left out",
    ),
    pytest.param(
        {},
        {"agentPoolProfiles": [{**system_pool(), "name": "System_Pool"}]},
        400,
        "InvalidParameter",
        "The value of parameter agentPoolProfile.name is invalid",
        id="bad pool name",
    ),
    pytest.param(
        {},
        {"agentPoolProfiles": [{**system_pool(), "count": 0}]},
        400,
        "InvalidParameter",
        "agentPoolProfile.count was 0. It must be greater or equal to minCount:1",
        id="system pool without a node",
    ),
    pytest.param(
        {},
        {"agentPoolProfiles": [{**system_pool(), "count": "1"}]},
        400,
        "UnmarshalError",
        "cannot unmarshal string",
        id="count as text",
    ),
    pytest.param(
        {},
        {"agentPoolProfiles": [{**system_pool(), "vmSize": "Standard_NC6s_v3"}]},
        400,
        "BadRequest",
        "The VM size of Standard_NC6s_v3 is not allowed in your subscription",
        id="retired size",
    ),
    pytest.param(
        {},
        {"agentPoolProfiles": [system_pool(), {"name": "gpu", **gpu_pool(minCount=6)}]},
        400,
        "InvalidParameter",
        "agentPoolProfile.maxCount",
        id="minimum above maximum",
    ),
    pytest.param(
        {},
        {"kubernetesVersion": "1.20"},
        400,
        "K8sVersionNotSupported",
        "Version 1.20 is not supported",
        id="old Kubernetes",
    ),
    pytest.param(
        {"identity": None},
        {},
        400,
        "InvalidParameter",
        "Required parameter servicePrincipalProfile is missing (null).",
        id="no identity",
    ),
]


@pytest.mark.parametrize(("top", "properties", "status", "code", "text"), BAD_CLUSTERS)
async def test_a_bad_cluster_is_refused_at_once(
    arm: Arm,
    group: str,
    control: Control,
    top: dict[str, Any],
    properties: dict[str, Any],
    status: int,
    code: str,
    text: str,
) -> None:
    body = {**cluster_body(**properties), **top}
    refusal = await arm.call("PUT", CLUSTER, body, api_version=VERSION)
    assert refusal.error == (status, code)
    assert text in refusal.message
    assert (await control.state())["resources"] == {}


@pytest.mark.parametrize(
    ("name", "limit", "text"),
    [
        pytest.param(
            "StandardNCADSA100v4Family",
            6,
            "Insufficient vcpu quota requested 24, remaining 6 for family "
            "StandardNCADSA100v4Family for region westeurope.",
            id="of the family",
        ),
        pytest.param(
            "cores",
            20,
            "Insufficient regional vcpu quota left for location westeurope. "
            "left regional vcpu quota 20, requested quota 28.",
            id="of the region",
        ),
    ],
)
async def test_too_little_quota_is_refused_with_the_numbers(
    arm: Arm, group: str, control: Control, name: str, limit: int, text: str
) -> None:
    await control.set_quota("westeurope", name, limit)
    refusal = await arm.call("PUT", CLUSTER, cluster_body(), api_version=VERSION)
    assert refusal.error == (400, "ErrCode_InsufficientVCPUQuota")
    assert refusal.message.startswith(text)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param(
            {"agentPoolProfiles": [system_pool(), {"name": "new", **gpu_pool()}]},
            "BadRequest",
            id="a pool is added by the cluster's request",
        ),
        pytest.param(
            {"agentPoolProfiles": [{**system_pool(), "vmSize": "Standard_D8ds_v5"}]},
            "PropertyChangeNotAllowed",
            id="another size",
        ),
        pytest.param(
            {"nodeResourceGroup": "elsewhere"}, "PropertyChangeNotAllowed", id="other node group"
        ),
    ],
)
async def test_a_change_that_aks_does_not_allow_is_refused(
    azure: Azure, arm: Arm, group: str, changes: dict[str, Any], code: str
) -> None:
    await create(azure, group)
    refusal = await arm.call("PUT", CLUSTER, cluster_body(**changes), api_version=VERSION)
    assert refusal.error == (400, code)


async def test_a_cluster_cannot_move(azure: Azure, arm: Arm, group: str) -> None:
    await create(azure, group)
    body = {**cluster_body(), "location": "northeurope"}
    refusal = await arm.call("PUT", CLUSTER, body, api_version=VERSION)
    assert refusal.error == (409, "InvalidResourceLocation")
