"""`GET /environments/{name}/kubeconfig`: where the clusters are, and never a credential."""

import pytest

from tests.support.fake_clients import error_of
from tests.support.fake_clusters import AUTHORITY, SECRETS, TENANT, FakeClusters
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from tests.support.specs import spec_body

URL = "environments/fraud-llm/kubeconfig"


async def an_api(hub: FakeHub, clusters: FakeClusters, *regions: str) -> Api:
    api = Api(hub, read_clusters=clusters.read)
    await api.create(spec_body(regions=list(regions or ("westeurope",))))
    return api


async def test_a_cluster_is_told_by_address_authority_and_audience(hub: FakeHub):
    answer = await (await an_api(hub, FakeClusters())).get(URL)
    (cluster,) = answer.json["value"]
    assert (answer.status, answer.json["namespace"], answer.json["unread"]) == (
        *(200, "inference"),
        {},
    )
    assert cluster.pop("clusterId").endswith("/managedClusters/gp-fraud-llm-westeurope")
    assert cluster == {
        "region": "westeurope",
        "clusterName": "gp-fraud-llm-westeurope",
        "serverUrl": "https://gp-fraud-llm-westeurope.hcp.azmk8s.io:443",
        "certificateAuthorityData": AUTHORITY,
        "serverApplicationId": "aks-server",
        "tenantId": TENANT,
    }


async def test_what_a_cluster_with_local_accounts_hands_out_is_not_passed_on(hub: FakeHub):
    answer = await (await an_api(hub, FakeClusters(user=dict(SECRETS)))).get(URL)
    assert answer.status == 200
    assert not [each for each in SECRETS.values() if each in answer.text]
    (cluster,) = answer.json["value"]
    assert cluster["serverApplicationId"] == "6dae42f8-4368-4678-94ff-3960e28e3630"
    assert "tenantId" not in cluster


async def test_a_cluster_that_is_missing_hides_no_other(hub: FakeHub):
    answer = await (await an_api(hub, FakeClusters(), "westeurope", "uksouth")).get(URL)
    assert [each["region"] for each in answer.json["value"]] == ["westeurope"]
    assert list(answer.json["unread"]) == ["uksouth"]


@pytest.mark.parametrize(
    ("clusters", "status", "code"),
    [
        pytest.param(FakeClusters(regions=()), 404, "ClusterNotFound", id="none is there"),
        pytest.param(
            FakeClusters(refusal=error_of(403, "AuthorizationFailed")),
            *(503, "ClusterUnreachable"),
            id="AKS refuses",
        ),
        pytest.param(FakeClusters(is_silent=True), 503, "ClusterUnreachable", id="nobody answers"),
    ],
)
async def test_without_any_cluster_the_answer_says_why(
    hub: FakeHub, clusters: FakeClusters, status: int, code: str
):
    answer = await (await an_api(hub, clusters)).get(URL)
    assert (answer.status, answer.error["code"]) == (status, code)
    assert "westeurope: " in answer.error["message"]
    assert ("Retry-After" in answer.headers) == (status == 503)


async def test_what_does_not_exist_has_no_clusters(hub: FakeHub):
    assert (await Api(hub).get(URL)).error["code"] == "EnvironmentNotFound"
