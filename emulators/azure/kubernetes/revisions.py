"""Revisions: the numbers by which `kubectl rollout history` and `undo` know ReplicaSets."""

from collections.abc import Iterable

from emulators.azure.kubernetes.kinds import Object

_PREFIX = "deployment.kubernetes.io/"
REVISION = f"{_PREFIX}revision"
_NOT_COPIED = (
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    f"{_PREFIX}desired-replicas",
    f"{_PREFIX}max-replicas",
)


def number_of(replica_set: Object) -> int:
    annotations = replica_set["metadata"].get("annotations") or {}
    return int(annotations.get(REVISION, 0))


def next_after(older: Iterable[Object]) -> int:
    """The number of the ReplicaSet in use: an old template that is used again gets a new one."""
    return max((number_of(each) for each in older), default=0) + 1


def annotations_of(deployment: Object, revision: int, surge: int) -> dict[str, str]:
    """What a ReplicaSet is annotated with, the change's cause among it."""
    own = deployment["metadata"].get("annotations") or {}
    replicas = deployment["spec"]["replicas"]
    return {
        **{key: value for key, value in own.items() if key not in _NOT_COPIED},
        REVISION: str(revision),
        f"{_PREFIX}desired-replicas": str(replicas),
        f"{_PREFIX}max-replicas": str(replicas + surge),
    }
