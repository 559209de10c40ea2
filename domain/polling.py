"""Reads the answers to polls of long-running operations and paces the next poll."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.failures import Failure


class PollKind(StrEnum):
    """Whose operation is polled; each service has its own pace."""

    AKS = "aks"
    FRONT_DOOR = "frontDoor"
    RESOURCE_GROUP = "resourceGroup"


@dataclass(frozen=True, slots=True)
class Running:
    detail: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Succeeded:
    pass


@dataclass(frozen=True, slots=True)
class Failed:
    failure: Failure


@dataclass(frozen=True, slots=True)
class Canceled:
    failure: Failure


type OperationState = Running | Succeeded | Failed | Canceled


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    raise NotImplementedError


def decide_operation_state(
    http_status: int,
    body: object,
    headers: Mapping[str, str],
    *,
    operation: str = "operation",
    gone_is_success: bool = False,
) -> OperationState:
    raise NotImplementedError


def decide_poll_delay(retry_after: float | None, elapsed_seconds: float, kind: str) -> float:
    raise NotImplementedError
