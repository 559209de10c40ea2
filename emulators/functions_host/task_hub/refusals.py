"""What the task hub refuses, each with the gRPC status that says so."""

from typing import ClassVar

import grpc


class Refusal(Exception):
    """Raised before anything is written; its message is fit for the caller."""

    status: ClassVar[grpc.StatusCode] = grpc.StatusCode.UNKNOWN


class InvalidRequest(Refusal):
    status = grpc.StatusCode.INVALID_ARGUMENT


class InstanceNotFound(Refusal):
    status = grpc.StatusCode.NOT_FOUND

    def __init__(self, instance_id: str) -> None:
        super().__init__(f"No instance with ID '{instance_id}' was found.")


class InstanceExists(Refusal):
    status = grpc.StatusCode.ALREADY_EXISTS

    def __init__(self, instance_id: str, status: str) -> None:
        super().__init__(
            f"An orchestration instance with ID '{instance_id}' already exists"
            f" and its status {status} does not allow to replace it."
        )


class WrongStatus(Refusal):
    status = grpc.StatusCode.FAILED_PRECONDITION
