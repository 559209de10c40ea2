"""The failures of single resources: code, whether a retry may help, and what they name."""

from collections.abc import Callable

import pytest

from domain.arm.failures import (
    cluster_missing,
    deadline_exceeded,
    deletion_not_verified,
    gpu_pool_missing,
    no_answer,
    resource_being_deleted,
    resource_not_owned,
    resource_still_exists,
    resources_remain,
)
from domain.outcomes import Failure

SUBSCRIPTION = "5b5c5b5c-0000-4000-8000-000000000001"
CLUSTER = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/x/managedClusters/gp-fraud-llm"


@pytest.mark.parametrize(
    ("make", "reason", "retryable", "named"),
    [
        (lambda: no_answer("timed out"), "NoAnswer", True, "timed out"),
        (lambda: resource_being_deleted(CLUSTER), "ResourceBeingDeleted", True, "gp-fraud-llm"),
        (lambda: resource_still_exists("route"), "ResourceStillExists", True, "'route'"),
        (lambda: resource_not_owned(CLUSTER), "ResourceNotOwned", False, "gp-fraud-llm"),
        (lambda: cluster_missing(CLUSTER), "ClusterMissing", False, "gp-fraud-llm"),
        (lambda: gpu_pool_missing(f"{CLUSTER}/gpu"), "GpuPoolMissing", False, "gp-fraud-llm/gpu"),
        (lambda: deadline_exceeded("probe", None), "DeadlineExceeded", False, "'probe'"),
        (lambda: resources_remain([CLUSTER]), "ResourcesRemain", True, "1 resource(s)"),
        (deletion_not_verified, "DeletionNotVerified", True, "could not be listed"),
    ],
)
def test_a_failure_has_its_code_and_names_what_it_is_about(
    make: Callable[[], Failure], reason: str, retryable: bool, named: str
):
    failure = make()
    assert (failure.reason, failure.retryable) == (reason, retryable)
    assert named in failure.message
    assert SUBSCRIPTION not in failure.message
    assert failure.suggested_action


def test_a_deadline_tells_the_last_status_if_there_was_one():
    assert deadline_exceeded("probe", None).message.endswith("at its deadline.")
    assert "Creating" in deadline_exceeded("probe", "Creating").message
