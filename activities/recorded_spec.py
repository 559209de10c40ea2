"""Reads an operation's specification from its environment's record."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol, Self

from durabletask.entities import EntityInstanceId, EntityMetadata

from clients.factory import ClientFactory
from domain.durable.names import ENVIRONMENT_ENTITY
from domain.environment.applied_spec import find_base
from domain.environment.former_version import FormerVersion
from domain.environment.record import EnvironmentRecord
from domain.outcomes import Outcome
from domain.placement.offers import Offer
from domain.spec.model import EnvironmentSpec


class RecordReader(Protocol):
    """The part of the durable client that reads records."""

    async def get_entity(
        self, entity_instance_id: EntityInstanceId, include_state: bool = True
    ) -> EntityMetadata | None: ...


type SpecActivity = Callable[[dict[str, Any], ClientFactory, RecordReader], Awaitable[Outcome]]


class RecordedSpecs(NamedTuple):
    """What an operation is carried out from."""

    wanted: EnvironmentSpec
    base: EnvironmentSpec | None
    """What Azure was brought to before, in an update that keeps what others have changed since."""
    front_door_id: str | None = None
    """Of the profile, if this operation has found it already."""
    former: FormerVersion | None = None
    """The version that serves, while the operation brings another one beside it."""

    @property
    def serving(self) -> EnvironmentSpec:
        return self.former.in_place_of(self.wanted) if self.former else self.wanted

    def apply(self, offer: Offer) -> Self:
        """Of a cell that has the offer."""
        base = self.base and offer.apply(self.base)
        return self._replace(wanted=offer.apply(self.wanted), base=base)


async def read_spec(hub: RecordReader, environment: str, operation_id: str) -> EnvironmentSpec:
    """As `read_specs`."""
    return (await read_specs(hub, environment, operation_id)).wanted


async def read_specs(hub: RecordReader, environment: str, operation_id: str) -> RecordedSpecs:
    """Raises LookupError if the operation is not on record, for the engine to try again.

    It was recorded before its first activity, but Azure Storage sends an entity's answer before it
    stores the state: until then this reads the record, and the specification, of before.
    """
    metadata = await hub.get_entity(EntityInstanceId(ENVIRONMENT_ENTITY, environment))
    state = metadata.get_typed_state() if metadata else None
    record = EnvironmentRecord.from_wire(state) if state else None
    operation = record.find_operation(operation_id) if record else None
    if record is None or operation is None:
        raise LookupError(f"The record of {environment} has no operation {operation_id}.")
    profile = record.profile
    front_door_id = (
        profile.front_door_id if profile and profile.operation_id == operation_id else None
    )
    base = find_base(record.applied, operation)
    is_running = record.active_operation == operation_id
    former = record.former if is_running else None
    return RecordedSpecs(record.spec, base, front_door_id, former)
