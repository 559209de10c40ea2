"""Turns what a cluster's API refused, or did not answer, into outcomes."""

from activities.arm_outcomes import failed
from clients.answers import CredentialRefused, KubernetesRefused, NoAnswer
from domain.outcomes import Failure, Outcome

CLUSTER_ERRORS = (CredentialRefused, KubernetesRefused, NoAnswer)


def cluster_failed(
    error: CredentialRefused | KubernetesRefused | NoAnswer, operation: str
) -> Outcome:
    match error:
        case CredentialRefused():
            return failed(error.answer, "POST listClusterUserCredential")
        case KubernetesRefused():
            return Outcome.failed(_refused(error, operation))
        case NoAnswer():
            return Outcome.failed(_unreachable(error))


def _refused(error: KubernetesRefused, operation: str) -> Failure:
    """A 403 may pass: Azure RBAC needs minutes to know a new role assignment."""
    forbidden = error.code in {401, 403}
    return Failure(
        reason="KubernetesRequestFailed",
        message=f"Kubernetes refused to {operation}: {error.message}",
        retryable=forbidden or error.code in {409, 429} or error.code >= 500,
        suggested_action="Give the app's identity the data actions on clusters that "
        "infra/modules/identity/role_actions.json lists."
        if forbidden
        else "Correct what the message names and try again.",
        innererror={"code": error.reason, "status": error.code},
    )


def _unreachable(error: NoAnswer) -> Failure:
    return Failure(
        reason="ApiServerUnreachable",
        message=f"The cluster's API server did not answer: {error}.",
        retryable=True,
        suggested_action="Usually passes within minutes of the cluster's creation. If not, "
        "look at the cluster's power state and its authorized IP ranges.",
    )
