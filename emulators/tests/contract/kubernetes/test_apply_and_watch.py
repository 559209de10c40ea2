"""Server-side apply, patches, lists, tables and watches over plain HTTP."""

import asyncio
import json
from typing import Any

import pytest

from emulators.tests.contract.kubernetes.clients import Api
from emulators.tests.contract.kubernetes.workloads import (
    DEPLOYMENT_URL,
    NAME,
    NAMESPACE,
    deployment,
    namespace,
    small_deployment,
)

DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"


@pytest.fixture(autouse=True)
async def _namespace_exists(either_api: Api):
    await either_api.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())


def _container(subject: Any) -> Any:
    return subject["spec"]["template"]["spec"]["containers"][0]


async def test_applying_the_same_twice_changes_nothing(either_api: Api):
    first = await either_api.apply(DEPLOYMENT_URL, deployment())
    await asyncio.sleep(0.02)
    before = await either_api.get(DEPLOYMENT_URL)
    second = await either_api.apply(DEPLOYMENT_URL, deployment())

    assert (first.status, second.status) == (201, 200)
    assert second.body["metadata"]["generation"] == 1
    assert second.body["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


async def test_what_a_manager_no_longer_applies_goes_with_its_defaults(either_api: Api):
    await either_api.apply(DEPLOYMENT_URL, deployment())
    without = deployment()
    del _container(without)["startupProbe"]
    del without["spec"]["replicas"]

    applied = (await either_api.apply(DEPLOYMENT_URL, without)).body

    assert "startupProbe" not in _container(applied)
    assert "readinessProbe" in _container(applied)
    assert applied["spec"]["replicas"] == 1


async def test_two_managers_share_an_object_field_by_field(either_api: Api):
    await either_api.apply(DEPLOYMENT_URL, small_deployment(), manager="a")
    annotation = {"metadata": {"annotations": {"team": "fraud"}}}
    theirs = {"apiVersion": "apps/v1", "kind": "Deployment", **annotation}
    await either_api.apply(DEPLOYMENT_URL, theirs, manager="b")

    shared = (await either_api.apply(DEPLOYMENT_URL, small_deployment(), manager="a")).body

    assert shared["metadata"]["annotations"]["team"] == "fraud"
    managers = {each["manager"]: each for each in shared["metadata"]["managedFields"]}
    assert managers["b"]["fieldsV1"] == {"f:metadata": {"f:annotations": {"f:team": {}}}}
    assert managers["b"]["operation"] == "Apply"


async def test_a_conflict_names_the_managers_and_force_takes_their_fields(either_api: Api):
    await either_api.apply(DEPLOYMENT_URL, small_deployment(), manager="a")
    two = small_deployment(replicas=2)

    conflict = await either_api.apply(DEPLOYMENT_URL, two, manager="b")
    assert (conflict.status, conflict.body["reason"]) == (409, "Conflict")
    assert conflict.message == 'Apply failed with 1 conflict: conflict with "a": .spec.replicas'
    assert conflict.body["details"]["causes"] == [
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "a"',
            "field": ".spec.replicas",
        }
    ]

    forced = await either_api.apply(DEPLOYMENT_URL, two, manager="b", force=True)
    assert forced.body["spec"]["replicas"] == 2
    assert (await either_api.apply(DEPLOYMENT_URL, small_deployment(), manager="a")).status == 409


async def test_an_update_owns_what_it_changed(either_api: Api):
    await either_api.apply(DEPLOYMENT_URL, small_deployment(), manager="a")
    await either_api.call(
        "PATCH", f"{DEPLOYMENT_URL}?fieldManager=scaler", {"spec": {"replicas": 3}}, MERGE
    )

    conflict = await either_api.apply(DEPLOYMENT_URL, small_deployment(), manager="a")

    assert conflict.message == (
        'Apply failed with 1 conflict: conflict with "scaler" using apps/v1: .spec.replicas'
    )


async def test_apply_needs_a_field_manager(either_api: Api):
    refused = await either_api.call(
        "PATCH", DEPLOYMENT_URL, small_deployment(), "application/apply-patch+yaml"
    )

    assert refused.status == 422
    assert refused.message == (
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for'
        " apply patch"
    )


async def test_apply_reads_yaml(either_api: Api):
    manifest = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: other\n"

    applied = await either_api.apply("/api/v1/namespaces/other", manifest)

    assert applied.status == 201
    assert applied.body["status"]["phase"] == "Active"


async def test_a_dry_run_answers_but_stores_nothing(either_api: Api):
    answered = await either_api.call("POST", f"{DEPLOYMENTS}?dryRun=All", small_deployment())

    assert answered.status == 201
    assert (await either_api.call("GET", DEPLOYMENT_URL)).status == 404


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
    either_api: Api, content_type: str, patch: Any, images: list[str]
):
    await either_api.call("POST", DEPLOYMENTS, small_deployment())

    patched = await either_api.call("PATCH", DEPLOYMENT_URL, patch, content_type)

    containers = patched.body["spec"]["template"]["spec"]["containers"]
    assert sorted(each["image"] for each in containers) == sorted(images)
    assert patched.body["metadata"]["generation"] == 2


async def test_a_list_comes_in_pages(either_api: Api):
    names: list[str] = []
    token, remaining = "", []
    for _ in range(2):
        page = await either_api.get(f"/api/v1/namespaces?limit=3&continue={token}")
        names += [each["metadata"]["name"] for each in page["items"]]
        token = page["metadata"].get("continue", "")
        remaining.append(page["metadata"].get("remainingItemCount"))

    assert names == ["default", "inference", "kube-node-lease", "kube-public", "kube-system"]
    assert remaining == [2, None]


