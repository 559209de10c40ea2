"""Inputs of orchestrations and activities, as plain JSON on the durable boundary.

None of them carries a specification, which may have 256 KiB: every input stays in the history of
the orchestration that hands it on, and an operation hands on dozens. An activity that needs the
specification reads it from the environment's record.
"""

from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime

from domain.arm.operation_polling import OperationProgress
from domain.arm.resource_kinds import ResourceTarget
from domain.arm.role_assignments import RoleGrant
from domain.environment.kept_pool import KeptPool
from domain.environment.step_keys import StepKey
from domain.environment.steps import PlannedResource
from domain.outcomes import Handle
from domain.placement.offers import Offer
from domain.serving.gateway.settings import GatewayState
from domain.serving.share_watch import Share, ShareSeen
from domain.spec.model import EnvironmentSpec
from domain.spec.role_access import GrantedRole, RoleAccess
from domain.wire import WireModel


class OperationRef(WireModel):
    """The operation that an orchestration is part of, and the deadline it must keep."""

    environment: str
    operation_id: str
    deadline: AwareDatetime

    def child_id(self, *path: str) -> str:
        """Instance id of a child orchestration: derived, so a replay starts the same child."""
        return ".".join((self.operation_id, *path))


class CellDemand(WireModel):
    """What must run in each cell before it is ready."""

    replicas: int
    gpus: int
    """Of all replicas together."""
    startup_minutes: int = 20
    """How long the start of all of them may take; inputs of earlier versions do not say it."""
    image_digest: str | None = None
    """Of the image that runs; None: what the specification says."""
    vault_access: RoleAccess | None = None
    """None if replicas read no secrets."""
    weights_access: RoleAccess | None = None
    """None if replicas mount no weights."""
    certificate_access: RoleAccess | None = None
    """None if gateways have no certificate."""
    certificate_domain: str | None = None
    """Of the host names of cells; None if gateways have no certificate."""

    @property
    def needs_identity(self) -> bool:
        accesses = (self.vault_access, self.weights_access, self.certificate_access)
        return any(access is not None for access in accesses)

    @classmethod
    def of(cls, spec: EnvironmentSpec, image_digest: str | None = None) -> Self:
        workload, certificate = spec.workload, spec.edge.origin_certificate
        return cls(
            replicas=workload.replicas,
            gpus=workload.gpus_needed,
            startup_minutes=workload.start_minutes,
            image_digest=image_digest,
            vault_access=workload.vault_access,
            weights_access=workload.weights_access,
            certificate_access=spec.edge.certificate_access,
            certificate_domain=certificate.domain_name if certificate else None,
        )


class CellInput(WireModel):
    """One cell to build, with the offers to try for its GPU nodes."""

    operation: OperationRef
    cell: str
    """The region of the specification that it is for."""
    offers: tuple[Offer, ...]
    granted: Offer | None = None
    """The one that it has its nodes with."""
    built_in: str | None = None
    """The region in which an earlier operation may have built it, or parts of it."""
    demand: CellDemand
    registry: str | None = None
    """ARM id of the registry that has the image; None: not given."""
    granted_roles: tuple[GrantedRole, ...] | None = None
    """Those that earlier operations may have assigned to the cell."""
    has_private_origin: bool = False
    records: str | None = None
    """ARM ids of DNS records, with `{region}` in place of the cell's; None: none are made."""
    former_gpus: int | None = None
    """Of the version that serves, if the workload comes beside it."""


class ConnectionInput(WireModel):
    """A cell to connect to its edge over Private Link."""

    operation: OperationRef
    region: str
    attempt: int


class EdgeInput(WireModel):
    """The edge to build."""

    operation: OperationRef
    regions: tuple[str, ...]
    has_private_origins: bool = False


class ResourceInput(WireModel):
    """One ARM resource to create or delete. `region` is empty for the parts of the edge."""

    operation_id: str
    environment: str
    kind: str
    region: str = ""
    offer: Offer | None = None
    """Of the cell whose cluster or pool it is; None: what the specification says."""
    scope: str | None = None
    """Of a role assignment: the ARM id of the resource that it is at."""
    role: str | None = None
    """Of a role assignment: the name of the role's definition."""
    in_new_group: bool | None = None
    """True if Azure cannot have it yet: this operation has just created its resource group."""
    record: str | None = None
    """Of a DNS record: its ARM id."""

    def target(
        self,
        subscription_id: str,
        api_server_ranges: tuple[str, ...] = (),
        log_workspace_id: str | None = None,
    ) -> ResourceTarget:
        return ResourceTarget(
            self.kind,
            self.environment,
            self.region,
            subscription_id,
            api_server_ranges,
            log_workspace_id,
            record_id=self.record or "",
            grant=RoleGrant(self.scope, self.role) if self.scope and self.role else None,
        )


class RemainingResourcesInput(WireModel):
    """An environment whose remaining resources are listed."""

    operation_id: str
    environment: str
    regions: tuple[str, ...]
    granted_roles: tuple[GrantedRole, ...] | None = None
    """Those that may have been assigned to its cells."""


class ImageInput(WireModel):
    """What is looked up in its registry."""

    operation_id: str
    environment: str
    image: str | None = None
    """None: it is not there, or was looked up before."""
    weights: str | None = None
    """The image with the weights, if they are one and there."""


