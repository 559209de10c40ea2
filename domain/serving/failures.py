"""Failures of the steps that build a gateway."""

from collections.abc import Sequence

from domain.outcomes import Failure


def profile_missing(profile_id: str) -> Failure:
    """While the edge is built this passes; a gateway without the id would admit no request."""
    return Failure(
        reason="FrontDoorProfileMissing",
        message=f"The id of the Front Door profile {profile_id} is not known yet.",
        retryable=True,
        suggested_action="Look at the steps of the edge. A repair builds a profile anew that was "
        "deleted.",
    )


def tokens_not_configured() -> Failure:
    """The request was accepted while the settings were there."""
    return Failure(
        reason="TokensNotConfigured",
        message="This deployment does not know whose tokens callers of models send.",
        retryable=False,
        suggested_action="Set TENANT_ID and MODEL_AUDIENCE of the app, then retry the operation.",
    )


def version_unreachable(gateways: Sequence[str]) -> Failure:
    """Passes once all gateways have a configuration that knows of it, and its addresses."""
    return Failure(
        reason="VersionUnreachable",
        message=f"The new version did not answer through: {', '.join(gateways)}.",
        retryable=True,
        suggested_action="Look whether the new version answers 200 at workload.healthPath on "
        "workload.port.",
    )
