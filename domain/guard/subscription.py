"""What holds for the whole subscription, as far as it could be read."""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import Field

from domain.catalog.offered_sizes import QuotaUse
from domain.wire import JsonObject, WireModel

PROVIDERS = (
    "Microsoft.Cdn",
    "Microsoft.Compute",
    "Microsoft.ContainerService",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
)
"""Namespaces of what every environment consists of. Those of registries, vaults and workspaces
are registered where such a resource exists."""

HOST_ENCRYPTION = "Microsoft.Compute/EncryptionAtHost"
FEATURES = (HOST_ENCRYPTION,)
"""System nodes ask for encryption at host."""

REGISTERED = "Registered"
PROFILES = "afdprofile"
"""Front Door profiles, as Microsoft.Cdn names the type of resource."""


class SubscriptionPart(StrEnum):
    """What is read of a subscription; any of it may be unknown."""

    PROFILES = "profiles"
    PROVIDERS = "providers"
    FEATURES = "features"


class Subscription(WireModel):
    """Limits and registrations at one moment."""

    profiles: QuotaUse | None = None
    providers: dict[str, str] | None = None
    """Registration state by namespace."""
    features: dict[str, str] | None = None
    """Registration state by namespace and name of the feature."""
    unread: dict[SubscriptionPart, str] = Field(default_factory=dict[SubscriptionPart, str])
    """Why a part is unknown."""

    def states_of(self, part: SubscriptionPart) -> dict[str, str] | None:
        """Registration states of providers or features."""
        return self.providers if part is SubscriptionPart.PROVIDERS else self.features


def read_profile_usage(items: Iterable[JsonObject]) -> QuotaUse | None:
    """Of the list that `checkResourceUsage` gives; None if it has no profiles."""
    found = (each for each in items if str(each.get("resourceType")).lower() == PROFILES)
    return next(
        (
            QuotaUse(name=each["resourceType"], used=each["currentValue"], limit=each["limit"])
            for each in found
        ),
        None,
    )
