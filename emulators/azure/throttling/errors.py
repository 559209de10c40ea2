"""Refusals of requests that came too often; each says in Retry-After when to come again."""

from dataclasses import replace
from datetime import timedelta

from emulators.azure.aks.errors import aks_error
from emulators.azure.arm.answers import ArmError
from emulators.azure.arm.errors import gateway_error
from emulators.azure.throttling.bucket import Limit


def subscription_requests_throttled(
    kind: str, subscription: str, principal: str, wait: int
) -> ArmError:
    """`kind` is `reads`, `writes` or `deletes`."""
    return gateway_error(
        429,
        "SubscriptionRequestsThrottled",
        f"Number of '{kind.removesuffix('s')}' requests for subscription '{subscription}' "
        f"actor '{principal}' exceeded. Please try again after '{wait}' seconds after additional "
        "tokens are available. Refer to https://aka.ms/arm-throttling for additional information.",
        _retry_after(wait),
    )


def resource_requests_throttled(action: str, limit: Limit, wait: int) -> ArmError:
    """`action` is a resource type with its verb, such as `Microsoft.Cdn/profiles/read`."""
    hours, rest = divmod(int(timedelta(seconds=limit.every).total_seconds()), 3600)
    interval = f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
    return gateway_error(
        429,
        "ResourceRequestsThrottled",
        f"Number of requests for action '{action}' exceeded the limit of '{limit.burst}' for time "
        f"interval '{interval}'. Please try again after '{wait}' seconds.",
        _retry_after(wait),
    )


def aks_throttled(what: str, wait: int) -> ArmError:
    """Code and Retry-After are documented; the sentence was never recorded."""
    refusal = aks_error(
        429,
        "Throttled",
        f"The request limit of {what} was exceeded. Please try again after {wait} seconds.",
    ).answer
    return ArmError(replace(refusal, headers=_retry_after(wait)))


def _retry_after(wait: int) -> dict[str, str]:
    return {"Retry-After": str(wait)}
