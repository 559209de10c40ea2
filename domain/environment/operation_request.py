"""The input of an operation's orchestration, and what is kept of its request."""

from pydantic import Field

from domain.environment.approval import ApprovalDemand
from domain.environment.call_stamp import CallStamp
from domain.environment.former_version import FormerDemand
from domain.environment.operation import OperationKind
from domain.environment.pinned_image import PinnedImage
from domain.environment.versions import Rollback
from domain.placement.attempts import CellPlacement
from domain.placement.offers import Offer, list_offers
from domain.spec.model import EnvironmentSpec
from domain.spec.role_access import GrantedRole
from domain.wire import WireModel

BRING_A_SPEC = frozenset({OperationKind.PROVISION, OperationKind.UPDATE})
"""Kinds of operations whose request contains a specification."""

BUILDS = BRING_A_SPEC | {OperationKind.REPAIR}
"""Kinds of operations that build whatever the specification describes and is missing."""

GET_NODES = BUILDS | {OperationKind.WAKE}
"""Kinds of operations that ask Azure for GPU nodes."""


class OperationRequest(WireModel):
    """The input of every operation's orchestration."""

    operation_id: str
    kind: OperationKind
    sequence: int
    spec: EnvironmentSpec
    predecessor: str | None = None
    """The operation that was running when this one was requested."""
    force: bool = False
    host_name: str = ""
    """The environment's public host name; empty before it has one."""
    request_id: str | None = None
    digest: str = ""
    """Of the request's content; empty if Gridplane itself has started the operation."""
    requested_by: str | None = None
    traceparent: str | None = None
    stamp: CallStamp | None = None
    """Of the request that asked for it; None if Gridplane itself has started the operation."""
    approval: ApprovalDemand | None = None
    """None: it begins at once."""
    placements: dict[str, CellPlacement] = Field(default_factory=dict[str, CellPlacement])
    """Of the record when the operation was requested."""
    image: PinnedImage | None = None
    """Of the record when the operation was requested."""
    granted_roles: tuple[GrantedRole, ...] | None = None
    """Of the record when the operation was requested."""
    rollback: Rollback | None = None
    former: FormerDemand | None = None
    """Of the version that serves, if an update brings the new one beside it."""
    may_change_offers: bool = False
    """Whether a cell that is refused its GPU nodes tries its other offers. Not while it may serve:
    another offer replaces its pool."""

    @property
    def startup_minutes(self) -> int:
        """How long the start of a cell's replicas may take: those that come where none were, or
        beside others, start all at once."""
        workload = self.spec.workload
        is_in_place = self.kind in (OperationKind.UPDATE, OperationKind.REPAIR)
        in_turns = is_in_place and self.former is None
        return workload.rollout_minutes if in_turns else workload.start_minutes

    @property
    def restored_image(self) -> PinnedImage | None:
        """What a rollback goes back to; None if it was never resolved."""
        return self.image if self.rollback else None

    @property
    def image_digest(self) -> str | None:
        """What the specification's image was resolved to before: it stays until the
        specification names another one."""
        image = self.image
        return image.digest if image and image.reference == self.spec.workload.image else None

    @property
    def all_granted_roles(self) -> tuple[GrantedRole, ...]:
        """Every one that may have been assigned to a cell, by this operation or before."""
        wanted = self.spec.granted_roles
        return tuple(dict.fromkeys((*(self.granted_roles or ()), *wanted)))

    @property
    def regions(self) -> tuple[str, ...]:
        """Where the cells are, or are built first."""
        return tuple(self.region_of(cell) for cell in self.spec.regions)

    @property
    def all_regions(self) -> tuple[str, ...]:
        """Every region in which an operation may have built a cell."""
        return tuple(
            dict.fromkeys((*self.regions, *self.spec.regions, *self.spec.placement.regions))
        )

    @property
    def further_offers(self) -> int:
        """How many offers a cell can try after its first."""
        return max(len(self.offers_of(cell)) for cell in self.spec.regions) - 1

    def region_of(self, cell: str) -> str:
        """Where the cell is, also after its nodes were refused there; a build begins elsewhere."""
        if self.kind in BUILDS:
            return self.offers_of(cell)[0].region
        return self.built_in(cell) or cell

    def built_in(self, cell: str) -> str | None:
        """The region in which the cell, or parts of it, may exist; None for the first operation.

        A cell that had a single offer has no placement on record.
        """
        placement = self.placements.get(cell)
        if placement:
            return placement.offer.region
        return cell if self.sequence > 1 else None

    def granted_offer(self, cell: str) -> Offer | None:
        """The offer that the cell has its GPU nodes with, if the specification still has it."""
        offers, placement = list_offers(self.spec, cell), self.placements.get(cell)
        if placement is None:
            return None if self.kind is OperationKind.PROVISION else offers[0]
        is_granted = not placement.is_refused and placement.offer in offers
        return placement.offer if is_granted else None

    def offers_of(self, cell: str) -> tuple[Offer, ...]:
        """The offers to try, in order: the granted one is kept if possible."""
        offers, placement = list_offers(self.spec, cell), self.placements.get(cell)
        if granted := self.granted_offer(cell):
            offers = (granted, *(offer for offer in offers if offer != granted))
        if self.may_change_offers:
            return offers
        where = placement.offer.region if placement else cell
        return tuple(offer for offer in offers if offer.region == where)[:1]


class IdempotencyRecord(WireModel):
    """A request that started an operation, kept to recognise its repetition."""

    id: str
    operation_id: str
    digest: str
    """Of the request's content; the same id with other content is refused."""
