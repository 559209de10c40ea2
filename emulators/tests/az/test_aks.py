"""The life of a cluster and of its pools."""

from pathlib import Path

import pytest
import yaml

from emulators.tests.az.azure_cli import AzureCli

WHERE = "--resource-group gp-fraud --name fraud"
POOL = "--resource-group gp-fraud --cluster-name fraud --name gpu"


@pytest.fixture(scope="module")
def cluster(az: AzureCli, group: str) -> str:
    created = az(
        f"aks create {WHERE} --node-count 1 --node-vm-size Standard_D4ds_v5 --no-ssh-key",
        "[provisioningState, powerState.code, length(agentPoolProfiles)]",
    )
    assert created == ["Succeeded", "Running", 1]
    return "fraud"


@pytest.fixture
def pool(az: AzureCli, cluster: str) -> str:
    """A GPU pool with one node, whatever the test before has left."""
    if "gpu" not in az(
        "aks nodepool list --resource-group gp-fraud --cluster-name fraud", "[].name"
    ):
        az(
            f"aks nodepool add {POOL} --node-count 1 --node-vm-size Standard_NC4as_T4_v3 "
            "--node-taints sku=gpu:NoSchedule --labels a=b"
        )
    return "gpu"


def test_a_cluster_is_shown_and_listed(az: AzureCli, cluster: str) -> None:
    shown = az(
        f"aks show {WHERE}",
        "[name, agentPoolProfiles[0].[name, count, mode], nodeResourceGroup, resourceGroup]",
    )
    assert shown[:2] == ["fraud", ["nodepool1", 1, "System"]]
    assert shown[2:] == ["MC_gp-fraud_fraud_westeurope", "gp-fraud"]
    assert az("aks list --resource-group gp-fraud", "[].name") == ["fraud"]
    assert az("resource list --resource-group gp-fraud", "[].type") == [
        "Microsoft.ContainerService/managedClusters"
    ]
    offered = az(
        "aks get-versions --location westeurope", "values[?isDefault].patchVersions | [0]"
    )
    assert "1.35.7" in offered


def test_a_pool_is_added_scaled_and_updated(az: AzureCli, pool: str) -> None:
    shown = az(f"aks nodepool show {POOL}", "[count, vmSize, nodeTaints, nodeLabels]")
    assert shown == [1, "Standard_NC4as_T4_v3", ["sku=gpu:NoSchedule"], {"a": "b"}]
    assert az(f"aks nodepool scale {POOL} --node-count 2", "count") == 2
    assert az(f"aks nodepool scale {POOL} --node-count 0", "count") == 0
    assert az(f"aks nodepool scale {POOL} --node-count 1", "count") == 1
    on = az(
        f"aks nodepool update {POOL} --enable-cluster-autoscaler --min-count 1 --max-count 3",
        "[enableAutoScaling, minCount, maxCount, count]",
    )
    assert on == [True, 1, 3, 1]
    off = az(f"aks nodepool update {POOL} --disable-cluster-autoscaler", "enableAutoScaling")
    assert off is False
    assert az(f"aks nodepool update {POOL} --labels c=d", "nodeLabels") == {"c": "d"}
    names = az("aks nodepool list --resource-group gp-fraud --cluster-name fraud", "[].name")
    assert names == ["nodepool1", "gpu"]


def test_a_pool_is_stopped_started_and_deleted(az: AzureCli, pool: str) -> None:
    az(f"aks nodepool scale {POOL} --node-count 2")
    state = "[count, powerState.code, provisioningState]"
    assert az(f"aks nodepool stop {POOL}", state) == [0, "Stopped", "Succeeded"]
    assert az(f"aks nodepool start {POOL}", state) == [2, "Running", "Succeeded"]
    az(f"aks nodepool delete {POOL}")
    gone = az.refused(f"aks nodepool show {POOL}")
    assert (gone.exit_code, "(NotFound) Could not find the agentpool: gpu" in gone.text) == (
        3,
        True,
    )


