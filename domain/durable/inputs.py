"""What orchestrations and activities hand to each other, as plain JSON on the durable boundary."""

from pydantic import AwareDatetime

from domain.arm.resource_kinds import ResourceTarget
from domain.environment.kept_pool import KeptPool
from domain.environment.steps import PlannedResource
from domain.outcomes import Handle
from domain.spec.model import EnvironmentSpec
from domain.wire import WireModel


class StoryRef(WireModel):
    """Whose story an orchestration or activity is part of, and until when it may go on."""

    environment: str
    operation_id: str
    deadline: AwareDatetime


class CellInput(WireModel):
    """One region's half of an environment."""

    story: StoryRef
    spec: EnvironmentSpec
    region: str


class EdgeInput(WireModel):
    story: StoryRef
    spec: EnvironmentSpec


class ResourceInput(WireModel):
    """One ARM resource to create or delete. `region` is empty for the parts of the edge."""

    operation_id: str
    kind: str
    spec: EnvironmentSpec
    region: str = ""

    def target(self, subscription_id: str) -> ResourceTarget:
        return ResourceTarget(self.kind, self.spec.name, self.region, subscription_id)


class WorkloadInput(WireModel):
    """What runs inside a cell, and who gets its traffic."""

    operation_id: str
    spec: EnvironmentSpec
    region: str
    replicas: int
    awake: bool
    """False: the responder gets the traffic and says that the model sleeps."""


class PoolInput(WireModel):
    """A cell's GPU pool and, on the way back from zero, the settings to go back to."""

    operation_id: str
    spec: EnvironmentSpec
    region: str
    kept: KeptPool | None = None


class ScalingInput(WireModel):
    """A cell on its way to zero or back, with the settings of its GPU pool that are kept."""

    story: StoryRef
    spec: EnvironmentSpec
    region: str
    kept: KeptPool | None = None


class DeletionInput(WireModel):
    """Resources to delete one after the other."""

    story: StoryRef
    spec: EnvironmentSpec
    targets: tuple[PlannedResource, ...]


class OperationPoll(WireModel):
    """One look at a long-running ARM operation."""

    operation_id: str
    handle: Handle


class OperationWait(WireModel):
    """A long-running ARM operation to wait for."""

    story: StoryRef
    step: str
    handle: Handle
    begun_at: AwareDatetime


class ReadyWait(WireModel):
    """A cell's Kubernetes to wait for."""

    story: StoryRef
    spec: EnvironmentSpec
    region: str
    started_at: AwareDatetime


class EdgeProbe(WireModel):
    """The question whether the model answers through the edge."""

    operation_id: str
    host_name: str
    path: str


class EdgeWait(WireModel):
    story: StoryRef
    step: str
    probe: EdgeProbe
