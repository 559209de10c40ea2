"""What of a kubeconfig passes: where the cluster is, and never a credential."""

from typing import Any

import pytest

from domain.arm.naming import INFERENCE_NAMESPACE, cluster_id
from domain.serving.cluster_access import (
    AKS_SERVER_APPLICATION,
    ClusterAccess,
    UnreadCluster,
    build_access,
    read_kubeconfig,
)

WEST = "westeurope"
CLUSTER = cluster_id("0", "fraud-llm", WEST)
SERVER = "https://gp-fraud-llm.hcp.westeurope.azmk8s.io:443"
ARGUMENTS = ["get-token", "--server-id", "a-server", "--tenant-id", "a-tenant", "--login", "msi"]


def kubeconfig(user: Any, **cluster: str) -> dict[str, Any]:
    return {
        "clusters": [
            {"name": "first", "cluster": {"server": SERVER, **cluster}},
            {"name": "second", "cluster": {"server": "https://other"}},
        ],
        "users": user,
    }


def of_kubelogin(*arguments: str) -> list[dict[str, Any]]:
    return [{"name": "a-user", "user": {"exec": {"args": [*arguments]}}}]


@pytest.mark.parametrize(
    ("user", "server_id", "tenant"),
    [
        pytest.param(of_kubelogin(*ARGUMENTS), "a-server", "a-tenant", id="kubelogin"),
        pytest.param(
            of_kubelogin("get-token", "--tenant-id", "a-tenant"),
            AKS_SERVER_APPLICATION,
            "a-tenant",
            id="no audience",
        ),
        pytest.param(of_kubelogin(), AKS_SERVER_APPLICATION, None, id="no arguments"),
        pytest.param([{"user": {"exec": None}}], AKS_SERVER_APPLICATION, None, id="no plugin"),
        pytest.param([{"name": "x"}], AKS_SERVER_APPLICATION, None, id="an empty user"),
        pytest.param([], AKS_SERVER_APPLICATION, None, id="no users"),
        pytest.param(None, AKS_SERVER_APPLICATION, None, id="users are absent"),
    ],
)
def test_a_cluster_is_told_by_its_address_and_the_audience_of_its_tokens(
    user: Any, server_id: str, tenant: str | None
):
    known = {"certificate-authority-data": "Q0E="}
    assert read_kubeconfig(WEST, CLUSTER, kubeconfig(user, **known)) == ClusterAccess(
        region=WEST,
        cluster_name="gp-fraud-llm-westeurope",
        cluster_id=CLUSTER,
        server_url=SERVER,
        certificate_authority_data="Q0E=",
        server_application_id=server_id,
        tenant_id=tenant,
    )


def test_a_cluster_may_name_no_certificates():
    found = read_kubeconfig(WEST, CLUSTER, kubeconfig([]))
    assert isinstance(found, ClusterAccess)
    assert found.certificate_authority_data is None


def test_no_credential_of_a_local_account_passes():
    secrets = {"client-certificate-data": "SECRET", "client-key-data": "SECRET", "token": "SECRET"}
    found = read_kubeconfig(WEST, CLUSTER, kubeconfig([{"name": "admin", "user": secrets}]))
    assert isinstance(found, ClusterAccess)
    assert "SECRET" not in str(found.to_wire())


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"clusters": None},
        {"clusters": []},
        {"clusters": [{}]},
        {"clusters": [{"cluster": {}}]},
        {"clusters": [{"cluster": None}]},
    ],
)
def test_what_names_no_cluster_is_told_as_unread(answer: dict[str, Any]):
    assert read_kubeconfig(WEST, CLUSTER, answer) == UnreadCluster(
        WEST, "AKS returned no kubeconfig", is_missing=False
    )


def test_clusters_that_are_unread_are_named_beside_the_others():
    there = read_kubeconfig(WEST, CLUSTER, kubeconfig([]))
    access = build_access("fraud-llm", [there, UnreadCluster("uksouth", "no", is_missing=True)])
    assert (access.environment, access.namespace) == ("fraud-llm", INFERENCE_NAMESPACE)
    assert (access.value, access.unread) == ((there,), {"uksouth": "no"})
