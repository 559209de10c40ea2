"""The outcome of one step: expected failures travel as values."""

from enum import StrEnum
from typing import Any, Self

from pydantic import Field

from domain.wire import WireModel

NO_ANSWER = "NoAnswer"
"""Reason of a failure that says nothing about the resource in question."""

ACTIVITY_FAILED = "ActivityFailed"
"""Reason of a failure for what an activity raised in every attempt."""


MAY_HAVE_STARTED = frozenset({NO_ANSWER, ACTIVITY_FAILED, "AzureGatewayError"})
"""Reasons of failures after which Azure may be carrying out the request all the same."""


class Status(StrEnum):
    """Status of a step and of an operation, from the poll of an ARM operation to the API."""

    NOT_STARTED = "NotStarted"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    CANCELED = "Canceled"

    @property
    def is_final(self) -> bool:
        return self not in {Status.NOT_STARTED, Status.RUNNING}


class Failure(WireModel):
    """A classified failure; Azure's own error stays under `innererror`."""

    reason: str
    message: str
    retryable: bool
    suggested_action: str
    innererror: dict[str, Any] | None = None
    retry_after_seconds: int | None = None


class OperationWarning(WireModel):
    """Something beside the operation that did not stop it."""

    code: str
    message: str
    target: str
    """The resource or event that the warning is about."""


class Handle(WireModel):
    """A long-running ARM operation to wait for; small and readable in the history."""

    kind: str
    resource_id: str
    operation_url: str | None = None
    """None: ARM gave this caller no operation URL, so the resource itself is read instead."""
    deleting: bool = False
    adopted: bool = False
    """It leads to something other than what is wanted now, or may: found in progress, the start
    of a stopped cluster, the deletion of a pool to replace. The resource is looked at again."""
    retry_after_seconds: float | None = None
    result: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Facts from the answer that began the operation, such as the resource's host name."""

    def without_operation(self) -> Self:
        """Names the resource alone: an operation's URL has 2.7 KB, which each poll would keep."""
        return self.model_copy(update={"operation_url": None, "result": {}})


class Outcome(WireModel):
    """The result of a step.

    `Running` carries a handle if an operation was begun, or what Azure reports as progress.
    `Canceled` carries a failure if the operation was canceled in Azure, none if canceled here.
    """

    status: Status
    result: dict[str, Any] = Field(default_factory=dict[str, Any])
    handle: Handle | None = None
    failure: Failure | None = None
    detail: str | None = None
    retry_after_seconds: float | None = None
    resource_id: str | None = None
    answered: bool = True
    """False for a poll whose answer carries no status of the operation."""
    at_resource: bool | None = None
    """True for a poll that was read from the resource, or from what it is part of."""
    created: bool | None = None
    """True for a resource group that Azure made with this very request: nothing can be in it."""
    warnings: tuple[OperationWarning, ...] | None = None
    """What the operation has to report beside the step; None: nothing."""

    @property
    def is_at_rest(self) -> bool:
        """Nothing moves the resource, which does not say how the operation on it has ended."""
        return self.is_success and self.at_resource is True

    def about(self, resource_id: str) -> Self:
        return self.model_copy(update={"resource_id": resource_id})

    def seen_at_resource(self) -> Self:
        return self.model_copy(update={"at_resource": True})

    def warning_of(self, warnings: tuple[OperationWarning, ...]) -> Self:
        return self.model_copy(update={"warnings": warnings or None})

    @classmethod
    def succeeded(cls, **result: Any) -> Self:
        return cls(status=Status.SUCCEEDED, result=result)

    @classmethod
    def accepted(cls, handle: Handle) -> Self:
        return cls(status=Status.RUNNING, handle=handle)

    @classmethod
    def running(cls, detail: str | None, retry_after_seconds: float | None = None) -> Self:
        return cls(status=Status.RUNNING, detail=detail, retry_after_seconds=retry_after_seconds)

    @classmethod
    def failed(cls, failure: Failure) -> Self:
        return cls(status=Status.FAILED, failure=failure)

    @classmethod
    def canceled(cls, failure: Failure | None = None) -> Self:
        return cls(status=Status.CANCELED, failure=failure)

    @property
    def is_success(self) -> bool:
        return self.status is Status.SUCCEEDED

    @property
    def is_worth_retrying(self) -> bool:
        return self.failure is not None and self.failure.retryable
