"""Failures of operations as a whole, as the API reports them."""

from collections.abc import Sequence

from domain.outcomes import Failure, OperationWarning

OPERATION_ABORTED = "OperationAborted"
"""Reason for an orchestration that ended without a report, at a point that is not known."""

GPU_COST_NOT_STOPPED = "GpuCostNotStopped"
"""Code of a warning that stands until the sweep sees no GPU node."""
NEXT_VERSION_LEFT = "NextVersionLeft"
"""Code of a warning that stands until another operation starts."""
OPERATION_IN_PROGRESS = "OperationInProgress"
"""Reason for a start that another request won."""


_OF_A_CERTIFICATE = (
    " Front Door also answers like this if the name of a cell leads nowhere, or if no public "
    "authority has issued its certificate: check both."
)


def approval_rejected(reason: str) -> Failure:
    return Failure(
        reason="ApprovalRejected",
        message=f"It was not approved: {reason}",
        retryable=False,
        suggested_action="Change the specification and send it again, or delete the environment.",
    )


def approval_timed_out() -> Failure:
    return Failure(
        reason="ApprovalTimedOut",
        message="It was not approved in time; nothing was changed.",
        retryable=True,
        suggested_action="Send the request again, and ask someone with Environments.Approve to "
        "approve it.",
    )


def approval_overtaken(operation_id: str) -> Failure:
    return Failure(
        reason="ApprovalOvertaken",
        message=f"Operation '{operation_id}' began before it was approved.",
        retryable=True,
        suggested_action="Send the request again.",
    )


def operation_in_progress(operation_id: str) -> Failure:
    return Failure(
        reason=OPERATION_IN_PROGRESS,
        message=f"Another request started '{operation_id}' first.",
        retryable=False,
        suggested_action="Nothing: the next sweep checks again.",
    )


def operation_refused(reason: str, message: str) -> Failure:
    """For an operation of the sweep that has not started."""
    return Failure(
        reason=reason,
        message=message,
        retryable=True,
        suggested_action="Nothing: the next sweep tries again.",
    )


def operation_aborted(operation_id: str) -> Failure:
    return Failure(
        reason=OPERATION_ABORTED,
        message=f"Operation '{operation_id}' ended without a result.",
        retryable=True,
        suggested_action="Delete the environment: deletion removes whatever the operation built.",
    )


def unexpected_failure(reason: str, what: str, message: str) -> Failure:
    """For an exception in our code. `what`: name of the activity or orchestration."""
    return Failure(
        reason=reason,
        message=f"'{what}' failed: {message}",
        retryable=False,
        suggested_action="This is a bug in Gridplane: check the app's logs for the error.",
    )


def nothing_to_wake(regions: Sequence[str]) -> Failure:
    return Failure(
        reason="NothingToWake",
        message=f"No GPU pool settings are kept for {', '.join(regions)}.",
        retryable=False,
        suggested_action="Retry the operation: without kept settings it applies the "
        "environment's specification.",
    )


def edge_propagation_timeout(
    url: str, last_answer: str | None, *, has_certificate: bool = False
) -> Failure:
    """`has_certificate`: whether Front Door verifies one of the cells."""
    return Failure(
        reason="EdgePropagationTimeout",
        message=f"{url} did not answer in time. Last answer: {last_answer}.",
        retryable=True,
        suggested_action="Query the origin directly; if it answers, Front Door is still "
        "propagating: try again later." + (_OF_A_CERTIFICATE if has_certificate else ""),
    )


def gpu_cost_not_stopped(environment: str, region: str, failure: Failure) -> OperationWarning:
    """Of one cell. The text is the same at every attempt that fails for the same reason."""
    return OperationWarning(
        code=GPU_COST_NOT_STOPPED,
        message=f"The GPU pool in {region} could not be scaled to zero ({failure.reason}); its "
        "nodes cost money. Each sweep tries again.",
        target=f"/environments/{environment}",
    )


def remaining_resources_unknown(environment: str) -> OperationWarning:
    return OperationWarning(
        code="RemainingResourcesUnknown",
        message="The remaining resources could not be listed. Check the resource groups whose "
        f"names begin with gp-{environment}.",
        target=f"/environments/{environment}",
    )


def next_version_left(environment: str, failure: Failure) -> OperationWarning:
    return OperationWarning(
        code=NEXT_VERSION_LEFT,
        message="Replicas of two versions may run, and cost, until the next successful operation: "
        f"{failure.message} Retry the update, or repair the environment.",
        target=environment,
    )
