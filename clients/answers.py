"""What Azure and Kubernetes answered, in terms that need no SDK to be understood."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ArmAnswer:
    status: int
    headers: Mapping[str, str]
    body: Any
    """Decoded JSON, or the text of a body that is none (a gateway's HTML page)."""

    @property
    def is_success(self) -> bool:
        return self.status < 400

    @property
    def operation_url(self) -> str | None:
        """Where the operation can be followed; to be used verbatim, for it is signed."""
        return self.headers.get("Azure-AsyncOperation") or self.headers.get("Location")


@dataclass(frozen=True, slots=True)
class EdgeAnswer:
    status: int
    reference: str
    """Front Door's own id of the request, for a support case."""


@dataclass(frozen=True, slots=True)
class EventRefusal:
    """Why Service Bus did not take an event: a code of ours, and its own words."""

    code: str
    message: str


class NoAnswer(Exception):
    """Nobody answered: no name, no connection, no certificate to trust, or no time left."""


class CredentialRefused(Exception):
    """AKS did not hand out a kubeconfig."""

    def __init__(self, answer: ArmAnswer) -> None:
        super().__init__(f"listClusterUserCredential answered {answer.status}")
        self.answer = answer


class KubernetesRefused(Exception):
    """The Kubernetes API answered with a Status of failure."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
