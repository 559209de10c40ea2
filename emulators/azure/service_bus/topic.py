"""A topic: hands a copy of each message to every subscription."""

from dataclasses import replace

from emulators.azure.service_bus.gate import Gate, Operation
from emulators.azure.service_bus.message import Content, Message
from emulators.azure.service_bus.parts import DuplicateWindow, Schedule
from emulators.azure.service_bus.queue import Kind, Queue
from emulators.azure.service_bus.settings import QueueSettings, TopicSettings
from emulators.azure.service_bus.times import Alarms, Times


class Topic:
    """All rules of a topic. Its subscriptions are queues at a path of their own."""

    def __init__(self, settings: TopicSettings, times: Times, alarms: Alarms, gate: Gate) -> None:
        self.path = settings.name
        self.settings = settings
        self._times = times
        self.created_at = self.updated_at = times.now()
        self._alarms = alarms
        self._gate = gate
        self.subscriptions: dict[str, Queue] = {}
        self.schedule = Schedule(alarms, self._publish)
        self._duplicates = DuplicateWindow(settings.duplicate_window_seconds)
        self._last_number = 0

    def update(self, settings: TopicSettings) -> None:
        self.settings = settings
        self.updated_at = self._times.now()
        self._duplicates.seconds = settings.duplicate_window_seconds

    def declare_subscription(self, settings: QueueSettings) -> None:
        known = self.subscriptions.get(settings.name.lower())
        if known is not None:
            known.update(settings)
            return
        path = f"{self.path}/Subscriptions/{settings.name}"
        queue = Queue(path, settings, self._times, self._alarms, self._gate, Kind.SUBSCRIPTION)
        self.subscriptions[settings.name.lower()] = queue

    def check(self, operation: Operation) -> None:
        self._gate.check(self.path, self.settings.status, operation)

    def check_content(self, content: Content) -> None:
        """Any message can be published."""

    def put(self, content: Content) -> None:
        if self._duplicates.is_duplicate(content.message_id, self._times.now()):
            return
        moment = content.scheduled_for
        if moment is not None and moment > self._times.now():
            self.put_scheduled(content)
        else:
            self._publish(content)

    def put_scheduled(self, content: Content) -> int:
        self._last_number += 1
        message = Message(content, self._last_number, self._times.now())
        self.schedule.add(message, content.scheduled_for or self._times.now())
        return message.sequence_number

    def _publish(self, content: Content) -> None:
        self._last_number += 1
        own, default = content.ttl_seconds, self.settings.default_ttl_seconds
        if default is not None:
            content = replace(content, ttl_seconds=default if own is None else min(own, default))
        for subscription in list(self.subscriptions.values()):
            subscription.put_copy(content, self._last_number)
