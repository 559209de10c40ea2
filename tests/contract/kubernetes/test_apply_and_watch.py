"""Server-side apply, patches, lists, tables and watches over plain HTTP."""

import asyncio
import json
from typing import Any

import pytest

from simulator.kubernetes.cluster import Cluster
from simulator.kubernetes.kinds import DEPLOYMENT, NODE
from tests.contract.kubernetes.clients import Api
from tests.contract.kubernetes.workloads import (
    DEPLOYMENT_URL,
    NAME,
    NAMESPACE,
    deployment,
    eventually,
    namespace,
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


def _container(subject: Any) -> Any:
    return subject["spec"]["template"]["spec"]["containers"][0]


async def test_applying_the_same_twice_changes_nothing(api: Api):
    first = await api.apply(DEPLOYMENT_URL, deployment())
    await asyncio.sleep(0.02)
    before = await api.get(DEPLOYMENT_URL)
    second = await api.apply(DEPLOYMENT_URL, deployment())

    assert (first.status, second.status) == (201, 200)
    assert second.body["metadata"]["generation"] == 1
    assert second.body["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


async def test_what_a_manager_no_longer_applies_goes_with_its_defaults(api: Api):
    await api.apply(DEPLOYMENT_URL, deployment())
    without = deployment()
    del _container(without)["startupProbe"]
    del without["spec"]["replicas"]

    applied = (await api.apply(DEPLOYMENT_URL, without)).body

    assert "startupProbe" not in _container(applied)
    assert "readinessProbe" in _container(applied)
    assert applied["spec"]["replicas"] == 1


async def test_two_managers_share_an_object_field_by_field(api: Api):
    await api.apply(DEPLOYMENT_URL, small_deployment(), manager="a")
    annotation = {"metadata": {"annotations": {"team": "fraud"}}}
    theirs = {"apiVersion": "apps/v1", "kind": "Deployment", **annotation}
    await api.apply(DEPLOYMENT_URL, theirs, manager="b")

    shared = (await api.apply(DEPLOYMENT_URL, small_deployment(), manager="a")).body

    assert shared["metadata"]["annotations"]["team"] == "fraud"
    managers = {each["manager"]: each for each in shared["metadata"]["managedFields"]}
    assert managers["b"]["fieldsV1"] == {"f:metadata": {"f:annotations": {"f:team": {}}}}
    assert managers["b"]["operation"] == "Apply"


async def test_a_conflict_names_the_managers_and_force_takes_their_fields(api: Api):
    await api.apply(DEPLOYMENT_URL, small_deployment(), manager="a")
    two = small_deployment(replicas=2)

    conflict = await api.apply(DEPLOYMENT_URL, two, manager="b")
    assert (conflict.status, conflict.body["reason"]) == (409, "Conflict")
    assert conflict.message == 'Apply failed with 1 conflict: conflict with "a": .spec.replicas'
    assert conflict.body["details"]["causes"] == [
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "a"',
            "field": ".spec.replicas",
        }
    ]

    forced = await api.apply(DEPLOYMENT_URL, two, manager="b", force=True)
    assert forced.body["spec"]["replicas"] == 2
    assert (await api.apply(DEPLOYMENT_URL, small_deployment(), manager="a")).status == 409


async def test_an_update_owns_what_it_changed(api: Api):
    await api.apply(DEPLOYMENT_URL, small_deployment(), manager="a")
    await api.call(
        "PATCH", f"{DEPLOYMENT_URL}?fieldManager=scaler", {"spec": {"replicas": 3}}, MERGE
    )

    conflict = await api.apply(DEPLOYMENT_URL, small_deployment(), manager="a")

    assert conflict.message == (
        'Apply failed with 1 conflict: conflict with "scaler" using apps/v1: .spec.replicas'
    )


async def test_apply_needs_a_field_manager(api: Api):
    refused = await api.call(
        "PATCH", DEPLOYMENT_URL, small_deployment(), "application/apply-patch+yaml"
    )

    assert refused.status == 422
    assert refused.message == (
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for'
        " apply patch"
    )


async def test_apply_reads_yaml(api: Api):
    manifest = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: other\n"

    applied = await api.apply("/api/v1/namespaces/other", manifest)

    assert applied.status == 201
    assert applied.body["status"]["phase"] == "Active"


async def test_a_dry_run_answers_but_stores_nothing(api: Api):
    answered = await api.call("POST", f"{DEPLOYMENTS}?dryRun=All", small_deployment())

    assert answered.status == 201
    assert (await api.call("GET", DEPLOYMENT_URL)).status == 404


@pytest.mark.parametrize(
    ("content_type", "patch", "images"),
    [
        pytest.param(
            STRATEGIC,
            {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "b"}]}}}},
            ["nginx:1.29", "b"],
            id="strategic merge adds to a list",
        ),
        pytest.param(
            MERGE,
            {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "b"}]}}}},
            ["b"],
            id="merge replaces a list",
        ),
        pytest.param(
            "application/json-patch+json",
            [
                {
                    "op": "replace",
                    "path": "/spec/template/spec/containers/0/image",
                    "value": "c",
                }
            ],
            ["c"],
            id="json patch changes one value",
        ),
    ],
)
async def test_patches_merge_as_their_type_says(
    api: Api, content_type: str, patch: Any, images: list[str]
):
    await api.call("POST", DEPLOYMENTS, small_deployment())

    patched = await api.call("PATCH", DEPLOYMENT_URL, patch, content_type)

    containers = patched.body["spec"]["template"]["spec"]["containers"]
    assert sorted(each["image"] for each in containers) == sorted(images)
    assert patched.body["metadata"]["generation"] == 2


