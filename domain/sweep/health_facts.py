"""The facts that the rules of health judge: one cell, or the edge, wanted and found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime

from domain.placement.offers import Offer
from domain.sweep.found import (
    CLUSTERS,
    EDGE_KINDS,
    EDGES,
    AzureListing,
    FoundCluster,
    FoundPool,
    LookedUp,
    Presence,
    ResourceRef,
)
from domain.sweep.origin_looks import list_origins
from domain.sweep.wanted import WantedEnvironment
from domain.wire import WireModel

_LOST = {Presence.MISSING, Presence.UNCONNECTED}


class ProbeAnswer(WireModel):
    """The answer to one request to the model through its edge."""

    environment: str
    status: int | None = None
    """HTTP status; None without an answer."""
    reached: bool = True
    """False if no connection was made, which may be the app's own network."""
    detail: str = ""
    answered_at: AwareDatetime | None = None
    """By the clock of the edge, which is Azure Monitor's."""

    def asked_at(self, scheduled_at: datetime, received_at: datetime) -> datetime:
        """When Azure Monitor counted the request: an activity may wait for minutes before it runs.

        A clock that is off says nothing.
        """
        if self.answered_at and scheduled_at <= self.answered_at <= received_at:
            return self.answered_at
        return scheduled_at

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class CellFacts:
    wanted: WantedEnvironment
    offer: Offer
    cluster_id: str
    """Empty if neither a list nor a read has brought it."""
    cluster: FoundCluster | None
    presence: Presence
    reason: str

    @property
    def region(self) -> str:
        return self.offer.region

    @property
    def pool(self) -> FoundPool | None:
        return self.cluster.gpu_pool if self.cluster else None

    @property
    def state(self) -> str:
        return self.cluster.state if self.cluster else ""


@dataclass(frozen=True, slots=True)
class EdgeFacts:
    wanted: WantedEnvironment
    parts: Mapping[str, LookedUp]
    """By kind."""
    probe: ProbeAnswer | None
    origins: Sequence[LookedUp] = ()
    """Origins, and the Private Link services behind them: those that this sweep has read."""

    def first(self, presence: Presence) -> LookedUp | None:
        parts = (*self.parts.values(), *self.origins)
        return next((each for each in parts if each.presence is presence), None)

    def lost(self, kind: str) -> list[LookedUp]:
        """Of `origins`, those through which nothing reaches a cell."""
        of_kind = (each for each in self.origins if each.ref.kind == kind)
        return [each for each in of_kind if each.presence in _LOST]

    def is_missing(self, kind: str) -> bool:
        return self.parts[kind].presence is Presence.MISSING


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that a sweep has found, by what it belongs to."""

    clusters: Mapping[tuple[str, str], FoundCluster]
    resources: frozenset[ResourceRef]
    looked_up: Mapping[ResourceRef, LookedUp]
    probes: Mapping[str, ProbeAnswer]
    unread: Mapping[str, str]

    @classmethod
    def of(
        cls,
        listing: AzureListing,
        looked_up: Iterable[LookedUp] = (),
        probes: Iterable[ProbeAnswer] = (),
    ) -> "Found":
        return cls(
            clusters={(each.environment, each.region): each for each in listing.clusters},
            resources=frozenset(listing.resources),
            looked_up={each.ref: each for each in looked_up},
            probes={each.environment: each for each in probes},
            unread=listing.unread,
        )

    def cells(self, wanted: WantedEnvironment) -> list[CellFacts]:
        return [self._cell(wanted, offer) for offer in wanted.offers]

    def edge(self, wanted: WantedEnvironment) -> EdgeFacts:
        parts = {kind: self._part(wanted.environment, kind) for kind in EDGE_KINDS}
        probe = self.probes.get(wanted.environment)
        origins = (self.looked_up.get(ref) for ref in list_origins(wanted))
        return EdgeFacts(wanted, parts, probe, [each for each in origins if each])

    def suspects(self, wanted: WantedEnvironment) -> list[ResourceRef]:
        """Resources that the lists should contain and do not."""
        name = wanted.environment
        clusters = [
            ResourceRef(kind="managedCluster", environment=name, region=offer.region)
            for offer in wanted.offers
            if CLUSTERS not in self.unread and (name, offer.region) not in self.clusters
        ]
        parts = (ResourceRef(kind=kind, environment=name) for kind in EDGE_KINDS)
        edges = [each for each in parts if EDGES not in self.unread and each not in self.resources]
        return clusters + edges

    def _cell(self, wanted: WantedEnvironment, offer: Offer) -> CellFacts:
        region = offer.region
        cluster = self.clusters.get((wanted.environment, region))
        if cluster:
            return CellFacts(wanted, offer, cluster.cluster_id, cluster, Presence.PRESENT, "")
        ref = ResourceRef(kind="managedCluster", environment=wanted.environment, region=region)
        known = self._look_up(ref, CLUSTERS)
        presence, reason = known.presence, known.reason
        if presence is Presence.PRESENT:
            # Its settings are known once it is listed.
            presence, reason = Presence.UNREAD, "NotListedYet"
        return CellFacts(wanted, offer, known.resource_id, None, presence, reason)

    def _part(self, environment: str, kind: str) -> LookedUp:
        ref = ResourceRef(kind=kind, environment=environment)
        if ref in self.resources:
            return LookedUp(ref=ref, resource_id="", presence=Presence.PRESENT)
        return self._look_up(ref, EDGES)

    def _look_up(self, ref: ResourceRef, listed_in: str) -> LookedUp:
        unread = LookedUp(
            ref=ref,
            resource_id="",
            presence=Presence.UNREAD,
            reason=self.unread.get(listed_in, "NotRead"),
        )
        return self.looked_up.get(ref, unread)
