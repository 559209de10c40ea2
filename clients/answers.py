"""Answers and errors of Azure and Kubernetes, independent of their SDKs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ArmAnswer:
    status: int
    headers: Mapping[str, str]
    body: Any
    """Decoded JSON, or the text of a body that is not JSON (a gateway's HTML page)."""

    @property
    def is_success(self) -> bool:
        return self.status < 400

    @property
    def operation_url(self) -> str | None:
        """URL of the long-running operation. It is signed: use it verbatim.

        A `Location` without a host is no operation: Microsoft.ManagedIdentity answers 201 with the
        path of the resource itself.
        """
        location = self.headers.get("Location", "")
        return self.headers.get("Azure-AsyncOperation") or (
            location if "://" in location else None
        )


@dataclass(frozen=True, slots=True)
class EdgeAnswer:
    status: int
    reference: str
    """Front Door's id of the request, for support cases."""
    sent_at: datetime | None = None
    """By the clock of the edge; None if it does not say."""


@dataclass(frozen=True, slots=True)
class EventRefusal:
    """Why Service Bus refused an event: our code, and the message of Service Bus."""

    code: str
    message: str


class NoAnswer(Exception):
    """No response: name resolution, the connection or TLS failed, or the time ran out."""


class TimedOut(NoAnswer):
    """No response in time, although nothing says that the connection failed."""


class CredentialRefused(Exception):
    """AKS refused to return a kubeconfig."""

    def __init__(self, answer: ArmAnswer) -> None:
        super().__init__(f"listClusterUserCredential returned {answer.status}")
        self.answer = answer


class KubernetesRefused(Exception):
    """The Kubernetes API returned a Status object that reports a failure."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
