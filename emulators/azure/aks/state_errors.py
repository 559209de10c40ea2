"""Refusals of the AKS resource provider because of the state in which a resource is."""

from datetime import datetime

from emulators.azure.aks.errors import aks_error
from emulators.azure.arm.answers import ArmError

PENDING_OPERATION = "https://aka.ms/aks-pending-operation"

GRANULAR_SINCE = "2025-08-01"
"""From this api-version on AKS tells more: granular statuses, and what is in the way."""

_IN_WORDS = {
    "Creating": "create",
    "Deleting": "delete",
    "Scaling": "scale",
    "Upgrading": "upgrade",
}


def cluster_busy(kind: str, operation_id: str, started_at: datetime, api_version: str) -> ArmError:
    """`kind` is the provisioning state of the operation in the way, such as `Updating`."""
    if api_version < GRANULAR_SINCE:
        message = (
            f"Operation is not allowed: Another operation ({kind}) is in progress, please wait "
            f"for it to finish before starting a new operation. See {PENDING_OPERATION} "
            "for more details"
        )
    else:
        message = (
            "Operation is not allowed because there's an in progress "
            f"{_IN_WORDS.get(kind, 'update')} managed cluster operation "
            f"(operation ID: {operation_id}) on the managed cluster started on "
            f"UTC {started_at:%Y-%m-%dT%H:%M:%SZ}. Please wait for it to finish before starting "
            "a new operation. You can also use 'az aks operation-abort' to abort the operation. "
            f"See {PENDING_OPERATION} for more details"
        )
    return aks_error(409, "OperationNotAllowed", message)


def pool_busy(pool: str, kind: str) -> ArmError:
    return aks_error(
        409,
        "OperationNotAllowed",
        f"Operation is not allowed: Another agentpool operation ({pool} - {kind}) is in progress, "
        "please wait for it to finish before starting a new operation. "
        f"See {PENDING_OPERATION} for more details",
    )


def being_deleted(name: str) -> ArmError:
    """A write that races with the deletion of the cluster."""
    detail = "rpc error: code = FailedPrecondition desc = Etag mismatched"
    return aks_error(
        409,
        "EtagMismatch",
        f"Failed to save managed cluster {name}. Operation is not allowed: "
        "Another operation is in progress",
        [{"code": "Unspecified", "message": detail}],
        "PutManagedClusterAndAgentPools_FailedPrecondition",
    )


def being_saved(name: str) -> ArmError:
    """A write that races with another one which is just being accepted."""
    return being_deleted(name)


def etag_of_nothing() -> ArmError:
    return aks_error(
        412,
        "PreconditionFailed",
        "Resource not found but ETag header is provided. If this is a request to create, "
        "please do not provide ETag.",
    )


def etag_differs(given: str, present: str) -> ArmError:
    return aks_error(
        412,
        "PreconditionFailed",
        f"The ETag '{given}' provided in the request does not match the ETag '{present}' "
        "of the resource.",
    )


def wrong_power_state(provisioning_state: str, power_state: str, doing: str) -> ArmError:
    """Reported of stopping a stopped cluster; all else says the same of itself: assumed."""
    return aks_error(
        400,
        "OperationNotAllowed",
        f"managed cluster is in Provisioning State({provisioning_state}) and "
        f"Power State({power_state}), {doing} cannot be performed",
    )


def nothing_to_abort(name: str) -> ArmError:
    """The specification says 409 when the operation has ended before; the text is assumed."""
    return aks_error(
        409,
        "OperationNotAllowed",
        f"Operation abort is not allowed: there is no operation in progress on {name}.",
    )


def cannot_stop_pool(pool: str) -> ArmError:
    return aks_error(
        400,
        "OperationNotAllowed",
        f"Agent pool {pool} cannot be stopped: only a running user pool in the provisioning "
        "state Succeeded can.",
    )


def already_exists() -> ArmError:
    return aks_error(
        412,
        "PreconditionFailed",
        "If-None-Match is '*' but the resource already exists.",
    )
