"""Critical sections: one orchestration at a time owns an entity, in order of request."""

from dataclasses import replace

from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.task_hub import events
from emulators.functions_host.task_hub.change import Change
from emulators.functions_host.task_hub.entity_table import Entity
from emulators.functions_host.task_hub.message_tables import Message


def settle(change: Change) -> None:
    """Grant what has come to the head of an entity's queue, and pass it on to the next entity."""
    unsettled = list(change.ready_entities)
    while unsettled:
        entity_id = unsettled.pop()
        while (granted := _grant_next(change, entity_id)) is not None:
            if granted:
                unsettled.append(granted)


def release(change: Change, entity_id: str, lock_id: str) -> None:
    entity = change.store.entities.get(entity_id)
    if entity is not None and entity.lock_id == lock_id:
        _unlock(change, entity)


def release_all(change: Change, owner: str) -> int:
    """Free what an orchestration still holds at its end; what it waits for is never granted."""
    held = change.store.entities.locked_by(owner)
    for entity in held:
        _unlock(change, entity)
    return len(held)


def release_orphaned(change: Change) -> int:
    orphaned = [
        entity
        for entity in change.store.entities.select("lock_id IS NOT NULL", (), -1)
        if not change.store.instances.is_live(entity.lock_owner or "", None)
    ]
    for entity in orphaned:
        _unlock(change, entity)
    return len(orphaned)


def _unlock(change: Change, entity: Entity) -> None:
    change.store.entities.save(replace(entity, lock_id=None, lock_owner=None))
    change.ready_entities[entity.entity_id] = None


def _grant_next(change: Change, entity_id: str) -> str | None:
    """Handle one lock request at the head; the answer is the next entity of its set, if any."""
    entity = change.store.entities.get(entity_id) or Entity(entity_id, modified_at=change.now)
    head = change.store.inbox.read(entity_id, limit=1)
    if entity.lock_id is not None or not head or not head[0].event.HasField("entityLockRequested"):
        return None
    message = head[0]
    change.store.inbox.remove([message.position])
    owner = message.event.entityLockRequested.parentInstanceId.value
    if not change.store.instances.is_live(owner, message.execution_id):
        return ""
    lock_id = message.event.entityLockRequested.criticalSectionId
    change.store.entities.save(replace(entity, lock_id=lock_id, lock_owner=owner))
    return _pass_on(change, message, owner)


def _pass_on(change: Change, message: Message, owner: str) -> str:
    request = pb.EntityLockRequestedEvent()
    request.CopyFrom(message.event.entityLockRequested)
    request.position += 1
    if request.position < len(request.lockSet):
        following = request.lockSet[request.position]
        event = events.history_event(change.now, entityLockRequested=request)
        change.post(following, event, message.execution_id)
        return following
    granted = pb.EntityLockGrantedEvent(criticalSectionId=request.criticalSectionId)
    event = events.history_event(change.now, entityLockGranted=granted)
    change.post(owner, event, message.execution_id)
    return ""
