"""Parts that queues and topics share: the schedule and the memory for duplicates."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from emulators.azure.service_bus.errors import AmqpError, Condition
from emulators.azure.service_bus.message import Content, Message, MessageState
from emulators.azure.service_bus.times import Alarms


class Schedule:
    """Messages that become active later. Their sequence numbers are good only until then."""

    def __init__(self, alarms: Alarms, activate: Callable[[Content], None]) -> None:
        self._alarms = alarms
        self._activate = activate
        self.messages: dict[int, Message] = {}

    def add(self, message: Message, moment: float) -> None:
        message.state = MessageState.SCHEDULED
        number = message.sequence_number
        self.messages[number] = message
        self._alarms.at(moment, lambda: self._due(number))

    def cancel(self, sequence_numbers: list[int]) -> None:
        missing = [each for each in sequence_numbers if each not in self.messages]
        if missing:
            raise AmqpError(
                Condition.MESSAGE_NOT_FOUND, f"No scheduled message has number {missing[0]}."
            )
        for each in sequence_numbers:
            self.messages.pop(each, None)

    def _due(self, sequence_number: int) -> None:
        message = self.messages.pop(sequence_number, None)
        if message is not None:
            self._activate(message.content)


class DuplicateWindow:
    """Remembers message ids for a while: the same id within it is accepted and dropped."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._seen: OrderedDict[Hashable, float] = OrderedDict()

    def is_duplicate(self, message_id: Any, now: float) -> bool:
        if self.seconds is None or message_id is None:
            return False
        while self._seen and next(iter(self._seen.values())) <= now - self.seconds:
            self._seen.popitem(last=False)
        if message_id in self._seen:
            return True
        self._seen[message_id] = now
        return False
