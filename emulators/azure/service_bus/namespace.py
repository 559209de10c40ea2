"""The entities of a namespace, found by the address that a client gives."""

from typing import Any

from emulators.azure.control.input import BadInput
from emulators.azure.service_bus.access import AuthorizationRule
from emulators.azure.service_bus.errors import AmqpError, Condition, tracked
from emulators.azure.service_bus.gate import Gate
from emulators.azure.service_bus.message import MessageState
from emulators.azure.service_bus.paths import DEAD_LETTERS, entity_of
from emulators.azure.service_bus.queue import Queue
from emulators.azure.service_bus.settings import Entities, QueueSettings, TopicSettings
from emulators.azure.service_bus.times import Alarms, Times
from emulators.azure.service_bus.topic import Topic


class Namespace:
    """Declares entities and finds them again. Paths are compared without regard to case."""

    def __init__(self, times: Times, alarms: Alarms, gate: Gate) -> None:
        self._times = times
        self._alarms = alarms
        self._gate = gate
        self._queues: dict[str, Queue] = {}
        self._topics: dict[str, Topic] = {}

    def declare(self, entities: Entities) -> None:
        """Create what is new and update what is there; all else stays. Raises BadInput."""
        self._check(entities)
        for queue in entities.queues:
            self._declare_queue(queue)
        for topic in entities.topics:
            self._declare_topic(topic)

    def find(self, path: str) -> Queue | Topic:
        """What a lower-case path leads to; raises AmqpError."""
        name, found, rest = path.partition(DEAD_LETTERS.lower())
        entity = self._entity(name)
        if not found:
            return entity
        if rest or not isinstance(entity, Queue) or entity.dead_letters is None:
            raise _not_found(path)
        return entity.dead_letters

    def queues(self) -> list[Queue]:
        return list(self._queues.values())

    def topics(self) -> list[Topic]:
        return list(self._topics.values())

    def queue(self, name: str) -> Queue | None:
        return self._queues.get(name.lower())

    def topic(self, name: str) -> Topic | None:
        return self._topics.get(name.lower())

    def remove(self, path: str) -> bool:
        """Whether there was a queue, topic or subscription at the lower-case path."""
        topic, _, name = path.partition("/subscriptions/")
        if name and topic in self._topics:
            return self._topics[topic].subscriptions.pop(name, None) is not None
        return (self._queues.pop(path, None) or self._topics.pop(path, None)) is not None

    def is_topic(self, path: str) -> bool:
        """Whether a lower-case path leads to a topic itself."""
        return entity_of(path) in self._topics

    def rules_of(self, entity: str) -> tuple[AuthorizationRule, ...]:
        """The policies of a queue, or of a topic for itself and its subscriptions."""
        name = entity.partition("/subscriptions/")[0]
        found = self._queues.get(name) or self._topics.get(name)
        return () if found is None else found.settings.authorization_rules

    def wire(self) -> dict[str, Any]:
        return {
            "queues": [_queue(each) for each in self._queues.values()],
            "topics": [_topic(each) for each in self._topics.values()],
        }

    def _entity(self, path: str) -> Queue | Topic:
        if path in self._queues:
            return self._queues[path]
        name, is_subscription, subscription = path.partition("/subscriptions/")
        topic = self._topics.get(name)
        if topic is None:
            raise _not_found(path)
        if not is_subscription:
            return topic
        if subscription not in topic.subscriptions:
            raise _not_found(path)
        return topic.subscriptions[subscription]

    def _check(self, entities: Entities) -> None:
        for queue in entities.queues:
            if queue.name.lower() in self._topics:
                raise BadInput(f"{queue.name} is a topic.")
            _check_sessions(self._queues.get(queue.name.lower()), queue)
        for topic in entities.topics:
            if topic.name.lower() in self._queues:
                raise BadInput(f"{topic.name} is a queue.")
            known = self._topics.get(topic.name.lower())
            for each in topic.subscriptions if known else ():
                _check_sessions(known and known.subscriptions.get(each.name.lower()), each)

    def _declare_queue(self, settings: QueueSettings) -> None:
        known = self._queues.get(settings.name.lower())
        if known is None:
            queue = Queue(settings.name, settings, self._times, self._alarms, self._gate)
            self._queues[settings.name.lower()] = queue
        else:
            known.update(settings)

    def _declare_topic(self, settings: TopicSettings) -> None:
        topic = self._topics.get(settings.name.lower())
        if topic is None:
            topic = Topic(settings, self._times, self._alarms, self._gate)
            self._topics[settings.name.lower()] = topic
        else:
            topic.update(settings)
        for each in settings.subscriptions:
            topic.declare_subscription(each)


def _check_sessions(known: Queue | None, settings: QueueSettings) -> None:
    if known is not None and known.settings.requires_session != settings.requires_session:
        raise BadInput(f"requiresSession of {settings.name} cannot be changed.")


def _not_found(path: str) -> AmqpError:
    text = (
        f"The messaging entity '{path}' could not be found. "
        "To know more visit https://aka.ms/sbResourceMgrExceptions. "
    )
    return AmqpError(Condition.NOT_FOUND, tracked(text, path))


def _topic(topic: Topic) -> dict[str, Any]:
    return {
        **topic.settings.wire(),
        "scheduled": len(topic.schedule.messages),
        "subscriptions": [_queue(each) for each in topic.subscriptions.values()],
    }


def _queue(queue: Queue) -> dict[str, Any]:
    states = [message.state for message in queue.messages.values()]
    sessions = queue.sessions.all()
    return {
        **queue.settings.wire(),
        "active": states.count(MessageState.ACTIVE),
        "deadLettered": 0 if queue.dead_letters is None else len(queue.dead_letters.messages),
        "scheduled": len(queue.schedule.messages),
        "deferred": states.count(MessageState.DEFERRED),
        "lockedMessages": len(queue.locks),
        "lockedSessions": [each.id for each in sessions if each.holder is not None],
    }
