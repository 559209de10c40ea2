"""What a specification is checked against."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.environment.record import EnvironmentRecord
from domain.guard.market import Markets
from domain.guard.plan_check import PlanCheck
from domain.guard.policy.facts import PolicyFacts
from domain.guard.policy.ledgers import quota_ledger
from domain.guard.policy.model import Allowed
from domain.guard.subscription import Subscription
from domain.placement.offers import Offer, list_offers
from domain.spec.model import EnvironmentSpec


@dataclass(frozen=True, slots=True)
class Situation:
    """As far as it was read."""

    markets: Markets
    record: EnvironmentRecord | None = None
    """That of the name, whether the environment is live or deleted."""
    in_flight: tuple[EnvironmentRecord, ...] = ()
    """Other environments with a running operation."""
    subscription: Subscription = field(default_factory=Subscription)
    images: tuple[PlanCheck, ...] = ()
    """What registries say to the specification's images."""

    policy: PolicyFacts | None = None
    """None: nothing is checked against the policy file."""

    def find_claimed(self, region: str) -> Mapping[str, float]:
        """By the name of the quota, in lower case."""
        return self.policy.find_claimed(quota_ledger(region)) if self.policy else {}

    def allows(self, offer: Offer) -> bool:
        """Whether the policy file does."""
        allow = self.policy.policy.allow if self.policy else Allowed()
        return allow.has_size(offer.vm_size) and allow.has_region(offer.region)

    def offer_of(self, spec: EnvironmentSpec, cell: str) -> Offer:
        """The one that a live cell has; otherwise its first."""
        existing = self.existing
        is_there = existing is not None and cell in existing.spec.regions
        return existing.offer_of(cell) if existing and is_there else list_offers(spec, cell)[0]

    @property
    def existing(self) -> EnvironmentRecord | None:
        """The environment itself, if it is live. What was not approved is not there: its price is
        no less for having been asked for before."""
        record = self.record
        return (
            record if record and not record.is_deleted and not record.was_never_approved else None
        )

    @property
    def based_on(self) -> int:
        """Number of the name's latest operation; 0 before the first."""
        return self.record.sequence if self.record else 0
