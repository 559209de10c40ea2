"""Turns what a cluster's API refused, or did not answer, into outcomes."""

from activities.arm_outcomes import failed
from clients.answers import CredentialRefused, KubernetesRefused, NoAnswer
from domain.kubernetes.failures import api_server_unreachable, kubernetes_refused
from domain.outcomes import Outcome

CLUSTER_ERRORS = (CredentialRefused, KubernetesRefused, NoAnswer)


def cluster_failed(
    error: CredentialRefused | KubernetesRefused | NoAnswer, operation: str
) -> Outcome:
    match error:
        case CredentialRefused():
            return failed(error.answer, "POST listClusterUserCredential")
        case KubernetesRefused():
            return Outcome.failed(
                kubernetes_refused(operation, error.code, error.reason, error.message)
            )
        case NoAnswer():
            return Outcome.failed(api_server_unreachable(str(error)))
