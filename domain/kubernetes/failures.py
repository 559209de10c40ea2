"""Failures of requests to a cluster's Kubernetes API."""

import re
from collections.abc import Sequence

from domain.outcomes import Failure

_ADMISSION = re.compile(
    r'admission webhook "(?P<webhook>[^"]+)" denied the request|'
    r"ValidatingAdmissionPolicy '(?P<policy>[^']+)'"
)
"""Kubernetes' own wording of a refusal by an admission webhook or policy."""

ADMISSION_DENIED = "AdmissionDenied"

_PLUGIN_DENIED = re.compile(r"is forbidden: (?!User )")
"""Built-in admission plugins (ResourceQuota, LimitRanger, PodSecurity) answer 403 as RBAC does,
which says `is forbidden: User "..." cannot ...`."""

_NAMESPACE_ENDS = "because it is being terminated"

CHECK_POWER_STATE = (
    "Usually passes within minutes of the cluster's creation. If not, check the cluster's power "
    "state and its authorized IP ranges."
)


def next_version_ending(pods: Sequence[str]) -> Failure:
    """Passes once they have answered what they had begun."""
    return Failure(
        reason="NextVersionEnding",
        message=f"Pods are still ending: {', '.join(pods)}.",
        retryable=True,
        suggested_action="Wait: they end after workload.terminationGraceSeconds at the latest.",
    )


def kubernetes_refused(operation: str, code: int, reason: str, message: str) -> Failure:
    """`code`: HTTP status; `reason` and `message`: Kubernetes' own."""
    said = f"{code} {reason}: {message}".rstrip(": ")
    failure = Failure(
        reason="KubernetesRequestFailed",
        message=f"Kubernetes refused to {operation}: {said}",
        retryable=code == 409,
        suggested_action="Correct what the message names, then retry the operation.",
        innererror={"code": reason, "status": code},
    )
    if policy := find_denying_policy(message):
        denied = {"reason": ADMISSION_DENIED, "suggested_action": ask_for_exemption(policy)}
        return failure.model_copy(update={**denied, "retryable": False})
    if code == 403 and _PLUGIN_DENIED.search(message):
        return failure.model_copy(update=_plugin_denied(message))
    if code == 429:
        return failure.model_copy(update=_THROTTLED)
    if code >= 500:
        return failure.model_copy(update=_UNAVAILABLE)
    return failure.model_copy(update=_FORBIDDEN) if code in {401, 403} else failure


def find_denying_policy(message: str) -> str | None:
    """The admission webhook or policy that refused an object for what it contains."""
    found = _ADMISSION.search(message)
    return (found["webhook"] or found["policy"]) if found else None


def ask_for_exemption(policy: str) -> str:
    return (
        f"Ask the owner of the admission webhook or policy '{policy}' for an exemption for the "
        "namespace inference, then retry the operation."
    )


def api_server_unreachable(cause: str) -> Failure:
    return Failure(
        reason="ApiServerUnreachable",
        message=f"The cluster's API server did not answer: {cause}.",
        retryable=True,
        suggested_action=CHECK_POWER_STATE,
    )


_FORBIDDEN = {
    # It may pass: Azure RBAC takes minutes to apply a role assignment.
    "retryable": True,
    "suggested_action": "Give the app's identity the data actions on clusters that "
    "infra/modules/identity/role_actions.json lists.",
}
_THROTTLED = {
    "reason": "KubernetesThrottled",
    "retryable": True,
    "suggested_action": "Nothing: the request is repeated. If it persists, look for clients that "
    "overload the cluster's API server.",
}
_UNAVAILABLE = {
    "reason": "KubernetesUnavailable",
    "retryable": True,
    "suggested_action": CHECK_POWER_STATE,
}


def _plugin_denied(message: str) -> dict[str, object]:
    return {
        "reason": ADMISSION_DENIED,
        "retryable": _NAMESPACE_ENDS in message,
        "suggested_action": "Change what the message names in the cluster, such as a quota or a "
        "pod security level of the namespace inference, then retry the operation.",
    }
