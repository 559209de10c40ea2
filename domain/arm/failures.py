"""Failures of single ARM resources, as the API reports them."""

from collections.abc import Sequence

from domain.arm.error_bodies import redact
from domain.arm.naming import OWNER_TAG
from domain.outcomes import NO_ANSWER, Failure

STILL_EXISTS = "ResourceStillExists"
"""Reason of a deletion that ended without effect."""

GPU_POOL_MISSING = "GpuPoolMissing"
RESOURCE_NOT_OWNED = "ResourceNotOwned"
"""Reason of a failure for a resource that others own, which stays untouched."""


def no_answer(cause: str) -> Failure:
    return Failure(
        reason=NO_ANSWER,
        message=f"Azure did not answer: {cause}.",
        retryable=True,
        suggested_action="Nothing: the request is repeated. If it persists, check the network and "
        "the app's identity.",
    )


def resource_being_deleted(resource_id: str) -> Failure:
    return Failure(
        reason="ResourceBeingDeleted",
        message=f"{redact(resource_id)} is still being deleted.",
        retryable=True,
        suggested_action="Nothing: it is created once the deletion has ended.",
    )


def resource_still_exists(kind: str) -> Failure:
    return Failure(
        reason=STILL_EXISTS,
        message=f"The deletion of '{kind}' has ended, but it still exists.",
        retryable=True,
        suggested_action="Read in Azure's activity log what keeps it from being deleted, then "
        "retry the operation.",
    )


def resource_not_owned(resource_id: str) -> Failure:
    return Failure(
        reason=RESOURCE_NOT_OWNED,
        message=f"{redact(resource_id)} exists, but its tags do not mark it as Gridplane's "
        "for this environment. It was left untouched.",
        retryable=False,
        suggested_action="Choose another environment name, or remove that resource yourself. If "
        f"it is Gridplane's, set its tag {OWNER_TAG} to the environment's name.",
    )


def cluster_missing(cluster_id: str) -> Failure:
    return _missing("ClusterMissing", cluster_id)


def gpu_pool_missing(pool_id: str) -> Failure:
    """For an operation that needs the pool's settings: only a build or a wake creates it."""
    return _missing(GPU_POOL_MISSING, pool_id)


def resource_missing(resource_id: str) -> Failure:
    """For a resource that an earlier step of the same operation has built."""
    return _missing("ResourceMissing", resource_id)


def _missing(reason: str, resource_id: str) -> Failure:
    return Failure(
        reason=reason,
        message=f"{redact(resource_id)} does not exist: it was deleted outside of Gridplane.",
        retryable=False,
        suggested_action="Repair the environment: it builds what is missing.",
    )


def private_link_service_missing(service_id: str) -> Failure:
    """The cluster makes it once the gateway's Service is applied."""
    return Failure(
        reason="PrivateLinkServiceMissing",
        message=f"The Private Link service {redact(service_id)} is not ready.",
        retryable=True,
        suggested_action="Nothing while the cell is built. If it persists, read the events of the "
        "environment's Service in the namespace inference.",
    )


def private_link_not_requested(service_id: str) -> Failure:
    """Reported: the request arrives 15 to 60 s after the route is created."""
    return Failure(
        reason="PrivateLinkNotRequested",
        message=f"Front Door has not asked for a connection to {redact(service_id)} yet.",
        retryable=True,
        suggested_action="Nothing while the edge is built. If it persists, look at the origin and "
        "the route of the Front Door profile.",
    )


def deadline_exceeded(step: str, progress: str | None) -> Failure:
    reported = f" Azure's last status: {progress}." if progress else ""
    return Failure(
        reason="DeadlineExceeded",
        message=f"'{step}' was still running at its deadline.{reported}",
        retryable=False,
        suggested_action="Check the resource in Azure. If it completes later, send the request "
        "again: what exists is adopted.",
    )


def resources_remain(remaining: Sequence[str]) -> Failure:
    return Failure(
        reason="ResourcesRemain",
        message=redact(f"Azure still shows {len(remaining)} resource(s): {', '.join(remaining)}."),
        retryable=True,
        suggested_action="Send DELETE again, with ?force=true if an operation is stuck.",
    )


def deletion_not_verified() -> Failure:
    return Failure(
        reason="DeletionNotVerified",
        message="The remaining resources could not be listed in Azure.",
        retryable=True,
        suggested_action="Send DELETE again.",
    )
