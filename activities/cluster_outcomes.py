"""Turns errors of a cluster's Kubernetes API into outcomes."""

from activities.arm_outcomes import failed
from clients.answers import CredentialRefused, KubernetesRefused, NoAnswer
from domain.kubernetes.failures import api_server_unreachable, kubernetes_refused
from domain.outcomes import Outcome

CLUSTER_ERRORS = (CredentialRefused, KubernetesRefused, NoAnswer)


def cluster_failed(
    error: CredentialRefused | KubernetesRefused | NoAnswer, operation: str
) -> Outcome:
    """`operation`: the intended action as a verb phrase, such as `apply workload`."""
    match error:
        case CredentialRefused():
            return failed(error.answer, "POST listClusterUserCredential")
        case KubernetesRefused():
            return Outcome.failed(
                kubernetes_refused(operation, error.code, error.reason, error.message)
            )
        case NoAnswer():
            return Outcome.failed(api_server_unreachable(str(error)))
