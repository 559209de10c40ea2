"""The failures of whole operations: code, whether a retry may help, and what they name."""

from collections.abc import Callable

import pytest

from domain.environment.failures import (
    edge_propagation_timeout,
    gpu_cost_not_stopped,
    nothing_to_wake,
    operation_aborted,
    operation_in_progress,
    remaining_resources_unknown,
    unexpected_failure,
)
from domain.outcomes import Failure, OperationWarning


@pytest.mark.parametrize(
    ("make", "reason", "retryable", "named"),
    [
        (
            lambda: operation_in_progress("fraud-llm.2"),
            "OperationInProgress",
            False,
            ["fraud-llm.2"],
        ),
        (lambda: operation_aborted("fraud-llm.2"), "OperationAborted", True, ["fraud-llm.2"]),
        (
            lambda: unexpected_failure("ActivityFailed", "get_usage", "boom"),
            "ActivityFailed",
            False,
            ["get_usage", "boom"],
        ),
        (
            lambda: nothing_to_wake(["westeurope", "northeurope"]),
            "NothingToWake",
            False,
            ["westeurope, northeurope"],
        ),
        (
            lambda: edge_propagation_timeout("https://x/health", "HTTP 404"),
            "EdgePropagationTimeout",
            True,
            ["https://x/health", "HTTP 404"],
        ),
    ],
)
def test_a_failure_has_its_code_and_names_what_it_is_about(
    make: Callable[[], Failure], reason: str, retryable: bool, named: list[str]
):
    failure = make()
    assert (failure.reason, failure.retryable) == (reason, retryable)
    assert all(each in failure.message for each in named)
    assert failure.suggested_action


def test_what_front_door_does_not_tell_of_a_certificate_is_to_be_checked():
    plain = edge_propagation_timeout("https://x/health", "HTTP 503")
    verified = edge_propagation_timeout("https://x/health", "HTTP 503", has_certificate=True)
    assert "certificate" not in plain.suggested_action
    assert "no public authority has issued its certificate" in verified.suggested_action


@pytest.mark.parametrize(
    ("make", "code", "named"),
    [
        (
            lambda: gpu_cost_not_stopped("fraud-llm", "westeurope", operation_aborted("x.1")),
            "GpuCostNotStopped",
            ["westeurope", "OperationAborted"],
        ),
        (
            lambda: remaining_resources_unknown("fraud-llm"),
            "RemainingResourcesUnknown",
            ["gp-fraud-llm"],
        ),
    ],
)
def test_a_warning_has_its_code_and_its_environment(
    make: Callable[[], OperationWarning], code: str, named: list[str]
):
    warning = make()
    assert (warning.code, warning.target) == (code, "/environments/fraud-llm")
    assert all(each in warning.message for each in named)
