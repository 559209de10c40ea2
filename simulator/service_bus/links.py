"""The two kinds of links: those on which a client sends, and those on which it receives."""

from collections.abc import Callable
from typing import Any, Protocol

from simulator.service_bus.errors import AmqpError, Condition
from simulator.service_bus.outcomes import ACCEPT, Outcome, rejection
from simulator.service_bus.performatives import Attach, Detach, Disposition, Flow, Transfer
from simulator.service_bus.values import Described, Symbol, UInt, ULong

SENDER_CREDIT = 2000
"""What a sending client may have under way. Half of it used up, it gets the whole again."""


class Node(Protocol):
    """Where the messages of a sending client go."""

    def receive(self, payload: bytes, message_format: int) -> None:
        """Take a delivery; raises AmqpError to reject it."""
        ...


class Outlet(Protocol):
    """Where the messages of a receiving client come from."""

    def on_credit(self) -> None: ...

    def settle(self, tag: bytes, outcome: Outcome) -> None:
        """Carry out what the client wants; raises AmqpError."""
        ...

    def on_end(self) -> None: ...


class Channel(Protocol):
    """The session that a link lives in."""

    @property
    def connection(self) -> Any: ...

    @property
    def is_writable(self) -> bool: ...

    def send(self, performative: Any) -> None: ...

    def send_delivery(
        self, link: "OutgoingLink", transfer: Transfer, payload: bytes, settled: bool
    ) -> None: ...

    def send_flow(self, link_flow: Flow) -> None: ...

    def forget(self, link: "Link") -> None: ...


class Link:
    """What both kinds share: being attached, refused and detached.

    A link is answered later where the broker must wait, as for a session that is free. `on_end`
    is called once when it ends, whoever ends it.
    """

    def __init__(self, channel: Channel, attach: Attach) -> None:
        self.channel = channel
        self.attach = attach
        self.is_ended = False
        self.is_accepted = False
        self.on_end: Callable[[], None] | None = None

    @property
    def name(self) -> str:
        return self.attach.name

    @property
    def handle(self) -> UInt:
        return self.attach.handle

    @property
    def properties(self) -> dict[Any, Any]:
        return self.attach.properties or {}

    def refuse(self, error: AmqpError) -> None:
        """Without source and target in the reply, and then a detach with the error."""
        self.is_ended = True
        self.channel.send(self._reply(None, None))
        self.channel.send(Detach(self.handle, True, error.wire()))

    def detach(self, error: AmqpError) -> None:
        if not self.is_ended:
            self.channel.send(Detach(self.handle, True, error.wire()))
            self.end()

    def on_detach(self, detach: Detach) -> None:
        self.channel.forget(self)
        if not self.is_ended:
            self.channel.send(Detach(self.handle, detach.closed))
            self.end()

    def end(self) -> None:
        if self.is_ended:
            return
        self.is_ended = True
        if self.on_end is not None:
            self.on_end()

    def _reply(self, source: Described | None, target: Described | None, **fields: Any) -> Attach:
        attach = self.attach
        return Attach(
            name=attach.name,
            handle=attach.handle,
            role=not attach.role,
            snd_settle_mode=attach.snd_settle_mode,
            rcv_settle_mode=attach.rcv_settle_mode,
            source=source,
            target=target,
            initial_delivery_count=UInt(0) if attach.role else None,
            **fields,
        )


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


class OutgoingLink(Link):
    """The client receives, as far as its credit goes."""

    def __init__(self, channel: Channel, attach: Attach) -> None:
        super().__init__(channel, attach)
        self.outlet: Outlet | None = None
        self.credit = 0
        self._delivery_count = 0

    @property
    def is_ready(self) -> bool:
        return self.credit > 0 and not self.is_ended and self.channel.is_writable

    def accept(
        self,
        outlet: Outlet,
        source: Described | None = None,
        properties: dict[Any, Any] | None = None,
    ) -> None:
        """`source` where it says more than the client's, such as which session was found."""
        self.outlet = outlet
        self.on_end = outlet.on_end
        self.is_accepted = True
        self.channel.send(
            self._reply(source or self.attach.source, self.attach.target, properties=properties)
        )

    def send(self, tag: bytes, payload: bytes, settled: bool) -> None:
        self.credit -= 1
        self._delivery_count = (self._delivery_count + 1) & 0xFFFFFFFF
        transfer = Transfer(self.handle, None, tag, UInt(0), settled)
        self.channel.send_delivery(self, transfer, payload, settled)

    def on_flow(self, flow: Flow) -> None:
        """A flow sets the credit. With drain, what is left of it lapses and is reported."""
        if flow.link_credit is None or self.outlet is None:
            return
        seen = flow.delivery_count if flow.delivery_count is not None else 0
        under_way = (self._delivery_count - seen) & 0xFFFFFFFF
        self.credit = max(0, flow.link_credit - under_way)
        self.outlet.on_credit()
        if flow.drain:
            self._delivery_count = (self._delivery_count + self.credit) & 0xFFFFFFFF
            self.credit = 0
        if flow.drain or flow.echo:
            self._report(flow.drain)

    def _report(self, drain: bool | None) -> None:
        self.channel.send_flow(
            Flow(
                handle=self.handle,
                delivery_count=UInt(self._delivery_count),
                link_credit=UInt(self.credit),
                available=UInt(0),
                drain=drain,
            )
        )
