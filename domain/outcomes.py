"""What one step of an operation came to: expected failures travel here as values."""

from enum import StrEnum
from typing import Any, Self

from pydantic import Field

from domain.wire import WireModel

NO_ANSWER = "NoAnswer"
"""Reason of a failure that says nothing about the resource that was asked for."""


class Status(StrEnum):
    ACCEPTED = "Accepted"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    CANCELED = "Canceled"


class Failure(WireModel):
    """A classified failure; Azure's own error stays under `innererror`."""

    reason: str
    message: str
    retryable: bool
    suggested_action: str
    innererror: dict[str, Any] | None = None
    retry_after_seconds: int | None = None


class Handle(WireModel):
    """A long-running ARM operation to wait for; small and readable in the history."""

    kind: str
    resource_id: str
    operation_url: str | None = None
    """None: ARM gave no operation URL to this caller, the resource itself is read instead."""
    deleting: bool = False
    adopted: bool = False
    """It was under way already: what it leads to may not be what is wanted now."""
    retry_after_seconds: float | None = None
    result: dict[str, Any] = Field(default_factory=dict[str, Any])
    """What the resource said of itself when the operation began, such as its host name."""


class Outcome(WireModel):
    """`Accepted` carries a handle, `Failed` a failure, `Running` what Azure says it is doing."""

    status: Status
    result: dict[str, Any] = Field(default_factory=dict[str, Any])
    handle: Handle | None = None
    failure: Failure | None = None
    detail: str | None = None
    retry_after_seconds: float | None = None
    resource_id: str | None = None

    def about(self, resource_id: str) -> Self:
        return self.model_copy(update={"resource_id": resource_id})

    @classmethod
    def succeeded(cls, **result: Any) -> Self:
        return cls(status=Status.SUCCEEDED, result=result)

    @classmethod
    def accepted(cls, handle: Handle) -> Self:
        return cls(status=Status.ACCEPTED, handle=handle)

    @classmethod
    def running(cls, detail: str | None, retry_after_seconds: float | None = None) -> Self:
        return cls(status=Status.RUNNING, detail=detail, retry_after_seconds=retry_after_seconds)

    @classmethod
    def failed(cls, failure: Failure) -> Self:
        return cls(status=Status.FAILED, failure=failure)

    @classmethod
    def canceled(cls) -> Self:
        return cls(status=Status.CANCELED)

    @property
    def is_success(self) -> bool:
        return self.status is Status.SUCCEEDED

    @property
    def is_worth_retrying(self) -> bool:
        return self.failure is not None and self.failure.retryable
