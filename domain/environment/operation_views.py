"""Operations as the API returns them; the models also document the API."""

from pydantic import AwareDatetime, Field

from domain.api_errors import ErrorBody, build_failure_body
from domain.environment.approval_views import ApprovalView, build_approval_view
from domain.environment.expected_seconds import expected_seconds
from domain.environment.gpu_usage_views import (
    GpuSavingView,
    GpuUsageView,
    build_gpu_saving_view,
    build_gpu_usage_view,
)
from domain.environment.operation import Operation, OperationKind, Step
from domain.environment.placement_views import (
    AttemptView,
    build_attempt_view,
)
from domain.environment.versions import Rollback
from domain.outcomes import Failure, OperationWarning, Status
from domain.wire import WireModel

CLUSTER_ID = "/subscriptions/.../managedClusters/gp-fraud-llm-westeurope"


class WarningView(WireModel):
    """A problem that does not affect the result of the operation."""

    code: str = Field(
        description="Kind of problem, as a CamelCase code.", examples=["EventNotPublished"]
    )
    message: str = Field(description="Human-readable text.")
    target: str = Field(
        description="The event or resource concerned.", examples=["fraud-llm.1.succeeded"]
    )


class StepView(WireModel):
    """One step of an operation."""

    name: str = Field(
        description="`edge/...`, `cell/<region>/...` or `probe`.",
        examples=["cell/westeurope/managedCluster"],
    )
    status: Status = Field(description="Status of the step.")
    start_date_time: AwareDatetime | None = Field(
        default=None, description="When the step started; absent before."
    )
    end_date_time: AwareDatetime | None = Field(
        default=None, description="When the step ended; absent before."
    )
    expected_seconds: float | None = Field(
        default=None,
        description="Median of recorded durations of such a step on Azure; absent where it takes "
        "seconds, or none were recorded.",
        examples=[287],
    )
    detail: str | None = Field(
        default=None,
        description="Progress that Azure or Kubernetes last reported.",
        examples=["CreatingAgentPool: 0/1 nodes completed"],
    )
    resource_id: str | None = Field(
        default=None, description="ARM id of the resource.", examples=[CLUSTER_ID]
    )
    error: ErrorBody | None = Field(
        default=None,
        description="Why the step failed or, while it is `Running`, what keeps it from ending; "
        "that may pass.",
    )


class RollbackView(WireModel):
    """A return to the workload of an earlier version."""

    from_version: int = Field(description="Version that was wanted until then.", examples=[5])
    to_version: int = Field(description="Version whose workload runs again.", examples=[4])
    digest_before: str | None = Field(
        default=None, description="Digest of the image until then; absent if it ran by its tag."
    )
    digest: str | None = Field(
        default=None, description="Digest of the image that runs again; absent if by its tag."
    )
    reason: str | None = Field(default=None, description="As the caller has put it.")


class OperationView(WireModel):
    """The status monitor of one operation."""

    id: str = Field(description="Id of the operation.", examples=["fraud-llm.1"])
    kind: OperationKind = Field(description="What the operation does.")
    environment: str = Field(description="Name of the environment.", examples=["fraud-llm"])
    status: Status = Field(
        description="Status of the operation; Succeeded, Failed and Canceled are final."
    )
    requested_by: str | None = Field(
        default=None,
        description="Object id of the caller in Entra ID, `source` of the message, or `sweep`; "
        "absent where the API is used without authentication.",
        examples=["8f0d4c1e-1a4b-4c57-9f3a-2d1c0b9a8e77"],
    )
    percent_complete: int = Field(
        ge=0, le=100, description="Percentage of steps that have succeeded.", examples=[40]
    )
    created_date_time: AwareDatetime = Field(description="When the operation was accepted.")
    last_action_date_time: AwareDatetime = Field(description="When the operation last changed.")
    steps: tuple[StepView, ...] = Field(
        description="The planned steps, and those added while the operation runs. Empty once "
        "ten later operations have started."
    )
    attempts: tuple[AttemptView, ...] | None = Field(
        default=None, description="Offers that were tried or skipped, if `placement` has any."
    )
    warnings: tuple[WarningView, ...] | None = Field(
        default=None,
        description="Problems that do not affect the result, such as settings of a resource that "
        "were changed outside Gridplane (`SettingConflict`).",
    )
    gpu_usage: GpuUsageView | None = Field(
        default=None,
        description="After a scale-down: what GPU nodes have cost since the environment last had "
        "none. After a deletion: what all of its GPU nodes have cost. Absent if none was seen.",
    )
    rollback: RollbackView | None = Field(
        default=None, description="What an update goes back to, if it is a rollback."
    )
    gpu_saving: GpuSavingView | None = Field(
        default=None,
        description="After a wake: what it has saved that the environment slept. After a "
        "scale-down: what an hour of sleep saves. Absent if no nodes were seen before.",
    )
    approval: ApprovalView | None = Field(
        default=None, description="Absent unless a second person has to approve the operation."
    )
    error: ErrorBody | None = Field(default=None, description="Why the operation failed.")


class OperationReference(WireModel):
    """The id of an operation that is no longer in its environment's record."""

    id: str = Field(description="Id of the operation.", examples=["fraud-llm.1"])


def build_operation_view(operation: Operation) -> OperationView:
    spending, saving = operation.gpu_spending, operation.gpu_saving
    return OperationView(
        id=operation.id,
        kind=operation.kind,
        requested_by=operation.requested_by,
        environment=operation.environment,
        status=operation.status,
        percent_complete=operation.percent_complete,
        created_date_time=operation.created_at,
        last_action_date_time=operation.last_action_at,
        steps=tuple(_build_step_view(step, operation.kind) for step in operation.steps),
        attempts=tuple(build_attempt_view(each) for each in operation.attempts) or None,
        warnings=tuple(build_warning_view(each) for each in operation.warnings) or None,
        gpu_usage=build_gpu_usage_view(spending) if spending else None,
        rollback=build_rollback_view(operation.rollback),
        gpu_saving=build_gpu_saving_view(saving) if saving else None,
        approval=build_approval_view(operation),
        error=build_error(operation.failure),
    )


def build_rollback_view(rollback: Rollback | None) -> RollbackView | None:
    return RollbackView(**dict(rollback)) if rollback else None


def _build_step_view(step: Step, kind: OperationKind) -> StepView:
    return StepView(
        name=step.name,
        status=step.status,
        start_date_time=step.started_at,
        end_date_time=step.ended_at,
        expected_seconds=expected_seconds(kind, step.name),
        detail=step.detail,
        resource_id=step.resource_id,
        error=build_error(step.failure),
    )


def build_warning_view(warning: OperationWarning) -> WarningView:
    return WarningView(code=warning.code, message=warning.message, target=warning.target)


def build_error(failure: Failure | None) -> ErrorBody | None:
    return build_failure_body(failure) if failure else None
