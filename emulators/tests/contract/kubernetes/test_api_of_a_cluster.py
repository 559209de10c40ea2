"""What only a cluster with nodes and controllers can show of its API."""

import asyncio
import json
from typing import Any

import pytest

from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import DEPLOYMENT, NODE
from emulators.tests.contract.kubernetes.clients import Api
from emulators.tests.contract.kubernetes.workloads import (
    DEPLOYMENT_URL,
    NAME,
    NAMESPACE,
    POD_URL,
    eventually,
    namespace,
    pods_of,
    ready_pod,
    small_deployment,
)

DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"


@pytest.fixture(autouse=True)
async def _namespace_exists(api: Api):
    await api.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("labelSelector=agentpool%3Dsystem", 1),
        ("labelSelector=agentpool+in+(system,gpu)", 1),
        ("labelSelector=agentpool!%3Dsystem", 0),
        ("labelSelector=kubernetes.azure.com/accelerator", 0),
        ("labelSelector=!kubernetes.azure.com/accelerator", 1),
        ("fieldSelector=metadata.name%3Dnope", 0),
    ],
)
async def test_selectors_choose_nodes(api: Api, query: str, expected: int):
    assert len((await api.get(f"/api/v1/nodes?{query}"))["items"]) == expected


async def test_tables_carry_the_columns_of_kubectl(api: Api):
    answered = await api.call("GET", "/api/v1/nodes", accept=TABLE)

    columns = [each["name"] for each in answered.body["columnDefinitions"]]
    assert columns[:5] == ["Name", "Status", "Roles", "Age", "Version"]
    assert answered.body["rows"][0]["cells"][1:3] == ["Ready", "agent"]
    assert answered.body["rows"][0]["object"]["kind"] == "PartialObjectMetadata"


async def test_a_streaming_list_ends_with_a_bookmark(api: Api):
    query = "watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch="
    events: list[Any] = []
    async with api.watch(f"/api/v1/namespaces?{query}NotOlderThan") as stream:
        while len(events) < 6:
            events.append(json.loads(await stream.content.readline()))

    assert [each["type"] for each in events] == ["ADDED"] * 5 + ["BOOKMARK"]
    bookmark = events[-1]["object"]["metadata"]
    assert bookmark["annotations"] == {"k8s.io/initial-events-end": "true"}


async def test_a_list_of_a_forgotten_version_goes_on_with_what_is_there_now(
    api: Api, cluster: Cluster
):
    first = await api.get("/api/v1/namespaces?limit=4")
    for number in range(4100):
        _relabel(cluster, str(number))
    go_on = f"/api/v1/namespaces?continue={first['metadata']['continue']}"

    expired = await api.call("GET", go_on)
    assert (expired.status, expired.body["reason"]) == (410, "Expired")
    assert expired.message.startswith("The provided continue parameter is too old to display")
    rest = await api.get(f"/api/v1/namespaces?continue={expired.body['metadata']['continue']}")
    assert [each["metadata"]["name"] for each in rest["items"]] == ["kube-system"]


def _relabel(cluster: Cluster, value: str) -> None:
    def edit(node: Any) -> None:
        node["metadata"]["labels"]["round"] = value

    cluster.store.change(NODE, "", cluster.store.list(NODE)[0]["metadata"]["name"], edit)


async def test_a_foreground_deletion_ends_after_its_dependents(api: Api, cluster: Cluster):
    await api.call("POST", DEPLOYMENTS, small_deployment())
    await eventually(lambda: ready_pod(cluster))

    options = {"propagationPolicy": "Foreground"}
    leaving = (await api.call("DELETE", DEPLOYMENT_URL, options)).body

    assert leaving["metadata"]["finalizers"] == ["foregroundDeletion"]
    await eventually(lambda: cluster.store.get(*_key_of_deployment()) is None)
    assert ready_pod(cluster) is None


async def test_an_orphaning_deletion_leaves_the_pods(api: Api, cluster: Cluster):
    await api.call("POST", DEPLOYMENTS, small_deployment())
    pod = await eventually(lambda: ready_pod(cluster))

    await api.call("DELETE", f"{DEPLOYMENT_URL}?propagationPolicy=Orphan")
    await eventually(lambda: cluster.store.get(*_key_of_deployment()) is None)
    await asyncio.sleep(0.03)

    left = ready_pod(cluster)
    assert left is not None
    assert left["metadata"]["uid"] == pod["metadata"]["uid"]


@pytest.mark.parametrize("end", ["the pod is deleted", "its node goes away"])
async def test_a_finalizer_keeps_a_stopped_pod_until_it_is_taken_away(
    api: Api, cluster: Cluster, end: str
):
    pod = {"metadata": {"name": "p", "finalizers": ["example.com/kept"]}}
    pod["spec"] = {"containers": [{"name": "c", "image": "nginx"}]}
    await api.call("POST", POD_URL, pod)
    await eventually(lambda: ready_pod(cluster))

    if end == "the pod is deleted":
        await api.call("DELETE", f"{POD_URL}/p")
    else:
        cluster.remove_node_pool("system")

    await eventually(lambda: _is_without_grace(cluster))
    await api.call("PATCH", f"{POD_URL}/p", {"metadata": {"finalizers": None}}, MERGE)
    assert pods_of(cluster) == []


def _is_without_grace(cluster: Cluster) -> bool:
    metadata = pods_of(cluster)[0]["metadata"]
    return "deletionTimestamp" in metadata and metadata["deletionGracePeriodSeconds"] == 0


def _key_of_deployment() -> Any:
    return DEPLOYMENT, NAMESPACE, NAME


async def test_discovery_lists_groups_and_resources(api: Api):
    assert (await api.get("/api"))["versions"] == ["v1"]
    groups = [each["name"] for each in (await api.get("/apis"))["groups"]]
    assert groups == [
        "apps",
        "discovery.k8s.io",
        "policy",
        "networking.k8s.io",
        "secrets-store.csi.x-k8s.io",
        "keda.sh",
        "authorization.k8s.io",
    ]
    resources = {each["name"]: each for each in (await api.get("/api/v1"))["resources"]}
    assert resources["pods"]["shortNames"] == ["po"]
    assert resources["pods/log"]["verbs"] == ["get"]
    assert (await api.get("/version"))["gitVersion"] == "v1.33.5"
