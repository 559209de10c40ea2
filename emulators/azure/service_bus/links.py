"""What both kinds of links share: being attached, refused and detached."""

from collections.abc import Callable
from typing import Any, Protocol

from emulators.azure.service_bus.errors import AmqpError
from emulators.azure.service_bus.performatives import Attach, Detach, Flow, Transfer
from emulators.azure.service_bus.values import Described, UInt


class Channel(Protocol):
    """The session that a link lives in."""

    @property
    def connection(self) -> Any: ...

    @property
    def is_writable(self) -> bool: ...

    def send(self, performative: Any) -> None: ...

    def send_delivery(
        self, link: Any, transfer: Transfer, payload: bytes, settled: bool
    ) -> None: ...

    def send_flow(self, link_flow: Flow) -> None: ...

    def forget(self, link: "Link") -> None: ...


class Link:
    """One end of a link.

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

    def lose(self, error: AmqpError) -> None:
        """What the link leads to is gone, whether the link was answered yet or not."""
        if self.is_accepted or self.is_ended:
            self.detach(error)
            return
        if self.on_end is not None:
            self.on_end()
        self.refuse(error)

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