def test_a_pool_gets_a_new_image(az: AzureCli, pool: str) -> None:
    latest = az(
        "aks nodepool get-upgrades --resource-group gp-fraud --cluster-name fraud "
        "--nodepool-name gpu",
        "latestNodeImageVersion",
    )
    az(f"aks nodepool upgrade {POOL} --node-image-only")
    shown = az(f"aks nodepool show {POOL}", "[nodeImageVersion, provisioningState]")
    assert shown == [latest, "Succeeded"]
    az(f"aks nodepool delete {POOL}")


def test_credentials_lead_to_the_cluster(az: AzureCli, cluster: str, tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    az(f"aks get-credentials {WHERE} --file {kubeconfig}")
    config = yaml.safe_load(kubeconfig.read_text())
    assert config["current-context"] == "fraud"
    server = config["clusters"][0]["cluster"]["server"]
    assert server.startswith(f"{az.address.url}/kubernetes/")


def test_a_stopped_cluster_refuses_changes_until_it_is_started(az: AzureCli, cluster: str) -> None:
    state = "[powerState.code, provisioningState, agentPoolProfiles[0].count]"
    az(f"aks stop {WHERE}")
    assert az(f"aks show {WHERE}", state) == ["Stopped", "Succeeded", 1]
    for command in (f"aks stop {WHERE}", f"aks scale {WHERE} --node-count 2"):
        refusal = az.refused(command)
        assert "(OperationNotAllowed)" in refusal.text
        assert "Power State(Stopped)" in refusal.text
    az(f"aks start {WHERE}")
    assert az(f"aks show {WHERE}", state) == ["Running", "Succeeded", 1]


def test_a_cluster_is_scaled_tagged_and_upgraded(az: AzureCli, cluster: str) -> None:
    assert az(f"aks scale {WHERE} --node-count 2", "agentPoolProfiles[0].count") == 2
    assert az(f"aks update {WHERE} --tags a=b", "tags") == {"a": "b"}
    issuer = az(f"aks update {WHERE} --enable-oidc-issuer", "oidcIssuerProfile.issuerUrl")
    assert issuer.startswith("https://westeurope.oic.prod-aks.azure.com/")
    upgrades = az(f"aks get-upgrades {WHERE}", "controlPlaneProfile.upgrades[].kubernetesVersion")
    assert upgrades == ["1.36.2"]
    upgraded = az(
        f"aks upgrade {WHERE} --kubernetes-version 1.36.2 --yes",
        "[currentKubernetesVersion, agentPoolProfiles[0].currentOrchestratorVersion]",
    )
    assert upgraded == ["1.36.2", "1.36.2"]


REFUSALS = [
    pytest.param("aks show --resource-group gp-fraud --name no", 3, "ResourceNotFound", id="none"),
    pytest.param(f"aks scale {WHERE} --node-count 0", 1, "InvalidParameter", id="no system node"),
    pytest.param(f"aks operation-abort {WHERE}", 1, "OperationNotAllowed", id="nothing to abort"),
    pytest.param(
        "aks nodepool delete --resource-group gp-fraud --cluster-name fraud --name nodepool1",
        1,
        "OperationNotAllowed",
        id="last pool",
    ),
    pytest.param(
        f"aks nodepool add {POOL} --node-count 200 --node-vm-size Standard_NC64as_T4_v3",
        1,
        "ErrCode_InsufficientVCPUQuota",
        id="beyond quota",
    ),
    pytest.param(
        f"aks nodepool add {POOL} --node-vm-size Standard_NC6s_v3", 1, "BadRequest", id="retired"
    ),
]


@pytest.mark.parametrize(("command", "exit_code", "code"), REFUSALS)
def test_what_azure_refuses_is_refused_with_its_code(
    az: AzureCli, cluster: str, command: str, exit_code: int, code: str
) -> None:
    refusal = az.refused(command)
    assert (refusal.exit_code, f"({code})" in refusal.text) == (exit_code, True), refusal.text


def test_a_cluster_is_deleted(az: AzureCli, group: str) -> None:
    where = f"--resource-group {group} --name short"
    created = az(f"aks create {where} --no-ssh-key", "agentPoolProfiles[0].[count, vmSize]")
    assert created == [3, "Standard_D4ds_v5"]
    az(f"aks delete {where} --yes")
    assert az.refused(f"aks show {where}").exit_code == 3