async def test_a_watch_tells_what_happens_from_a_version_on(either_api: Api):
    version = (await either_api.get(DEPLOYMENTS))["metadata"]["resourceVersion"]
    await either_api.call("POST", DEPLOYMENTS, small_deployment())

    seen: list[str] = []
    async with either_api.watch(f"{DEPLOYMENTS}?watch=true&resourceVersion={version}") as stream:
        async for line in stream.content:
            event = json.loads(line)
            assert event["object"]["metadata"]["name"] == NAME
            if not seen or seen[-1] != event["type"]:
                seen.append(event["type"])
            if len(seen) == 1:
                await either_api.call("DELETE", DEPLOYMENT_URL)
            if event["type"] == "DELETED":
                break

    assert seen[0] == "ADDED"
    assert seen[-1] == "DELETED"


async def test_an_object_that_leaves_a_selection_is_deleted_for_its_watcher(either_api: Api):
    await either_api.call("POST", DEPLOYMENTS, small_deployment())
    query = f"labelSelector=app%3D{NAME}&timeoutSeconds=600"

    events: list[Any] = []
    changed: Any = None
    async with either_api.watch(f"{DEPLOYMENTS}?watch=1&{query}") as stream:
        async for line in stream.content:
            events.append(json.loads(line))
            if len(events) == 1:
                patch = {"metadata": {"labels": {"app": "other"}}}
                changed = (await either_api.call("PATCH", DEPLOYMENT_URL, patch, MERGE)).body
            if events[-1]["type"] == "DELETED":
                break

    assert events[0]["type"] == "ADDED"
    left = events[-1]["object"]["metadata"]
    assert left["labels"] == {"app": NAME}
    assert left["resourceVersion"] == changed["metadata"]["resourceVersion"]


async def test_a_watch_from_a_forgotten_version_is_told_so_in_its_stream(either_api: Api):
    query = "watch=1&resourceVersion=1&timeoutSeconds=5"
    async with either_api.watch(f"/api/v1/namespaces?{query}") as stream:
        event = json.loads(await stream.content.read())

    assert stream.status == 200
    assert event["type"] == "ERROR"
    assert (event["object"]["code"], event["object"]["reason"]) == (410, "Expired")
    assert event["object"]["message"].startswith("too old resource version: 1 (")


async def test_pages_of_a_list_show_one_moment(either_api: Api):
    path = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
    for name in "ace":
        await either_api.call("POST", path, {"metadata": {"name": name}})
    first = await either_api.get(f"{path}?limit=1")
    await either_api.call("POST", path, {"metadata": {"name": "b"}})
    await either_api.call("DELETE", f"{path}/c")

    token, version = first["metadata"]["continue"], first["metadata"]["resourceVersion"]
    rest = await either_api.get(f"{path}?limit=5&continue={token}")
    assert [each["metadata"]["name"] for each in rest["items"]] == ["c", "e"]
    assert rest["metadata"]["resourceVersion"] == version
    then = await either_api.get(f"{path}?resourceVersion={version}&resourceVersionMatch=Exact")
    assert [each["metadata"]["name"] for each in then["items"]] == ["a", "c", "e"]
    now = await either_api.get(f"{path}?resourceVersion={version}&limit=1&labelSelector=!x")
    assert "remainingItemCount" not in now["metadata"]


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        (
            "resourceVersionMatch=Exact",
            422,
            'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden:'
            " resourceVersionMatch is forbidden unless resourceVersion is provided",
        ),
        (
            "resourceVersionMatch=Newest&resourceVersion=5",
            422,
            'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value:'
            ' "Newest": supported values: "Exact", "NotOlderThan", ""',
        ),
        (
            "resourceVersionMatch=Exact&resourceVersion=0",
            422,
            'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden:'
            ' resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
        ),
    ],
    ids=["match without version", "unknown match", "exactly any version"],
)
async def test_a_list_of_no_sensible_version_is_refused(
    either_api: Api, query: str, status: int, message: str
):
    refused = await either_api.call("GET", f"/api/v1/namespaces?{query}")

    assert (refused.status, refused.message) == (status, message)


async def test_a_list_of_a_version_to_come_is_told_to_try_again(either_api: Api):
    refused = await either_api.call("GET", "/api/v1/namespaces?resourceVersion=9999999")

    assert (refused.status, refused.body["reason"]) == (504, "Timeout")
    assert refused.message.startswith("Timeout: Too large resource version: 9999999, current: ")
    assert refused.body["details"]["causes"] == [
        {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    ]


async def test_what_loses_its_last_finalizer_is_gone_in_one_change(either_api: Api):
    path = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
    kept = {"metadata": {"name": "kept", "finalizers": ["example.com/kept"]}}
    await either_api.call("POST", path, kept)
    leaving = (await either_api.call("DELETE", f"{path}/kept")).body
    version = leaving["metadata"]["resourceVersion"]

    async with either_api.watch(f"{path}?watch=1&resourceVersion={version}") as stream:
        await either_api.call("PATCH", f"{path}/kept", {"metadata": {"finalizers": None}}, MERGE)
        event = json.loads(await stream.content.readline())

    assert event["type"] == "DELETED"
    assert event["object"]["metadata"]["finalizers"] == ["example.com/kept"]
