"""What a specification is checked against."""

from dataclasses import dataclass, field

from domain.environment.record import EnvironmentRecord
from domain.guard.market import Markets
from domain.guard.plan_check import PlanCheck
from domain.guard.subscription import Subscription


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

    @property
    def existing(self) -> EnvironmentRecord | None:
        """The environment itself, if it is live."""
        return None if self.record is None or self.record.is_deleted else self.record

    @property
    def based_on(self) -> int:
        """Number of the name's latest operation; 0 before the first."""
        return self.record.sequence if self.record else 0
