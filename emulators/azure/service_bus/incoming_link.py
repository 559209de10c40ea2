"""A link on which a client sends: frames become deliveries, and each is answered."""

from typing import Protocol

from emulators.azure.service_bus.errors import AmqpError, Condition
from emulators.azure.service_bus.links import Channel, Link
from emulators.azure.service_bus.outcomes import ACCEPT, rejection
from emulators.azure.service_bus.performatives import Attach, Disposition, Flow, Transfer
from emulators.azure.service_bus.values import Symbol, UInt, ULong

SENDER_CREDIT = 2000
"""What a sending client may have under way. Half of it used up, it gets the whole again."""


class Node(Protocol):
    """Where the messages of a sending client go."""

    def receive(self, payload: bytes, message_format: int) -> None:
        """Take a delivery; raises AmqpError to reject it."""
        ...


class IncomingLink(Link):
    """The client sends. Frames are put together to deliveries, and each is answered."""

    def __init__(self, channel: Channel, attach: Attach) -> None:
        super().__init__(channel, attach)
        self._node: Node | None = None
        self._max_message_size = 0
        self._delivery_count = attach.initial_delivery_count or 0
        self._granted_up_to = 0
        self._first: Transfer | None = None
        self._parts: list[bytes] = []
        self._size = 0

    def accept(self, node: Node, max_message_size: int) -> None:
        self._node = node
        self.is_accepted = True
        self._max_message_size = max_message_size
        size = ULong(max_message_size)
        properties = {Symbol("com.microsoft:max-message-batch-size"): UInt(max_message_size)}
        self.channel.send(
            self._reply(
                self.attach.source,
                self.attach.target,
                max_message_size=size,
                properties=properties,
            )
        )
        self._grant()

    def on_transfer(self, transfer: Transfer, payload: bytes) -> None:
        """A client may repeat the delivery-id on each frame: only `more` tells where it ends."""
        if self.is_ended:
            return
        first = self._first = self._first or transfer
        self._size += len(payload)
        if self._size <= self._max_message_size:
            self._parts.append(payload)
        if transfer.more and not transfer.aborted:
            return
        whole, size = b"".join(self._parts), self._size
        self._first, self._parts, self._size = None, [], 0
        self._delivery_count = (self._delivery_count + 1) & 0xFFFFFFFF
        if not transfer.aborted:
            self._deliver(first, transfer.settled or first.settled, whole, size)
        if self._granted_up_to - self._delivery_count < SENDER_CREDIT // 2:
            self._grant()

    def on_flow(self, flow: Flow) -> None:
        if flow.echo:
            self._grant()

    def _deliver(self, first: Transfer, settled: bool | None, payload: bytes, size: int) -> None:
        if self._node is None or first.delivery_id is None:
            raise AmqpError(Condition.ILLEGAL_STATE, "A transfer before its link is attached.")
        state = ACCEPT
        try:
            if size > self._max_message_size:
                raise AmqpError(
                    Condition.MESSAGE_SIZE_EXCEEDED,
                    f"The received message ({size} bytes) exceeds the limit "
                    f"({self._max_message_size} bytes) currently allowed on the link.",
                )
            self._node.receive(payload, first.message_format or 0)
        except AmqpError as error:
            state = rejection(error)
        if not settled:
            self.channel.send(Disposition(True, first.delivery_id, None, True, state))

    def _grant(self) -> None:
        self._granted_up_to = self._delivery_count + SENDER_CREDIT
        self.channel.send_flow(
            Flow(
                handle=self.handle,
                delivery_count=UInt(self._delivery_count),
                link_credit=UInt(SENDER_CREDIT),
            )
        )
