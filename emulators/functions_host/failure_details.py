"""Turns what went wrong in the app into the failure that an orchestration sees."""

import traceback

from durabletask.internal import orchestrator_service_pb2 as pb
from google.protobuf.wrappers_pb2 import StringValue


def failure_of(error: BaseException) -> pb.TaskFailureDetails:
    return failure(
        error_type=type(error).__name__,
        # An empty message would count as success.
        message=str(error) or type(error).__name__,
        stack_trace="".join(traceback.format_exception(error)),
    )


def failure(
    *, error_type: str, message: str, stack_trace: str = "", retriable: bool = True
) -> pb.TaskFailureDetails:
    return pb.TaskFailureDetails(
        errorType=error_type,
        errorMessage=message,
        stackTrace=StringValue(value=stack_trace) if stack_trace else None,
        isNonRetriable=not retriable,
    )


def missing_function(kind: str, name: str) -> pb.TaskFailureDetails:
    """Say it in the words of the Durable extension."""
    return failure(
        error_type="FunctionNotFound",
        message=(f"The function '{name}' doesn't exist, is disabled, or is not {kind} function."),
        retriable=False,
    )
