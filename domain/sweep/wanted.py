"""What an environment should look like in Azure, as far as lists and one request can tell."""

from datetime import datetime

from pydantic import AwareDatetime

from domain.environment.health import Health
from domain.environment.operation import OperationKind
from domain.environment.phases import IN_MOTION, Phase
from domain.environment.record import EnvironmentRecord
from domain.placement.offers import Offer
from domain.spec.model import RepairPolicy
from domain.wire import WireModel

NOT_AT_REST = IN_MOTION | {Phase.DELETED}


class WantedEnvironment(WireModel):
    environment: str
    phase: Phase
    offers: tuple[Offer, ...]
    """Of each cell: its region, and what its GPU pool is made of."""
    min_nodes: int
    max_nodes: int
    replicas: int
    health_path: str
    has_private_origins: bool = False
    host_name: str = ""
    """Of its endpoint; empty if no operation has reported it."""
    sequence: int
    """Operations started so far."""
    settled_at: AwareDatetime | None = None
    """When its latest operation ended; None while one runs, and once it is deleted."""
    health: Health = Health()
    """As recorded."""
    repairs: bool = False
    """Whether the sweep may repair it: it is Ready, and nothing has failed since."""
    repaired_at: AwareDatetime | None = None
    """When the latest repair ended."""

    @property
    def is_asleep(self) -> bool:
        return self.phase is Phase.SCALED_DOWN

    @property
    def should_answer(self) -> bool:
        return not self.is_asleep and self.replicas > 0


def read_wanted(record: EnvironmentRecord) -> WantedEnvironment:
    spec = record.spec
    latest = record.latest
    return WantedEnvironment(
        environment=record.name,
        phase=record.phase,
        offers=tuple(record.offer_of(cell) for cell in spec.regions),
        min_nodes=spec.gpu.min_nodes,
        max_nodes=spec.gpu.max_nodes,
        replicas=spec.workload.replicas,
        health_path=spec.workload.health_path,
        has_private_origins=spec.edge.has_private_origins,
        host_name=(record.endpoint or "").removeprefix("https://"),
        sequence=record.sequence,
        settled_at=None if record.phase in NOT_AT_REST else latest.last_action_at,
        health=record.health,
        repairs=spec.repair is RepairPolicy.AUTO
        and record.phase is Phase.READY
        and not record.has_failed,
        repaired_at=_latest_repair(record),
    )


def _latest_repair(record: EnvironmentRecord) -> datetime | None:
    ended = [o.last_action_at for o in record.operations if o.kind is OperationKind.REPAIR]
    return ended[-1] if ended else None
