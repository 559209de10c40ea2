"""Claims of requests in the ledgers of the task hub."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from durabletask.entities import EntityInstanceId

from domain.durable.names import CLAIMS_ENTITY, ClaimsOperation
from domain.environment.operation_request import OperationRequest
from domain.environment.record import EnvironmentRecord
from domain.guard.claim_demands import build_claim
from domain.guard.claims import Claim, ClaimRequest, Ledger, LedgerDemand, OpenClaims, find_open
from triggers import task_hub
from triggers.task_hub import DurableClient

CLAIM_LOOKS = 60
CLAIM_LOOK_SECONDS = 0.05
"""An entity takes signals in turn; a client reads its answer from its state."""


@dataclass(frozen=True, slots=True)
class LedgerView:
    """Ledgers with the records of the environments that claim in them."""

    open: Mapping[str, OpenClaims] = field(default_factory=dict[str, OpenClaims])
    records: tuple[EnvironmentRecord, ...] = ()


async def read_ledgers(
    client: DurableClient,
    regions: Mapping[str, str | None],
    own: EnvironmentRecord | None,
    now: datetime,
) -> LedgerView:
    """`regions`: by ledger, that of a ledger of quota. `own`: the record of the environment that
    is decided on."""
    ledgers = dict(
        zip(regions, await asyncio.gather(*(_read(client, k) for k in regions)), strict=True)
    )
    names = {each.environment for ledger in ledgers.values() for each in ledger.granted}
    known = [own] if own else []
    records = await task_hub.read_stored(client, sorted(names - {each.name for each in known}))
    by_name = {record.name: record for record in (*known, *records)}
    found = {k: find_open(each, by_name, regions[k], now) for k, each in ledgers.items()}
    return LedgerView(found, tuple(records))


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
    for _ in range(CLAIM_LOOKS):
        answer = (await _read(client, ledger)).find_answer(wanted.claim)
        if answer is not None:
            return answer
        await asyncio.sleep(CLAIM_LOOK_SECONDS)
    return False


async def _read(client: DurableClient, ledger: str) -> Ledger:
    found = await client.get_entity(_entity_of(ledger))
    state = found.get_typed_state() if found else None
    return Ledger.from_wire(state) if state else Ledger()


def _entity_of(ledger: str) -> EntityInstanceId:
    return EntityInstanceId(CLAIMS_ENTITY, ledger)
