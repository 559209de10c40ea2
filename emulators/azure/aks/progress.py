"""What AKS tells while an operation runs: granular stages, and an error that means nothing."""

from typing import Any

from emulators.azure.arm.operations import Stage
from emulators.azure.identifiers import Identifiers

STRAY_ERROR_SHARE = 0.017
"""The share of recorded operations with an error in a poll; nearly all of them succeeded."""

_STRAY_ERRORS = (
    (
        "NotLatestOperation",
        "Expected goal state for managed cluster not saved yet. This means saving goal state to "
        "database was slow or failed. This type of failed operations can usually be retried.",
    ),
    ("OverlaymgrReconcileError", "We are unable to serve this request due to an internal error."),
    ("ReconcileControlPlaneCertificatesError", "key pool is empty"),
)


UPDATE_STAGES = (
    Stage(0.12, "ProvisioningNetworkResources"),
    Stage(0.35, "ProvisioningControlPlane"),
    Stage(0.85, "ReconcilingDNS"),
)


def create_stages(nodes: int) -> tuple[Stage, ...]:
    return (
        Stage(0.16, "ProvisioningNetworkResources"),
        Stage(0.24, "ProvisioningControlPlane"),
        Stage(0.6, "CreatingAgentPools"),
        Stage(0.66, f"CreatingAgentPools: 0/{nodes} nodes completed"),
        Stage(0.85, f"CreatingAgentPools: {nodes}/{nodes} nodes completed"),
        Stage(0.9, "ReconcilingDNS"),
        Stage(0.95, "ReconcilingAddons"),
    )


def pool_create_stages(nodes: int) -> tuple[Stage, ...]:
    return (
        Stage(0.0, "CreatingAgentPool"),
        Stage(0.12, f"CreatingAgentPool: 0/{nodes} nodes completed"),
        Stage(0.97, f"CreatingAgentPool: {nodes}/{nodes} nodes completed"),
    )


def stray_error(identifiers: Identifiers, share: float) -> dict[str, Any] | None:
    """An error to show in the polls of an operation that goes well, for a share of them."""
    if not identifiers.happens(share):
        return None
    code, message = _STRAY_ERRORS[int(identifiers.hexadecimal(4), 16) % len(_STRAY_ERRORS)]
    return {"code": code, "message": message}
