"""Claims: what a request is about to use, from its decision until its operation is on record.

Requests that are decided in the same moment see the same quota and the same budget. Each claims
its part in a ledger, one after the other, and is granted it only if the room that it has seen
still holds it beside the claims that its view lacks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from domain.environment.operation import parse_operation_id
from domain.environment.record import EnvironmentRecord
from domain.environment.step_keys import cell_step, gpu_pool_step
from domain.wire import WireModel

CLAIM_LIFETIME = timedelta(minutes=10)
"""A claim whose request died blocks nothing for longer. Its operation is on record, and in the
directory, within seconds."""

AZURE_COUNTS_AFTER = timedelta(seconds=6)
"""From the request for a cluster until Azure counts its vCPUs, which takes seconds."""


class Claim(WireModel):
    """What one request needs of one ledger, by name."""

    id: str
    """Derived from the operation and its request: a repetition has the same."""
    operation_id: str
    amounts: dict[str, float]
    at: AwareDatetime
    expires_at: AwareDatetime

    @property
    def environment(self) -> str:
        parsed = parse_operation_id(self.operation_id)
        return parsed.environment if parsed else ""


class ClaimRequest(WireModel):
    """A claim, with what its request has seen."""

    claim: Claim
    room: dict[str, float]
    """By name: how much is left of what records and Azure show."""
    counted: tuple[str, ...] = ()
    """Operations whose claims are part of that view."""


class Ledger(WireModel):
    """The state of the durable entity `claims`: claims that were granted or refused lately."""

    granted: tuple[Claim, ...] = ()
    refused: tuple[Claim, ...] = ()

    def find_answer(self, claim: Claim) -> bool | None:
        """Whether it is granted; None before the entity has decided it."""
        for claims, answer in ((self.granted, True), (self.refused, False)):
            if any(each.id == claim.id and each.at >= claim.at for each in claims):
                return answer
        return None


class LedgerDemand(WireModel):
    """What a request needs of one ledger, and the room that it has seen there."""

    ledger: str
    amounts: dict[str, float]
    room: dict[str, float] = Field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class OpenClaims:
    """Claims of one ledger that are not yet part of what records and Azure show."""

    claims: tuple[Claim, ...] = ()
    counted: tuple[str, ...] = ()
    """Operations of the others."""

    def sum_for_others(self, environment: str) -> Mapping[str, float]:
        return sum_claims(each for each in self.claims if each.environment != environment)


def decide_claim(ledger: Ledger, request: ClaimRequest) -> Ledger:
    """All of it or nothing. Claims of the same environment do not add up: one operation starts at
    a time, and what the one before has built is on record."""
    claim = request.claim
    kept = _without(_live(ledger.granted, claim.at), claim.id)
    others = [each for each in kept if each.environment != claim.environment]
    taken = sum_claims(each for each in others if each.operation_id not in request.counted)
    fits = all(
        amount <= 0 or taken.get(name, 0.0) + amount <= request.room.get(name, 0.0)
        for name, amount in claim.amounts.items()
    )
    refused = _without(_live(ledger.refused, claim.at), claim.id)
    if fits:
        return Ledger(granted=(*kept, claim), refused=refused)
    return Ledger(granted=kept, refused=(*refused, claim))


def release_claim(ledger: Ledger, claim_id: str, now: datetime) -> Ledger:
    """Of a request that has started nothing."""
    return Ledger(
        granted=_without(_live(ledger.granted, now), claim_id),
        refused=_without(_live(ledger.refused, now), claim_id),
    )


def sum_claims(claims: Iterable[Claim]) -> dict[str, float]:
    taken: dict[str, float] = {}
    for claim in claims:
        for name, amount in claim.amounts.items():
            taken[name] = taken.get(name, 0.0) + amount
    return taken


def find_open(
    ledger: Ledger,
    records: Mapping[str, EnvironmentRecord],
    region: str | None,
    now: datetime,
    usages_read_at: datetime | None = None,
) -> OpenClaims:
    """`records`: of the environments that the claims are for. `region`: of a ledger of quota.
    `usages_read_at`: the region's, where they are not those of `now`."""
    seen_at = min(usages_read_at or now, now)
    live = _live(ledger.granted, seen_at)
    counted = {
        each.operation_id
        for each in live
        if (record := records.get(each.environment))
        and _is_counted(each, record, region, now, seen_at)
    }
    still_open = tuple(each for each in live if each.operation_id not in counted)
    return OpenClaims(still_open, tuple(sorted(counted)))


def _is_counted(
    claim: Claim, record: EnvironmentRecord, region: str | None, now: datetime, seen_at: datetime
) -> bool:
    """Once it is on record a budget counts it, and quota until Azure is asked; what Azure was
    asked for has to be in Azure's own count of `seen_at`, also once the operation has ended."""
    parsed = parse_operation_id(claim.operation_id)
    if parsed is None or parsed.sequence > record.sequence:
        return False
    asked_at = _asked_at(claim, record, region)
    if asked_at is None:
        return True
    # A time ahead of this clock is another clock's: the claim's own time then has to do.
    since = asked_at if asked_at <= now else claim.at
    return seen_at >= since + AZURE_COUNTS_AFTER


def _asked_at(claim: Claim, record: EnvironmentRecord, region: str | None) -> datetime | None:
    """When its operation asked Azure for the region's cluster or pool."""
    operation = record.find_operation(claim.operation_id)
    if operation is None or region is None:
        return None
    names = {cell_step(region, "managedCluster").name, gpu_pool_step(region).name}
    begun = (step.started_at for step in operation.steps if step.name in names)
    return min((at for at in begun if at), default=None)


def _live(claims: Iterable[Claim], now: datetime) -> tuple[Claim, ...]:
    return tuple(each for each in claims if each.expires_at > now)


def _without(claims: Iterable[Claim], claim_id: str) -> tuple[Claim, ...]:
    return tuple(each for each in claims if each.id != claim_id)
