"""Container statuses and pod conditions as the kubelet reports them."""

from collections.abc import Mapping
from typing import Any

from emulators.azure.kubernetes.conditions import set_condition
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.store import copy_of


def waiting(reason: str, message: str = "") -> Object:
    return {"waiting": {"reason": reason} | ({"message": message} if message else {})}


def running(now: str) -> Object:
    return {"running": {"startedAt": now}}


def terminated(exit_code: int, reason: str, started_at: str, now: str, message: str) -> Object:
    state: Object = {
        "exitCode": exit_code,
        "reason": reason,
        "startedAt": started_at,
        "finishedAt": now,
    }
    return {"terminated": state | ({"message": message} if message else {})}


def initial_status(container: Mapping[str, Any], reason: str = "ContainerCreating") -> Object:
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": "",
        "ready": False,
        "started": False,
        "restartCount": 0,
        "lastState": {},
        "state": waiting(reason),
    }


def all_statuses(pod: Object) -> list[Object]:
    """Those of init containers first."""
    status = pod["status"]
    return [
        *(status.get("initContainerStatuses") or []),
        *(status.get("containerStatuses") or []),
    ]


def start_pod(pod: Object, pod_ip: str, host_ip: str, now: str) -> None:
    """Set what the kubelet reports when it takes the pod on."""
    status = pod["status"]
    status |= {
        "hostIP": host_ip,
        "hostIPs": [{"ip": host_ip}],
        "podIP": pod_ip,
        "podIPs": [{"ip": pod_ip}],
        "startTime": now,
    }
    first = pod["spec"].get("initContainers") or []
    reason = "PodInitializing" if first else "ContainerCreating"
    for field, containers in (
        ("initContainerStatuses", first),
        ("containerStatuses", pod["spec"]["containers"]),
    ):
        if containers:
            status[field] = [initial_status(each, reason) for each in containers]
    summarise(pod, now)


def set_container(pod: Object, name: str, changes: Object, now: str) -> None:
    """Change one container's status and what follows for the whole pod."""
    for status in all_statuses(pod):
        if status["name"] == name:
            status |= copy_of(changes)
    summarise(pod, now)


def summarise(pod: Object, now: str) -> None:
    """Set phase and conditions to what follows from the containers."""
    status = pod["status"]
    containers = status.get("containerStatuses") or []
    if any("running" in each["state"] or each["restartCount"] for each in containers):
        status["phase"] = "Running"
    unready = [each["name"] for each in containers if not each["ready"]]
    first = status.get("initContainerStatuses") or []
    incomplete = [each["name"] for each in first if not each["ready"]]
    conditions = status.get("conditions") or []
    for wanted in _conditions(unready, incomplete):
        conditions = set_condition(conditions, wanted, now)
    status["conditions"] = conditions


def _conditions(unready: list[str], incomplete: list[str]) -> list[Object]:
    met: Object = {"status": "True", "lastProbeTime": None}
    readiness = _unmet("ContainersNotReady", "unready", unready) if unready else met
    initialized = (
        _unmet("ContainersNotInitialized", "incomplete", incomplete) if incomplete else met
    )
    return [
        {"type": "PodReadyToStartContainers", **met},
        {"type": "Initialized", **initialized},
        {"type": "Ready", **readiness},
        {"type": "ContainersReady", **readiness},
    ]


def _unmet(reason: str, status: str, containers: list[str]) -> Object:
    return {
        "status": "False",
        "lastProbeTime": None,
        "reason": reason,
        "message": f"containers with {status} status: [{' '.join(containers)}]",
    }