class RegistryAccessInput(WireModel):
    """A cell whose nodes are to pull from a registry."""

    operation_id: str
    environment: str
    region: str
    registry: str
    """ARM id."""


class IdentityAccessInput(WireModel):
    """A cell whose identity is to read a vault, or the weights, of the specification."""

    operation_id: str
    environment: str
    region: str


class DeployedVersion(StrEnum):
    """Which of two versions is deployed, and where, while an update has them side by side."""

    NEXT = "next"
    """The new one, beside the one that serves."""
    PROMOTED = "promoted"
    """The new one, in the place of the old one, which is sent nothing any more."""
    RESTORED = "restored"
    """The old one in its place again."""


class WorkloadInput(WireModel):
    """What runs inside a cell, and what its gateway says while no replica is ready."""

    operation_id: str
    environment: str
    offer: Offer
    """Of the cell's GPU nodes."""
    replicas: int
    state: GatewayState
    image_digest: str | None = None
    """Of the image that runs; None: what the specification says."""
    version: DeployedVersion | None = None
    """None: there is one version alone, and it serves."""


class TrafficInput(WireModel):
    """Cells whose gateways are told, or tell, which version answers."""

    operation_id: str
    environment: str
    regions: tuple[str, ...]
    weight: int | None = None
    """Percent of the requests that the new version answers; None: one version answers all."""
    is_promoted: bool | None = None
    """True: the new version is in the place of the old one."""


class GatewayInput(WireModel):
    """A cell's gateway, and what it says while no replica is ready."""

    operation_id: str
    environment: str
    offer: Offer
    """Of the cell's GPU nodes."""
    state: GatewayState


class ObservationInput(WireModel):
    """A cell whose Kubernetes objects are read."""

    operation_id: str
    environment: str
    region: str
    certificate_domain: str | None = None
    """None if its gateways have no certificate."""
    is_next: bool | None = None
    """True: the version that an update has brought beside the one that serves."""


class PoolInput(WireModel):
    """A cell's GPU pool and, on the way back from zero, the settings to restore."""

    operation_id: str
    environment: str
    region: str
    replicas: int = 0
    """Of the specification: kept with the settings if the Deployment is already at zero."""
    kept: KeptPool | None = None
    offer: Offer | None = None
    """The nodes that a wake is to get."""


class ScalingInput(WireModel):
    """A cell to scale to zero or back, with the kept settings of its GPU pool."""

    operation: OperationRef
    cell: str
    """The region of the specification that it is for."""
    offers: tuple[Offer, ...]
    """Of its GPU nodes: the one that its pool has, and others to try in the same region."""
    granted: Offer | None = None
    """The one that it had its nodes with."""
    demand: CellDemand
    kept: KeptPool | None = None

    @property
    def region(self) -> str:
        return self.offers[0].region


class DeletionInput(WireModel):
    """Resources to delete one after the other."""

    operation: OperationRef
    targets: tuple[PlannedResource, ...]


class OperationPoll(WireModel):
    """One poll of a long-running ARM operation."""

    operation_id: str
    handle: Handle
    asks_operation: bool | None = None
    """True if the operation itself has to answer, whatever its cluster shows; False if only the
    cluster is read, and the handle has no URL; None, of other resources and from earlier versions:
    the cluster if there is one, and the operation once it is at rest."""


class OperationWait(WireModel):
    """A long-running ARM operation to wait for."""

    operation: OperationRef
    step: StepKey
    progress: OperationProgress
    begun_at: AwareDatetime
    polls: int = 0
    """Of earlier runs."""
    delay_seconds: float | None = None
    """Until the first poll of this run, where an earlier one has decided it."""

    def key(self, poll: int) -> str:
        """Of one poll of this wait; no other has the same."""
        return f"{self.operation.operation_id} {self.step.name} {self.begun_at} {poll}"


class ReadyWait(WireModel):
    """A cell whose readiness is awaited."""

    operation: OperationRef
    region: str
    demand: CellDemand
    started_at: AwareDatetime
    attempt: int = 1
    has_alternative: bool = False
    """Whether another offer can be tried if there are no nodes for this one."""
    is_next: bool | None = None
    """True: of the version beside the one that serves."""
    gpus_beside: int | None = None
    """Of another version, on the same nodes."""
    again: str | None = None
    """For what a cell becomes ready once more in the same operation; part of its steps' names."""


class TrafficWatch(WireModel):
    """A share of the requests whose answers are watched."""

    operation: OperationRef
    step: StepKey
    traffic: TrafficInput
    share: Share
    seen: ShareSeen = ShareSeen()


class PurgeRequest(WireModel):
    """How long what has ended is kept."""

    retention_days: int


class PurgeInput(WireModel):
    """The time before which what has ended is removed."""

    operation_id: str
    before: AwareDatetime


class EdgeProbe(WireModel):
    """One request to the model through the edge."""

    operation_id: str
    host_name: str
    path: str


class EdgeWait(WireModel):
    """An edge through which the model has to answer."""

    operation: OperationRef
    step: StepKey
    probe: EdgeProbe
    has_certificate: bool = False
    """Whether Front Door verifies a certificate of the cells."""
