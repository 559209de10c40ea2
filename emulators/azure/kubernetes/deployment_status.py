"""What a Deployment allows while it rolls over, and the status that its ReplicaSets add up to."""

import math
from datetime import timedelta

from emulators.azure.kubernetes import times
from emulators.azure.kubernetes.conditions import find_condition, set_condition
from emulators.azure.kubernetes.kinds import Object

_COUNTS = ("updatedReplicas", "readyReplicas", "availableReplicas")


def available(replica_set: Object) -> int:
    return (replica_set.get("status") or {}).get("availableReplicas", 0)


def surge(deployment: Object) -> int:
    """How many pods there may be beyond the wanted number."""
    rolling = deployment["spec"]["strategy"].get("rollingUpdate") or {}
    return _share(rolling.get("maxSurge", 0), deployment["spec"]["replicas"], round_up=True)


def unavailable(deployment: Object) -> int:
    """How many of the wanted pods may be missing; never none when no surge is allowed either."""
    replicas = deployment["spec"]["replicas"]
    strategy = deployment["spec"]["strategy"]
    if strategy["type"] != "RollingUpdate" or not replicas:
        return 0
    rolling = strategy.get("rollingUpdate") or {}
    share = _share(rolling.get("maxUnavailable", 0), replicas, round_up=False)
    return min(share or int(surge(deployment) == 0), replicas)


def _share(value: str | int, replicas: int, round_up: bool) -> int:
    if isinstance(value, int):
        return value
    exact = int(value.rstrip("%")) * replicas / 100
    return math.ceil(exact) if round_up else math.floor(exact)


def status_of(deployment: Object, sets: list[Object], current: Object | None, now: str) -> Object:
    """The status that all ReplicaSets add up to; `current` is that of the present template."""

    def count(field: str) -> int:
        return sum((each.get("status") or {}).get(field, 0) for each in sets)

    wanted = deployment["spec"]["replicas"]
    counts = {
        "replicas": count("replicas"),
        "updatedReplicas": ((current or {}).get("status") or {}).get("replicas", 0),
        "readyReplicas": count("readyReplicas"),
        "availableReplicas": count("availableReplicas"),
    }
    missing = max(wanted, counts["replicas"]) - counts["availableReplicas"]
    counts["unavailableReplicas"] = max(missing, 0)
    status: Object = {"observedGeneration": deployment["metadata"]["generation"]}
    status |= {key: value for key, value in counts.items() if value}
    name = current["metadata"]["name"] if current else ""
    conditions = (deployment.get("status") or {}).get("conditions") or []
    for condition in (_availability(deployment, counts), _progress(deployment, counts, name, now)):
        conditions = set_condition(conditions, _with_update_time(conditions, condition, now), now)
    return status | {"conditions": conditions}


def seconds_until_deadline(deployment: Object, now: str) -> float | None:
    """When a rollout that goes on now will have taken too long; None when none goes on."""
    conditions = (deployment.get("status") or {}).get("conditions") or []
    progress = find_condition(conditions, "Progressing")
    if progress is None or progress["reason"] != "ReplicaSetUpdated":
        return None
    limit = timedelta(seconds=deployment["spec"]["progressDeadlineSeconds"])
    due_at = times.parse(progress["lastUpdateTime"]) + limit
    return (due_at - times.parse(now)).total_seconds()


def _availability(deployment: Object, counts: dict[str, int]) -> Object:
    least = deployment["spec"]["replicas"] - unavailable(deployment)
    enough = counts["availableReplicas"] >= least
    return {
        "type": "Available",
        "status": "True" if enough else "False",
        "reason": "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable",
        "message": f"Deployment {'has' if enough else 'does not have'} minimum availability.",
    }


def _progress(deployment: Object, counts: dict[str, int], name: str, now: str) -> Object:
    if deployment["spec"].get("paused"):
        return _PAUSED
    complete = (
        counts["replicas"]
        == counts["updatedReplicas"]
        == counts["availableReplicas"]
        == deployment["spec"]["replicas"]
    )
    if complete:
        return _progressing("True", "NewReplicaSetAvailable", name, "has successfully progressed")
    if not _moved_on(deployment, counts) and _is_late(deployment, now):
        return _progressing("False", "ProgressDeadlineExceeded", name, "has timed out progressing")
    return _progressing("True", "ReplicaSetUpdated", name, "is progressing")


_PAUSED: Object = {
    "type": "Progressing",
    "status": "Unknown",
    "reason": "DeploymentPaused",
    "message": "Deployment is paused",
}


def _progressing(status: str, reason: str, name: str, verb: str) -> Object:
    message = f'ReplicaSet "{name}" {verb}.'
    return {"type": "Progressing", "status": status, "reason": reason, "message": message}


def _moved_on(deployment: Object, counts: dict[str, int]) -> bool:
    before = deployment.get("status") or {}
    return any(counts[each] > before.get(each, 0) for each in _COUNTS)


def _is_late(deployment: Object, now: str) -> bool:
    conditions = (deployment.get("status") or {}).get("conditions") or []
    progress = find_condition(conditions, "Progressing")
    if progress is not None and progress["reason"] == "ProgressDeadlineExceeded":
        return deployment["metadata"]["generation"] == deployment["status"]["observedGeneration"]
    remaining = seconds_until_deadline(deployment, now)
    return remaining is not None and remaining <= 0


def _with_update_time(conditions: list[Object], wanted: Object, now: str) -> Object:
    """A condition's update time moves when anything about it changes."""
    present = find_condition(conditions, wanted["type"])
    same = present is not None and all(present.get(key) == wanted[key] for key in wanted)
    return wanted | {"lastUpdateTime": present["lastUpdateTime"] if present and same else now}
