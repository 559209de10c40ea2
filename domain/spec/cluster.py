"""How the AKS clusters of an environment are run."""

from enum import StrEnum

from pydantic import Field, StrictInt

from domain.spec.fields import TIME_OF_DAY_PATTERN, Weekday
from domain.wire import WireModel

DISK_ENCRYPTION_SET_PATTERN = (
    r"^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[A-Za-z0-9._()-]{1,90}/providers/"
    r"Microsoft\.Compute/diskEncryptionSets/[A-Za-z0-9_-]{1,80}$"
)

UTC_OFFSET_PATTERN = r"^[+-](0[0-9]|1[0-4]):(00|15|30|45)$"


class ClusterTier(StrEnum):
    """Tiers of AKS's control plane, as Azure spells them; Premium only adds long-term support."""

    FREE = "Free"
    STANDARD = "Standard"


class MaintenanceWindow(WireModel):
    """The weekly hours in which AKS may upgrade Kubernetes and restart nodes.

    Times are of a fixed offset from UTC, as AKS takes them: without daylight saving time.
    """

    day: Weekday = Field(default=Weekday.SUNDAY, description="Day on which the window starts.")
    start: str = Field(
        default="01:00",
        pattern=TIME_OF_DAY_PATTERN,
        description="Start of the window, HH:MM.",
        examples=["01:00"],
    )
    duration_hours: StrictInt = Field(
        default=4, ge=4, le=24, description="Length of the window; AKS takes 4 to 24 hours."
    )
    utc_offset: str | None = Field(
        default=None,
        pattern=UTC_OFFSET_PATTERN,
        description="Offset of `start` from UTC; the standard time of each region if omitted.",
        examples=["+01:00"],
    )


class ClusterSpec(WireModel):
    """The AKS cluster of every cell."""

    tier: ClusterTier = Field(
        default=ClusterTier.STANDARD,
        description="Tier of the control plane. `Free` has no uptime SLA, and its API server "
        "throttles earlier: for trials.",
    )
    disk_encryption_set_id: str | None = Field(
        default=None,
        pattern=DISK_ENCRYPTION_SET_PATTERN,
        max_length=400,
        description="ARM id of the disk encryption set whose key encrypts the nodes' disks, in "
        "the region of the only cell; cannot be changed once the cluster is built. Azure's own "
        "keys if omitted.",
        examples=[
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-keys/providers/"
            "Microsoft.Compute/diskEncryptionSets/des-westeurope"
        ],
    )
    maintenance: MaintenanceWindow = Field(
        default_factory=MaintenanceWindow,
        description="When AKS installs Kubernetes patches and security patches of nodes. The only "
        "node of a GPU pool does not serve while it restarts.",
    )
