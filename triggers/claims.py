"""Claims of requests in the ledgers of the task hub."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from durabletask.entities import EntityInstanceId

from domain.durable.names import CLAIMS_ENTITY, ClaimsOperation
from domain.environment.operation_request import OperationRequest
from domain.environment.record import EnvironmentRecord
from domain.guard.claim_demands import build_claim
from domain.guard.claims import Claim, ClaimRequest, Ledger, LedgerDemand, OpenClaims, find_open
from triggers import task_hub
from triggers.signal_results import await_result
from triggers.task_hub import DurableClient


@dataclass(frozen=True, slots=True)
class LedgerView:
    """Ledgers with the records of the environments that claim in them."""

    ledgers: Mapping[str, Ledger]
    own: EnvironmentRecord | None
    """The record of the environment that is decided on."""
    others: tuple[EnvironmentRecord, ...]

    def find_open(
        self, ledger: str, region: str | None, now: datetime, usages_read_at: datetime | None
    ) -> OpenClaims:
        known = (self.own, *self.others) if self.own else self.others
        by_name = {record.name: record for record in known}
        return find_open(self.ledgers[ledger], by_name, region, now, usages_read_at)


async def read_ledgers(
    client: DurableClient, names: Sequence[str], own: EnvironmentRecord | None
) -> LedgerView:
    ledgers = await asyncio.gather(*(_read(client, name) for name in names))
    claiming = {each.environment for ledger in ledgers for each in ledger.granted}
    others = await task_hub.read_stored(client, sorted(claiming - {own.name if own else ""}))
    return LedgerView(dict(zip(names, ledgers, strict=True)), own, tuple(others))


async def claim_all(
    client: DurableClient,
    request: OperationRequest,
    demands: Iterable[LedgerDemand],
    counted: Mapping[str, tuple[str, ...]],
) -> bool:
    """False if a ledger has refused, or not answered: then nothing stays claimed.

    `counted`: operations that the request has seen on record, by ledger.
    """
    now, claimed = datetime.now(UTC), list[tuple[str, Claim]]()
    for demand in demands:
        claim = build_claim(request, demand, now)
        claimed.append((demand.ledger, claim))
        seen = counted.get(demand.ledger, ())
        wanted = ClaimRequest(claim=claim, room=demand.room, counted=seen)
        if not await _is_granted(client, demand.ledger, wanted):
            await _release(client, claimed)
            return False
    return True


async def _release(client: DurableClient, claimed: Iterable[tuple[str, Claim]]) -> None:
    for ledger, claim in claimed:
        value = {"id": claim.id, "at": datetime.now(UTC).isoformat()}
        await client.signal_entity(_entity_of(ledger), ClaimsOperation.RELEASE, value)


async def _is_granted(client: DurableClient, ledger: str, wanted: ClaimRequest) -> bool:
    await client.signal_entity(_entity_of(ledger), ClaimsOperation.CLAIM, wanted.to_wire())

    async def find_answer() -> bool | None:
        return (await _read(client, ledger)).find_answer(wanted.claim)

    return await await_result(find_answer) or False


async def _read(client: DurableClient, ledger: str) -> Ledger:
    found = await client.get_entity(_entity_of(ledger))
    state = found.get_typed_state() if found else None
    return Ledger.from_wire(state) if state else Ledger()


def _entity_of(ledger: str) -> EntityInstanceId:
    return EntityInstanceId(CLAIMS_ENTITY, ledger)