async def test_a_list_comes_in_pages(api: Api):
    names: list[str] = []
    token, remaining = "", []
    for _ in range(2):
        page = await api.get(f"/api/v1/namespaces?limit=3&continue={token}")
        names += [each["metadata"]["name"] for each in page["items"]]
        token = page["metadata"].get("continue", "")
        remaining.append(page["metadata"].get("remainingItemCount"))

    assert names == ["default", "inference", "kube-node-lease", "kube-public", "kube-system"]
    assert remaining == [2, None]


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


async def test_a_watch_tells_what_happens_from_a_version_on(api: Api):
    version = (await api.get(DEPLOYMENTS))["metadata"]["resourceVersion"]
    await api.call("POST", DEPLOYMENTS, small_deployment())

    seen: list[str] = []
    async with api.watch(f"{DEPLOYMENTS}?watch=true&resourceVersion={version}") as stream:
        async for line in stream.content:
            event = json.loads(line)
            assert event["object"]["metadata"]["name"] == NAME
            if not seen or seen[-1] != event["type"]:
                seen.append(event["type"])
            if len(seen) == 1:
                await api.call("DELETE", DEPLOYMENT_URL)
            if event["type"] == "DELETED":
                break

    assert seen[0] == "ADDED"
    assert seen[-1] == "DELETED"


async def test_an_object_that_leaves_a_selection_is_deleted_for_its_watcher(api: Api):
    await api.call("POST", DEPLOYMENTS, small_deployment())
    query = f"labelSelector=app%3D{NAME}&timeoutSeconds=5"

    types: list[str] = []
    async with api.watch(f"{DEPLOYMENTS}?watch=1&{query}") as stream:
        async for line in stream.content:
            types.append(json.loads(line)["type"])
            if len(types) == 1:
                patch = {"metadata": {"labels": {"app": "other"}}}
                await api.call("PATCH", DEPLOYMENT_URL, patch, MERGE)
            if types[-1] == "DELETED":
                break

    assert types[0] == "ADDED"


async def test_a_streaming_list_ends_with_a_bookmark(api: Api):
    query = "watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch="
    events: list[Any] = []
    async with api.watch(f"/api/v1/namespaces?{query}NotOlderThan") as stream:
        while len(events) < 6:
            events.append(json.loads(await stream.content.readline()))

    assert [each["type"] for each in events] == ["ADDED"] * 5 + ["BOOKMARK"]
    bookmark = events[-1]["object"]["metadata"]
    assert bookmark["annotations"] == {"k8s.io/initial-events-end": "true"}


async def test_a_watch_from_a_forgotten_version_is_expired(api: Api, cluster: Cluster):
    for number in range(4100):
        _relabel(cluster, str(number))

    expired = await api.call("GET", "/api/v1/nodes?watch=1&resourceVersion=2")

    assert (expired.status, expired.body["reason"]) == (410, "Expired")
    assert expired.message.startswith("too old resource version: 2 (")


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


def _key_of_deployment() -> Any:
    return DEPLOYMENT, NAMESPACE, NAME


async def test_discovery_lists_groups_and_resources(api: Api):
    assert (await api.get("/api"))["versions"] == ["v1"]
    groups = [each["name"] for each in (await api.get("/apis"))["groups"]]
    assert groups == ["apps", "discovery.k8s.io"]
    resources = {each["name"]: each for each in (await api.get("/api/v1"))["resources"]}
    assert resources["pods"]["shortNames"] == ["po"]
    assert resources["pods/log"]["verbs"] == ["get"]
    assert (await api.get("/version"))["gitVersion"] == "v1.33.5"
