"""`kubeconfig`: printed or merged, without a credential whatever AKS hands out."""

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.command_line import NAME, CommandLine
from tests.support.fake_clusters import AUTHORITY, SECRETS, TENANT

CLUSTER = "gp-fraud-llm-westeurope"
PRINTED = f"""\
apiVersion: v1
kind: Config
clusters:
- name: {CLUSTER}
  cluster:
    certificate-authority-data: {AUTHORITY}
    server: https://{CLUSTER}.hcp.azmk8s.io:443
users:
- name: {CLUSTER}
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: kubelogin
      args:
      - get-token
      - --login
      - azurecli
      - --server-id
      - aks-server
      installHint: 'kubelogin gets tokens for AKS: `az aks install-cli` installs it.'
      interactiveMode: IfAvailable
      provideClusterInfo: false
contexts:
- name: {CLUSTER}
  context:
    cluster: {CLUSTER}
    user: {CLUSTER}
    namespace: inference
current-context: {CLUSTER}
"""
OTHERS: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Config",
    "preferences": {"colors": True},
    "clusters": [
        {"name": "other", "cluster": {"server": "https://other"}},
        {"name": CLUSTER, "cluster": {"server": "https://before"}},
    ],
    "users": [{"name": "other", "user": {"token": "of-others"}}],
    "contexts": [{"name": "other", "context": {"cluster": "other", "user": "other"}}],
    "current-context": "other",
}


@pytest.fixture
def ready(cli: CommandLine) -> CommandLine:
    cli.create()
    return cli


def arguments(printed: str) -> list[str]:
    return yaml.safe_load(printed)["users"][0]["user"]["exec"]["args"]


def test_it_is_printed_with_kubelogin_in_place_of_a_credential(ready: CommandLine):
    assert ready("kubeconfig", NAME).out == PRINTED


def test_formats_and_queries_are_of_the_file(ready: CommandLine):
    assert ready("kubeconfig", NAME, "-o", "json").json == yaml.safe_load(PRINTED)
    assert ready("kubeconfig", NAME, "-o", "name").out == f"{CLUSTER}\n"
    server = ready("kubeconfig", NAME, "--query", "clusters[].cluster.server").out
    assert server == f"https://{CLUSTER}.hcp.azmk8s.io:443\n"


def test_a_key_that_aks_hands_out_does_not_reach_the_file(ready: CommandLine):
    ready.clusters.user = dict(SECRETS)
    printed = ready("kubeconfig", NAME).out
    assert not [each for each in SECRETS.values() if each in printed]
    assert arguments(printed)[-1] == "6dae42f8-4368-4678-94ff-3960e28e3630"


def test_people_sign_in_as_the_client_of_aks(ready: CommandLine):
    assert arguments(ready("kubeconfig", NAME, "--login", "devicecode").out)[2:] == [
        *("devicecode", "--server-id", "aks-server"),
        *("--client-id", "80faf920-1908-4b52-b5ef-a8e7bedfc67a", "--tenant-id", TENANT),
    ]
    refused = ready("kubeconfig", NAME, "--login", "spn")
    assert (refused.code, "azurecli, devicecode" in refused.err) == (2, True)


def test_another_program_may_get_the_token(ready: CommandLine):
    ready.environ["GRIDPLANE_KUBE_CREDENTIAL_COMMAND"] = "env A='b c' my-login --fast"
    user = yaml.safe_load(ready("kubeconfig", NAME).out)["users"][0]["user"]["exec"]
    assert (user["command"], user["args"]) == ("env", ["A=b c", "my-login", "--fast"])
    assert "installHint" not in user


def test_it_is_merged_into_the_file_of_kubectl(ready: CommandLine, tmp_path: Path):
    path = tmp_path / "kube" / "config"
    ready.environ["KUBECONFIG"] = f"{path}:{tmp_path / 'second'}"
    result = ready("kubeconfig", NAME, "--merge")
    assert (result.code, result.out) == (0, f"{path}\n")
    assert yaml.safe_load(path.read_text()) == yaml.safe_load(PRINTED)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["config"]


def test_kubectl_is_told_of_a_file_that_it_would_not_read(ready: CommandLine, tmp_path: Path):
    path = tmp_path / "my clusters"
    ready.environ["KUBECONFIG"] = str(tmp_path / "config")
    assert f"kubectl --kubeconfig '{path}' get pods\n" in (
        ready("kubeconfig", NAME, "--file", str(path)).err
    )
    merged = ready("kubeconfig", NAME, "--merge")
    assert "kubectl get pods\n" in merged.err


def test_what_others_have_in_the_file_stays(ready: CommandLine, tmp_path: Path):
    path = tmp_path / "of-kubectl"
    path.write_text(yaml.safe_dump(OTHERS))
    assert ready("kubeconfig", NAME, "--file", str(path)).code == 0
    ready("kubeconfig", NAME, "--file", str(path))
    merged = yaml.safe_load(path.read_text())
    assert merged["preferences"] == {"colors": True}
    assert [each["name"] for each in merged["clusters"]] == ["other", CLUSTER]
    assert merged["users"][0] == OTHERS["users"][0]
    assert len(merged["users"]) == len(merged["contexts"]) == 2
    assert merged["clusters"][1]["cluster"]["server"].endswith("azmk8s.io:443")
    assert merged["current-context"] == CLUSTER


@pytest.mark.parametrize("text", ["- a list", "clusters: none", "{", "\x00"])
def test_a_file_that_is_no_kubeconfig_stays_as_it_is(
    ready: CommandLine, tmp_path: Path, text: str
):
    path = tmp_path / "of-kubectl"
    path.write_text(text)
    refused = ready("kubeconfig", NAME, "--file", str(path))
    assert (refused.code, str(path) in refused.err) == (2, True)
    assert path.read_text() == text


def test_each_region_has_a_context_and_one_may_be_chosen(cli: CommandLine):
    cli.clusters.regions = ("westeurope", "uksouth")
    cli.create(regions=["westeurope", "uksouth", "swedencentral"])
    both = cli("kubeconfig", NAME, "-o", "name")
    assert both.out.split() == [CLUSTER, "gp-fraud-llm-uksouth"]
    assert "swedencentral is left out" in both.err
    one = cli("kubeconfig", NAME, "--region", "UK South", "-o", "name")
    assert (one.out.split(), one.err) == (["gp-fraud-llm-uksouth"], "")
    none = cli("kubeconfig", NAME, "--region", "eastus")
    assert (none.code, "westeurope, uksouth" in none.err) == (3, True)


def test_what_has_no_cluster_is_told(ready: CommandLine):
    ready.clusters.regions = ()
    result = ready("kubeconfig", NAME)
    assert (result.code, "ClusterNotFound" in result.err) == (3, True)
    assert ready("kubeconfig", "none").code == 3
