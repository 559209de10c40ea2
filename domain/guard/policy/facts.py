"""What the checks of policy and budget are made against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.catalog.prices import RegionPrices
from domain.environment.record import EnvironmentRecord
from domain.guard.policy.model import Policy


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """As of one moment."""

    at: datetime
    policy: Policy = field(default_factory=Policy)
    records: tuple[EnvironmentRecord, ...] = ()
    """Of the cost center, those of deleted environments and the environment itself included; read
    where the policy bounds the cost center."""
    prices: Mapping[str, RegionPrices] = field(default_factory=dict[str, RegionPrices])
    """By region, as Azure lists them; a region that is missing is priced as shipped."""
    claimed: Mapping[str, Mapping[str, float]] = field(default_factory=dict[str, dict[str, float]])
    """By ledger and name: what requests have claimed that no record shows yet."""

    counted: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """By ledger: operations with a claim that records and Azure show."""

    def find_claimed(self, ledger: str) -> Mapping[str, float]:
        return self.claimed.get(ledger, {})

    def find_all_others(self, name: str) -> tuple[EnvironmentRecord, ...]:
        """Environments of the cost center besides this one, deleted ones included."""
        return tuple(each for each in self.records if each.name != name)

    def find_others(self, name: str) -> tuple[EnvironmentRecord, ...]:
        """Live environments of the cost center besides this one. What waits for approval reserves
        nothing."""
        return tuple(
            each
            for each in self.find_all_others(name)
            if not each.is_deleted and not each.was_never_begun
        )
