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


def initial_status(container: Mapping[str, Any]) -> Object:
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": "",
        "ready": False,
        "started": False,
        "restartCount": 0,
        "lastState": {},
        "state": waiting("ContainerCreating"),
    }


def start_pod(pod: Object, pod_ip: str, host_ip: str, now: str) -> None:
    """Set what the kubelet reports when it takes the pod on."""
    status = pod["status"]
    status |= {
        "hostIP": host_ip,
        "hostIPs": [{"ip": host_ip}],
        "podIP": pod_ip,
        "podIPs": [{"ip": pod_ip}],
        "startTime": now,
        "containerStatuses": [initial_status(each) for each in pod["spec"]["containers"]],
    }
    summarise(pod, now)


def set_container(pod: Object, name: str, changes: Object, now: str) -> None:
    """Change one container's status and what follows for the whole pod."""
    for status in pod["status"].get("containerStatuses") or []:
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
    conditions = status.get("conditions") or []
    for wanted in _conditions(unready):
        conditions = set_condition(conditions, wanted, now)
    status["conditions"] = conditions


def _conditions(unready: list[str]) -> list[Object]:
    met: Object = {"status": "True", "lastProbeTime": None}
    listed = " ".join(unready)
    unmet: Object = {
        "status": "False",
        "lastProbeTime": None,
        "reason": "ContainersNotReady",
        "message": f"containers with unready status: [{listed}]",
    }
    readiness = unmet if unready else met
    return [
        {"type": "PodReadyToStartContainers", **met},
        {"type": "Initialized", **met},
        {"type": "Ready", **readiness},
        {"type": "ContainersReady", **readiness},
    ]
