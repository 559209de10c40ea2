"""How many resources a subscription may have."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Limits:
    """Documented limits, which the control API changes.

    An Enterprise Agreement can have 1,000 clusters per region; `checkResourceUsage` of
    Microsoft.Cdn reports 500 profiles.
    """

    clusters_per_region: int = 1000
    front_door_profiles: int = 500
    network: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """By region and name of the usage, where it differs from the recorded limit."""
