"""Failures of requests to a cluster's Kubernetes API."""

from domain.outcomes import Failure


def kubernetes_refused(operation: str, code: int, reason: str, message: str) -> Failure:
    """`code`: HTTP status. A 403 may pass: Azure RBAC takes minutes to apply a role assignment."""
    forbidden = code in {401, 403}
    return Failure(
        reason="KubernetesRequestFailed",
        message=f"Kubernetes refused to {operation}: {message}",
        retryable=forbidden or code in {409, 429} or code >= 500,
        suggested_action="Grant the app's identity the data actions on clusters that "
        "infra/modules/identity/role_actions.json lists."
        if forbidden
        else "Correct what the message names, then retry the operation.",
        innererror={"code": reason, "status": code},
    )


def api_server_unreachable(cause: str) -> Failure:
    return Failure(
        reason="ApiServerUnreachable",
        message=f"The cluster's API server did not answer: {cause}.",
        retryable=True,
        suggested_action="Usually passes within minutes of the cluster's creation. If not, check "
        "the cluster's power state and its authorized IP ranges.",
    )
