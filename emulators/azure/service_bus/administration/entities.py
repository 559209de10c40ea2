"""The entities of a namespace as administration clients find, make and change them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from emulators.azure.service_bus.administration import descriptions, reading
from emulators.azure.service_bus.administration.atom import local_name
from emulators.azure.service_bus.administration.errors import (
    Refusal,
    bad_request,
    cannot_change,
    conflict,
    not_found,
    not_hosted,
    not_simulated,
    subscription_exists,
)
from emulators.azure.service_bus.broker import Broker
from emulators.azure.service_bus.queue import Queue
from emulators.azure.service_bus.settings import Entities, QueueSettings, TopicSettings
from emulators.azure.service_bus.topic import Topic


@dataclass(frozen=True, slots=True)
class Shown:
    """What an entry tells of an entity beside its description."""

    path: str
    title: str
    created_at: float
    updated_at: float
    describe: Callable[[], Element]


class EntityStore:
    """Finds by names without regard to case. Raises Refusal."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._namespace = broker.namespace

    def namespace(self, base_url: str) -> Shown:
        name = base_url.partition("://")[2].partition(":")[0]
        began_at = self._broker.began_at
        return Shown(
            "$namespaceinfo",
            name,
            began_at,
            began_at,
            lambda: descriptions.describe_namespace(name, began_at),
        )

    def queues(self) -> list[Shown]:
        return _in_order(_queue(each) for each in self._namespace.queues())

    def topics(self) -> list[Shown]:
        return _in_order(_topic(each) for each in self._namespace.topics())

    def subscriptions(self, topic: str) -> list[Shown]:
        found = self._namespace.topic(topic)
        if found is None:
            raise not_hosted()
        return _in_order(_subscription(found, each) for each in found.subscriptions.values())

    def entity(self, name: str) -> Shown | None:
        queue, topic = self._namespace.queue(name), self._namespace.topic(name)
        if queue is not None:
            return _queue(queue)
        return None if topic is None else _topic(topic)

    def subscription(self, topic: str, name: str) -> Shown | None:
        parent = self._namespace.topic(topic)
        queue = None if parent is None else parent.subscriptions.get(name.lower())
        return None if parent is None or queue is None else _subscription(parent, queue)

    def rules(self, topic: str, name: str) -> list[Shown]:
        """The one that each subscription is made with: filters are not simulated."""
        found = self.subscription(topic, name)
        if found is None:
            raise not_hosted()
        created_at = found.created_at
        return [
            Shown(
                f"{found.path}/Rules/$Default",
                "$Default",
                created_at,
                created_at,
                lambda: descriptions.describe_default_rule(created_at),
            )
        ]

    def no_other_rules(self) -> Refusal:
        return not_simulated("A rule of a subscription")

    def put_entity(self, name: str, description: Element, is_update: bool, base_url: str) -> Shown:
        queue, topic = self._namespace.queue(name), self._namespace.topic(name)
        _check_exists(queue is not None or topic is not None, is_update, f"{base_url}/{name}")
        match local_name(description):
            case "QueueDescription" if topic is None:
                settings = reading.read_queue(name, description)
                _check_fixed(queue and queue.settings, settings)
                self._broker.declare(Entities(queues=(settings,)))
            case "TopicDescription" if queue is None:
                self._broker.declare(Entities(topics=(_topic_settings(topic, name, description),)))
            case other:
                raise bad_request(f"A {other} does not describe this entity.")
        shown = self.entity(name)
        assert shown is not None
        return shown

    def put_subscription(
        self, topic: str, name: str, description: Element, is_update: bool, base_url: str
    ) -> Shown:
        parent = self._namespace.topic(topic)
        path = f"{topic}/Subscriptions/{name}"
        if parent is None:
            raise not_found(f"{base_url}/{topic}")
        known = parent.subscriptions.get(name.lower())
        if known is not None and not is_update:
            raise subscription_exists(path)
        _check_exists(known is not None, is_update, f"{base_url}/{path}")
        settings = reading.read_queue(name, description)
        settings = replace(settings, duplicate_window_seconds=None, authorization_rules=())
        _check_fixed(known and known.settings, settings)
        parent.declare_subscription(settings)
        return _subscription(parent, parent.subscriptions[name.lower()])

    def delete(self, path: str) -> None:
        if not self._broker.delete(path):
            raise not_hosted()


def _topic_settings(topic: Topic | None, name: str, description: Element) -> TopicSettings:
    settings = reading.read_topic(name, description)
    if topic is not None:
        _check_duplicates(topic.settings, settings)
    return settings


def _check_exists(exists: bool, is_update: bool, address: str) -> None:
    if is_update and not exists:
        raise not_found(address)
    if exists and not is_update:
        raise conflict()


def _check_fixed(known: QueueSettings | None, settings: QueueSettings) -> None:
    if known is None:
        return
    if known.requires_session != settings.requires_session:
        raise cannot_change("RequiresSession")
    _check_duplicates(known, settings)


def _check_duplicates(
    known: QueueSettings | TopicSettings, settings: QueueSettings | TopicSettings
) -> None:
    had, has = known.duplicate_window_seconds, settings.duplicate_window_seconds
    if (had is None) != (has is None):
        raise cannot_change("RequiresDuplicateDetection")


def _in_order(shown: Iterable[Shown]) -> list[Shown]:
    return sorted(shown, key=lambda each: each.title.lower())


def _queue(queue: Queue) -> Shown:
    return Shown(
        queue.path,
        queue.path,
        queue.created_at,
        queue.updated_at,
        lambda: descriptions.describe_queue(queue),
    )


def _topic(topic: Topic) -> Shown:
    return Shown(
        topic.path,
        topic.path,
        topic.created_at,
        topic.updated_at,
        lambda: descriptions.describe_topic(topic),
    )


def _subscription(topic: Topic, queue: Queue) -> Shown:
    return Shown(
        f"{topic.path}/Subscriptions/{queue.settings.name}",
        queue.settings.name,
        queue.created_at,
        queue.updated_at,
        lambda: descriptions.describe_subscription(queue),
    )
