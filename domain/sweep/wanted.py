"""What an environment should look like in Azure, as far as lists and one request can tell."""

from pydantic import AwareDatetime

from domain.environment.health import Health
from domain.environment.phases import IN_MOTION, Phase
from domain.environment.record import EnvironmentRecord
from domain.wire import WireModel

NOT_AT_REST = IN_MOTION | {Phase.DELETED}


class WantedEnvironment(WireModel):
    environment: str
    phase: Phase
    regions: tuple[str, ...]
    vm_size: str
    spot: bool
    min_nodes: int
    max_nodes: int
    replicas: int
    health_path: str
    host_name: str = ""
    """Of its endpoint; empty if no operation has reported it."""
    sequence: int
    """Operations started so far."""
    settled_at: AwareDatetime | None = None
    """When its latest operation ended; None while one runs, and once it is deleted."""
    health: Health = Health()
    """As recorded."""

    @property
    def is_asleep(self) -> bool:
        return self.phase is Phase.SCALED_DOWN

    @property
    def should_answer(self) -> bool:
        return not self.is_asleep and self.replicas > 0


def read_wanted(record: EnvironmentRecord) -> WantedEnvironment:
    spec = record.spec
    latest = record.operations[-1]
    return WantedEnvironment(
        environment=record.name,
        phase=record.phase,
        regions=spec.regions,
        vm_size=spec.gpu.vm_size,
        spot=spec.gpu.spot,
        min_nodes=spec.gpu.min_nodes,
        max_nodes=spec.gpu.max_nodes,
        replicas=spec.workload.replicas,
        health_path=spec.workload.health_path,
        host_name=(record.endpoint or "").removeprefix("https://"),
        sequence=record.sequence,
        settled_at=None if record.phase in NOT_AT_REST else latest.last_action_at,
        health=record.health,
    )
