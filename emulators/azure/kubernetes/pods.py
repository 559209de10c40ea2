"""Reading and making pods."""

import json
from collections.abc import Iterable
from hashlib import sha256

from emulators.azure.kubernetes.kinds import POD, Object
from emulators.azure.kubernetes.store import copy_of

_HASH_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def template_hash(template: Object) -> str:
    """Ten letters that stand for a pod template, as `pod-template-hash` carries them."""
    content = json.dumps(template, sort_keys=True)
    number = int(sha256(content.encode()).hexdigest(), 16)
    size = len(_HASH_LETTERS)
    return "".join(_HASH_LETTERS[(number // size**each) % size] for each in range(10))


def from_template(template: Object, generate_name: str, owner: Object) -> Object:
    """A new pod for a controller; `owner` is its owner reference."""
    metadata = template.get("metadata") or {}
    kept = {key: copy_of(metadata[key]) for key in ("labels", "annotations") if metadata.get(key)}
    return {
        "apiVersion": POD.api_version,
        "kind": POD.kind,
        "metadata": {**kept, "generateName": generate_name, "ownerReferences": [owner]},
        "spec": copy_of(template["spec"]),
    }


def is_ready(pod: Object) -> bool:
    return condition_status(pod, "Ready") == "True"


def condition_status(pod: Object, name: str) -> str:
    for each in pod["status"].get("conditions") or []:
        if each["type"] == name:
            return each["status"]
    return ""


def is_finished(pod: Object) -> bool:
    return pod["status"].get("phase") in ("Succeeded", "Failed")


def is_terminating(pod: Object) -> bool:
    return "deletionTimestamp" in pod["metadata"]


def is_unschedulable(pod: Object) -> bool:
    """Whether the scheduler has tried and found no node."""
    return any(
        each["type"] == "PodScheduled" and each.get("reason") == "Unschedulable"
        for each in pod["status"].get("conditions") or []
    )


def images_of(pod: Object) -> list[str]:
    return [each["image"] for each in pod["spec"]["containers"]]


def on_node(pods: Iterable[Object], node: str) -> list[Object]:
    return [each for each in pods if each["spec"].get("nodeName") == node]


def owned_by_kind(pod: Object, kind: str) -> bool:
    owners = pod["metadata"].get("ownerReferences") or []
    return any(each["kind"] == kind and each.get("controller") for each in owners)
