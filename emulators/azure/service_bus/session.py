"""One AMQP session: its links by handle, and the deliveries that wait for their outcome."""

from typing import Any, Protocol

from emulators.azure.service_bus.errors import AmqpError, Condition
from emulators.azure.service_bus.incoming_link import IncomingLink
from emulators.azure.service_bus.links import Link
from emulators.azure.service_bus.outcomes import Outcome, read_outcome, rejection
from emulators.azure.service_bus.outgoing_link import OutgoingLink
from emulators.azure.service_bus.performatives import (
    Attach,
    Begin,
    Detach,
    Disposition,
    End,
    Flow,
    Performative,
    Transfer,
)
from emulators.azure.service_bus.values import UInt, UShort

HANDLE_MAX = UInt(255)
WINDOW = UInt(2**31 - 1)
"""The SDK counts one transfer per delivery instead of per frame, so windows are no limit here."""

TRANSFER_OVERHEAD = 128
"""More bytes than a transfer takes in a frame beside its payload."""


class Wire(Protocol):
    """The connection that carries the session."""

    @property
    def is_writable(self) -> bool: ...

    @property
    def max_payload(self) -> int: ...

    def send_frame(
        self, channel: int, performative: Performative, payload: bytes | memoryview = b""
    ) -> None: ...

    def open_link(self, link: IncomingLink | OutgoingLink) -> None: ...


class Session:
    """Sends each performative to its link."""

    def __init__(self, wire: Wire, channel: int, begin: Begin) -> None:
        self._wire = wire
        self._channel = channel
        self._links: dict[int, IncomingLink | OutgoingLink] = {}
        self._next_incoming_id = begin.next_outgoing_id or 0
        self._next_delivery_id = 0
        self._next_outgoing_id = 0
        self._unsettled: dict[int, tuple[OutgoingLink, bytes]] = {}
        self.send(Begin(UShort(channel), UInt(0), WINDOW, WINDOW, HANDLE_MAX))

    @property
    def connection(self) -> Wire:
        return self._wire

    @property
    def is_writable(self) -> bool:
        return self._wire.is_writable

    def links(self) -> list[IncomingLink | OutgoingLink]:
        return list(self._links.values())

    def send(self, performative: Performative) -> None:
        self._wire.send_frame(self._channel, performative)

    def send_flow(self, link_flow: Flow) -> None:
        self.send(
            link_flow._replace(
                next_incoming_id=UInt(self._next_incoming_id),
                incoming_window=WINDOW,
                next_outgoing_id=UInt(self._next_outgoing_id),
                outgoing_window=WINDOW,
            )
        )

    def send_delivery(
        self, link: OutgoingLink, transfer: Transfer, payload: bytes, settled: bool
    ) -> None:
        delivery_id = self._next_delivery_id
        self._next_delivery_id = (delivery_id + 1) & 0xFFFFFFFF
        if not settled:
            self._unsettled[delivery_id] = (link, transfer.delivery_tag)
        transfer = transfer._replace(delivery_id=UInt(delivery_id))
        limit = self._wire.max_payload - TRANSFER_OVERHEAD
        rest = memoryview(payload)
        while len(rest) > limit:
            self._send_transfer(transfer._replace(more=True), rest[:limit])
            rest = rest[limit:]
            transfer = Transfer(link.handle)
        self._send_transfer(transfer, rest)

    def _send_transfer(self, transfer: Transfer, payload: memoryview) -> None:
        self._next_outgoing_id = (self._next_outgoing_id + 1) & 0xFFFFFFFF
        self._wire.send_frame(self._channel, transfer, payload)

    def forget(self, link: Link) -> None:
        self._links.pop(link.handle, None)
        self._unsettled = {
            delivery_id: unsettled
            for delivery_id, unsettled in self._unsettled.items()
            if unsettled[0] is not link
        }

    def on_attach(self, attach: Attach) -> None:
        if attach.handle > HANDLE_MAX:
            raise AmqpError(Condition.FRAMING_ERROR, f"Handle {attach.handle} is too large.")
        if attach.handle in self._links:
            raise AmqpError(Condition.HANDLE_IN_USE, f"Handle {attach.handle} is in use.")
        link = (OutgoingLink if attach.role else IncomingLink)(self, attach)
        self._links[attach.handle] = link
        try:
            self._wire.open_link(link)
        except AmqpError as error:
            link.refuse(error)

    def on_transfer(self, transfer: Transfer, payload: bytes) -> None:
        self._next_incoming_id = (self._next_incoming_id + 1) & 0xFFFFFFFF
        link = self._link(transfer.handle)
        if not isinstance(link, IncomingLink):
            raise AmqpError(Condition.NOT_ALLOWED, "A transfer on a link that only receives.")
        link.on_transfer(transfer, payload)

    def on_flow(self, flow: Flow) -> None:
        if flow.handle is not None:
            link = self._link(flow.handle)
            if not link.is_ended:
                link.on_flow(flow)
        elif flow.echo:
            self.send_flow(Flow())

    def on_detach(self, detach: Detach) -> None:
        self._link(detach.handle).on_detach(detach)

    def on_disposition(self, disposition: Disposition) -> None:
        """The range is the client's word: only what waits for its outcome is looked at."""
        if not disposition.role:
            return
        first = disposition.first
        last = first if disposition.last is None else disposition.last
        outcome = read_outcome(disposition.state)
        if last == first:
            self._settle(first, outcome, disposition)
            return
        for delivery_id in [each for each in self._unsettled if first <= each <= last]:
            self._settle(delivery_id, outcome, disposition)

    def _settle(self, delivery_id: int, outcome: Outcome | None, disposition: Disposition) -> None:
        found = self._unsettled.get(delivery_id)
        if found is None or (outcome is None and not disposition.settled):
            return
        del self._unsettled[delivery_id]
        if outcome is None:
            return
        link, tag = found
        state = outcome.wire()
        try:
            if link.outlet is not None:
                link.outlet.settle(tag, outcome)
        except AmqpError as error:
            state = rejection(error)
        if not disposition.settled:
            self.send(Disposition(False, UInt(delivery_id), UInt(delivery_id), True, state))

    def on_writable(self) -> None:
        for link in self.links():
            if isinstance(link, OutgoingLink) and link.outlet is not None and link.is_ready:
                link.outlet.on_credit()

    def close(self, error: AmqpError | None = None) -> None:
        self.send(End(None if error is None else error.wire()))
        self.end()

    def end(self) -> None:
        for link in self.links():
            link.end()
        self._links.clear()
        self._unsettled.clear()

    def _link(self, handle: Any) -> IncomingLink | OutgoingLink:
        link = self._links.get(handle)
        if link is None:
            raise AmqpError(Condition.UNATTACHED_HANDLE, f"No link has handle {handle}.")
        return link
