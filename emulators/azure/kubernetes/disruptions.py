"""PodDisruptionBudgets: what they allow, and whether an eviction may be.

https://kubernetes.io/docs/concepts/scheduling-eviction/disruptions/
"""

import math
from collections.abc import Iterable, Sequence

from emulators.azure.kubernetes import pods, selectors
from emulators.azure.kubernetes.conditions import set_condition
from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.kinds import POD_DISRUPTION_BUDGET, Object
from emulators.azure.kubernetes.store import Store

_VIOLATION = "Cannot evict pod as it would violate the pod's disruption budget."
_RETRY_SECONDS = 10


def selects(budget: Object, pod: Object) -> bool:
    """No selector selects nothing, an empty one everything."""
    selector = budget["spec"].get("selector")
    if selector is None:
        return False
    return selectors.of_manifest(selector).matches(pod["metadata"].get("labels") or {})


def status_of(budget: Object, selected: Sequence[Object], scale: int, now: str) -> Object:
    """`scale` is how many pods the workloads of the selected pods want."""
    expected, desired = _wanted(budget["spec"], len(selected), scale)
    healthy = sum(pods.is_ready(each) and not pods.is_terminating(each) for each in selected)
    allowed = max(healthy - desired, 0) if expected > 0 else 0
    generation = budget["metadata"]["generation"]
    condition: Object = {
        "type": "DisruptionAllowed",
        "status": "True" if allowed else "False",
        "reason": "SufficientPods" if allowed else "InsufficientPods",
        "message": "",
        "observedGeneration": generation,
    }
    present = (budget.get("status") or {}).get("conditions") or []
    return {
        "observedGeneration": generation,
        "disruptionsAllowed": allowed,
        "currentHealthy": healthy,
        "desiredHealthy": desired,
        "expectedPods": expected,
        "conditions": set_condition(present, condition, now),
    }


def _wanted(spec: Object, present: int, scale: int) -> tuple[int, int]:
    """How many pods are expected, and how many of them have to be healthy.

    Shares are rounded up, on both sides.
    """
    if "maxUnavailable" in spec:
        return scale, max(scale - _share(spec["maxUnavailable"], scale), 0)
    minimum = spec.get("minAvailable", 0)
    if isinstance(minimum, int):
        return present, minimum
    return scale, _share(minimum, scale)


def _share(value: int | str, whole: int) -> int:
    return value if isinstance(value, int) else math.ceil(int(value.rstrip("%")) * whole / 100)


def allow_eviction(store: Store, pod: Object) -> Object | None:
    """The budget that the eviction of `pod` takes from, if any. Raises the refusal."""
    if pods.is_terminating(pod) or pod["status"].get("phase") != "Running":
        return None
    namespace = pod["metadata"]["namespace"]
    found = [each for each in store.list(POD_DISRUPTION_BUDGET, namespace) if selects(each, pod)]
    if len(found) > 1:
        message = (
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does"
            " not support."
        )
        raise ApiError(500, "InternalError", message)
    if not found or _may_go_unhealthy(found[0], pod):
        return None
    _check_allowed(found[0])
    return found[0]


def _may_go_unhealthy(budget: Object, pod: Object) -> bool:
    if pods.is_ready(pod):
        return False
    if budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    status = budget["status"]
    return status["currentHealthy"] >= status["desiredHealthy"] > 0


def _check_allowed(budget: Object) -> None:
    name, status = budget["metadata"]["name"], budget["status"]
    if status.get("observedGeneration", 0) < budget["metadata"]["generation"]:
        cause = f"The disruption budget {name} is still being processed by the server."
        raise _too_many([cause], {"retryAfterSeconds": _RETRY_SECONDS})
    if not status["disruptionsAllowed"]:
        cause = (
            f"The disruption budget {name} needs {status['desiredHealthy']} healthy pods and has"
            f" {status['currentHealthy']} currently"
        )
        raise _too_many([cause], {})


def _too_many(causes: Iterable[str], details: Object) -> ApiError:
    listed = [{"reason": "DisruptionBudget", "message": each} for each in causes]
    return ApiError(429, "TooManyRequests", _VIOLATION, {"causes": listed, **details})


def spend(store: Store, budget: Object) -> None:
    """At once: the next eviction must not take the same again."""

    def edit(subject: Object) -> None:
        subject["status"]["disruptionsAllowed"] -= 1

    metadata = budget["metadata"]
    store.change(POD_DISRUPTION_BUDGET, metadata["namespace"], metadata["name"], edit)
