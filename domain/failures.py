"""What went wrong with Azure, why, and whether trying again can help."""

from typing import Any, NamedTuple

from domain.wire import WireModel


class Failure(WireModel):
    """A classified failure; Azure's own error stays under `innererror`."""

    reason: str
    message: str
    retryable: bool
    suggested_action: str
    innererror: dict[str, Any] | None = None
    retry_after_seconds: int | None = None


class ArmError(NamedTuple):
    """Azure's own words."""

    code: str
    message: str
    details: list[dict[str, Any]]


def parse_arm_error(body: object) -> ArmError:
    raise NotImplementedError


def classify_error(
    http_status: int | None,
    code: str,
    message: str,
    operation: str,
    *,
    retry_after_seconds: float | None = None,
) -> Failure:
    raise NotImplementedError
