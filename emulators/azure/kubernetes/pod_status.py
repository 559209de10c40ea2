"""A pod's state in the words of `kubectl get pods`."""

from emulators.azure.kubernetes import pods
from emulators.azure.kubernetes.kinds import Object


def ready_count(pod: Object) -> str:
    statuses = pod["status"].get("containerStatuses") or []
    ready = sum(each["ready"] for each in statuses)
    return f"{ready}/{len(pod['spec']['containers'])}"


def reason(pod: Object) -> str:
    """Why a container waits or ended says more than the pod's phase."""
    if pods.is_terminating(pod):
        return "Terminating"
    for each in pod["status"].get("containerStatuses") or []:
        state = each["state"]
        for kind in ("waiting", "terminated"):
            if state.get(kind, {}).get("reason"):
                return state[kind]["reason"]
    return pod["status"].get("reason") or pod["status"]["phase"]


def restarts(pod: Object) -> str:
    statuses = pod["status"].get("containerStatuses") or []
    return str(sum(each["restartCount"] for each in statuses))
