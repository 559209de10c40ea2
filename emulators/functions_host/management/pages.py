"""Asks the task hub for one page of instances or entities at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from durabletask.client import OrchestrationState, OrchestrationStatus, parse_orchestration_state
from durabletask.internal import orchestrator_service_pb2 as pb
from durabletask.internal.helpers import get_string_value, new_timestamp
from google.protobuf.wrappers_pb2 import Int32Value


@dataclass(frozen=True, slots=True)
class Page[T]:
    items: list[T]
    continuation_token: str | None


@dataclass(frozen=True, slots=True)
class InstanceFilter:
    id_prefix: str | None
    created_from: datetime | None
    created_to: datetime | None
    statuses: list[OrchestrationStatus]
    page_size: int


@dataclass(frozen=True, slots=True)
class EntityFilter:
    name: str | None
    last_operation_from: datetime | None
    last_operation_to: datetime | None
    fetch_state: bool
    page_size: int


class HubPages:
    def __init__(self, hub: Any) -> None:
        self._hub = hub

    async def instances(
        self, asked: InstanceFilter, token: str | None
    ) -> Page[OrchestrationState]:
        query = pb.InstanceQuery(
            runtimeStatus=[status.value for status in asked.statuses],
            createdTimeFrom=_timestamp(asked.created_from),
            createdTimeTo=_timestamp(asked.created_to),
            maxInstanceCount=asked.page_size,
            continuationToken=get_string_value(token),
            instanceIdPrefix=get_string_value(asked.id_prefix),
            fetchInputsAndOutputs=True,
        )
        answer = await self._hub.QueryInstances(pb.QueryInstancesRequest(query=query))
        states = [parse_orchestration_state(state) for state in answer.orchestrationState]
        return Page(states, answer.continuationToken.value or None)

    async def entity_state(self, instance_id: str) -> str | None:
        """Return the entity's state as JSON text, or None when there is no such entity."""
        answer = await self._hub.GetEntity(
            pb.GetEntityRequest(instanceId=instance_id, includeState=True)
        )
        return answer.entity.serializedState.value if answer.exists else None

    async def entities(self, asked: EntityFilter, token: str | None) -> Page[pb.EntityMetadata]:
        prefix = None if asked.name is None else f"@{asked.name.lower()}@"
        query = pb.EntityQuery(
            instanceIdStartsWith=get_string_value(prefix),
            lastModifiedFrom=_timestamp(asked.last_operation_from),
            lastModifiedTo=_timestamp(asked.last_operation_to),
            includeState=asked.fetch_state,
            pageSize=Int32Value(value=asked.page_size),
            continuationToken=get_string_value(token),
        )
        answer = await self._hub.QueryEntities(pb.QueryEntitiesRequest(query=query))
        return Page(list(answer.entities), answer.continuationToken.value or None)


def _timestamp(at: datetime | None) -> Any:
    return None if at is None else new_timestamp(at)
