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
    first = pod["status"].get("initContainerStatuses") or []
    for index, each in enumerate(first):
        if not each["ready"]:
            said = _reason_of(each)
            is_under_way = said in ("", "PodInitializing")
            return f"Init:{index}/{len(first)}" if is_under_way else f"Init:{said}"
    for each in pod["status"].get("containerStatuses") or []:
        if said := _reason_of(each):
            return said
    return pod["status"].get("reason") or pod["status"]["phase"]


def restarts(pod: Object) -> str:
    """Of init containers as long as one of them has not succeeded."""
    first = pod["status"].get("initContainerStatuses") or []
    is_initialized = all(each["ready"] for each in first)
    shown = (pod["status"].get("containerStatuses") or []) if is_initialized else first
    return str(sum(each["restartCount"] for each in shown))


def _reason_of(status: Object) -> str:
    state = status["state"]
    return (state.get("waiting") or state.get("terminated") or {}).get("reason", "")
