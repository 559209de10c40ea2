"""Tries the offers of a cell in turn until Azure has GPU nodes for one of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from durabletask.entities import EntityInstanceId

from domain.durable.names import BLOCKLIST_ENTITY, BlocklistOperation
from domain.environment.steps import plan_cell_removal
from domain.outcomes import Failure, Outcome
from domain.placement.attempts import AttemptStatus, OfferAttempt, RecordAttempt
from domain.placement.blocklist import Block, Blocklist, Choice, RefusedOffer, choose, is_refusal
from domain.placement.failures import all_offers_refused
from domain.placement.offers import Offer
from domain.spec.role_access import GrantedRole
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import delete_resource
from orchestrators.sequence import in_order

BLOCKLIST = EntityInstanceId(BLOCKLIST_ENTITY, "all")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One offer to build a cell with."""

    offer: Offer
    number: int = 1
    has_alternative: bool = False


@dataclass(frozen=True, slots=True)
class CellOffers:
    """A cell whose offers are tried."""

    operation: OperationContext
    name: str
    """The region of the specification that it is for."""
    offers: Sequence[Offer]
    granted: Offer | None = None
    built_in: str | None = None
    granted_roles: Sequence[GrantedRole] = ()
    """Those that may have been assigned to the cell where it was built."""
    records: str | None = None
    """ARM ids of DNS records, with `{region}` in place of the cell's."""


type Build = Callable[[Attempt], Steps[Outcome]]


def place_cell(cell: CellOffers, build: Build) -> Steps[Outcome]:
    """Builds with the first offer that Azure does not refuse; a cell with one offer has no other.

    Whatever else fails ends it: another offer would not help.
    """
    operation, offers = cell.operation, cell.offers
    if len(offers) == 1:
        outcome = yield from build(Attempt(offers[0]))
        _block(operation, offers[0], outcome)
        return outcome
    blocklist: object = yield operation.context.call_entity(BLOCKLIST, BlocklistOperation.READ)
    choices = choose(offers, cell.granted, Blocklist.from_wire(blocklist), operation.now)
    return (yield from _try(cell, choices, build))


def _try(cell: CellOffers, choices: Sequence[Choice], build: Build) -> Steps[Outcome]:
    built_in = cell.built_in
    refused: list[tuple[Offer, Failure]] = []
    for index, choice in enumerate(choices):
        offer = choice.offer
        if choice.block:
            _skip(cell, choice)
            continue
        left = yield from _leave(cell, built_in, offer)
        if not left.is_success:
            return left
        if not (yield from _begin(cell, offer)):
            continue
        is_last = all(each.block for each in choices[index + 1 :])
        outcome = yield from build(Attempt(offer, len(refused) + 1, has_alternative=not is_last))
        built_in = offer.region
        _end(cell, offer, outcome)
        if outcome.failure is None or not is_refusal(outcome):
            return outcome
        refused.append((offer, outcome.failure))
    return Outcome.failed(all_offers_refused(refused))


def _leave(cell: CellOffers, built_in: str | None, offer: Offer) -> Steps[Outcome]:
    """Deletes the cell where it was, before it is built in another region."""
    if built_in is None or built_in == offer.region:
        return Outcome.succeeded()
    parts = plan_cell_removal(built_in, cell.granted_roles, cell.records)
    return (yield from in_order(*(partial(delete_resource, cell.operation, p) for p in parts)))


def _begin(cell: CellOffers, offer: Offer) -> Steps[bool]:
    """False, and skipped, if another cell of the environment has moved to the region."""
    running = _attempt(cell, offer, AttemptStatus.RUNNING)
    has_begun = yield from cell.operation.environment.begin_attempt(running)
    if not has_begun:
        skipped = _attempt(cell, offer, AttemptStatus.SKIPPED)
        cell.operation.environment.signal_attempt(skipped)
    return has_begun


def _skip(cell: CellOffers, choice: Choice) -> None:
    skipped = _attempt(cell, choice.offer, AttemptStatus.SKIPPED, block=choice.block)
    cell.operation.environment.signal_attempt(skipped)


def _end(cell: CellOffers, offer: Offer, outcome: Outcome) -> None:
    status = AttemptStatus.of(outcome, is_refused=is_refusal(outcome))
    ended = _attempt(cell, offer, status, failure=outcome.failure)
    cell.operation.environment.signal_attempt(ended)
    _block(cell.operation, offer, outcome)


def _block(operation: OperationContext, offer: Offer, outcome: Outcome) -> None:
    if outcome.failure and is_refusal(outcome):
        refusal = RefusedOffer(offer=offer, failure=outcome.failure, at=operation.now)
        operation.context.signal_entity(BLOCKLIST, BlocklistOperation.ADD, refusal.to_wire())


def _attempt(
    cell: CellOffers,
    offer: Offer,
    status: AttemptStatus,
    *,
    failure: Failure | None = None,
    block: Block | None = None,
) -> RecordAttempt:
    operation = cell.operation
    attempt = OfferAttempt(
        cell=cell.name,
        offer=offer,
        status=status,
        at=operation.now,
        failure=failure,
        block=block,
    )
    return RecordAttempt(operation_id=operation.ref.operation_id, attempt=attempt)
