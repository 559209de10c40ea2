"""Manifests with one wrong value after the other, refused by the real server in the same words."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from emulators.tests.contract.kubernetes.clients import Answer, Api
from emulators.tests.contract.kubernetes.real_api_server import ASSETS_VARIABLE, assets
from emulators.tests.contract.kubernetes.workloads import NAMESPACE, deployment, namespace, service

CORE = f"/api/v1/namespaces/{NAMESPACE}"
APPS = f"/apis/apps/v1/namespaces/{NAMESPACE}"

WRONG = (None, "", "Bad_Value!", -1, 0, 70000, 1.5, True, [], {}, ["x"], {"zz": 1}, "a" * 70)

Path = tuple[str | int, ...]

NEVER_ALIKE = (
    r"resources\.(limits|requests)",  # amounts are shown as given, not in their shortest form
    r"strategy\.type",  # the real server shows a pointer's address
    r"^(binaryD|d)ata",  # a list of numbers is bytes as well
    r"nodePort",  # a wrong one is a matter of the real server's port allocator
    r"(matchLabels|labels)$",  # Go tells an empty map from none
)
"""Paths at which some wrong values are told of in other words, each with its reason."""


def _full_deployment() -> Any:
    manifest = deployment()
    spec = manifest["spec"]
    spec |= {"minReadySeconds": 5, "progressDeadlineSeconds": 900, "revisionHistoryLimit": 3}
    rolling = {"maxSurge": 1, "maxUnavailable": "25%"}
    spec["strategy"] = {"type": "RollingUpdate", "rollingUpdate": rolling}
    pod = spec["template"]["spec"]
    pod |= {
        "restartPolicy": "Always",
        "dnsPolicy": "ClusterFirst",
        "serviceAccountName": "default",
        "priorityClassName": "system-node-critical",
        "securityContext": {"runAsUser": 1},
        "volumes": [{"name": "v", "emptyDir": {}}, {"name": "c", "configMap": {"name": "c"}}],
        "imagePullSecrets": [{"name": "registry"}],
    }
    pod["containers"][0] |= {
        "imagePullPolicy": "Always",
        "command": ["serve"],
        "env": [
            {"name": "A", "value": "a"},
            {"name": "S", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        ],
        "volumeMounts": [{"name": "v", "mountPath": "/v"}],
        "livenessProbe": {"tcpSocket": {"port": 80}, "periodSeconds": 3},
        "lifecycle": {"preStop": {"exec": {"command": ["stop"]}}},
    }
    return manifest


def _full_service() -> Any:
    manifest = service()
    manifest["spec"] |= {
        "externalTrafficPolicy": "Local",
        "loadBalancerSourceRanges": ["10.0.0.0/8"],
        "sessionAffinity": "None",
        "ipFamilyPolicy": "SingleStack",
    }
    manifest["spec"]["ports"].append({"name": "x", "port": 81, "protocol": "TCP"})
    return manifest


def _config_map() -> Any:
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "1"}
    metadata = {
        "name": "c",
        "labels": {"a": "b"},
        "annotations": {"a": "b"},
        "finalizers": ["example.com/kept"],
        "ownerReferences": [owner],
    }
    return {"metadata": metadata, "data": {"a": "b"}, "binaryData": {"z": "AAAA"}}


MANIFESTS = {
    f"{APPS}/deployments": _full_deployment(),
    f"{CORE}/services": _full_service(),
    f"{CORE}/configmaps": _config_map(),
    f"{CORE}/secrets": {"metadata": {"name": "s"}, "data": {"a": "AAAA"}, "type": "Opaque"},
    "/api/v1/namespaces": {"metadata": {"name": "n"}, "spec": {"finalizers": ["kubernetes"]}},
}


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _paths(each, (*path, key))
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _paths(each, (*path, index))


def _with(manifest: Any, path: Path, value: Any) -> Any:
    broken = copy.deepcopy(manifest)
    place = broken
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return broken


def _cases(manifest: Any) -> Iterator[tuple[str, Any]]:
    for path in _paths(manifest):
        text = ".".join(str(each) for each in path)
        if path[0] in ("apiVersion", "kind") or any(re.search(p, text) for p in NEVER_ALIKE):
            continue
        for value in WRONG:
            yield f"{text} = {json.dumps(value)}", _with(manifest, path, value)


def _words(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.message if answer.status >= 400 else ""


@pytest.mark.skipif(
    assets() is None, reason=f"{ASSETS_VARIABLE} names no folder with kube-apiserver and etcd"
)
@pytest.mark.parametrize("collection", MANIFESTS)
async def test_a_wrong_value_is_refused_in_the_words_of_the_real_server(
    api: Api, real_api: Api, collection: str
):
    for each in (api, real_api):
        await each.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())
    query = f"{collection}?dryRun=All&fieldValidation=Strict"

    different = {
        case: (_words(theirs), _words(ours))
        for case, broken in _cases(MANIFESTS[collection])
        if _words(theirs := await real_api.call("POST", query, broken))
        != _words(ours := await api.call("POST", query, broken))
    }

    assert different == {}
