"""A link on which a client receives: deliveries go out as far as its credit goes."""

from typing import Any, Protocol

from emulators.azure.service_bus.links import Channel, Link
from emulators.azure.service_bus.outcomes import Outcome
from emulators.azure.service_bus.performatives import Attach, Flow, Transfer
from emulators.azure.service_bus.values import Described, UInt


class Outlet(Protocol):
    """Where the messages of a receiving client come from."""

    def on_credit(self) -> None: ...

    def settle(self, tag: bytes, outcome: Outcome) -> None:
        """Carry out what the client wants; raises AmqpError."""
        ...

    def on_end(self) -> None: ...


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
