"""One client connection: security layer, open and close, and a session for each channel."""

import asyncio
import logging
from typing import Any, Protocol

from emulators.azure.service_bus import performatives as p
from emulators.azure.service_bus.authorization import Claims
from emulators.azure.service_bus.errors import AmqpError, Condition
from emulators.azure.service_bus.frames import (
    AMQP_HEADER,
    MAX_FRAME_SIZE,
    SASL_FRAME,
    SASL_HEADER,
    SMALLEST_MAX_FRAME_SIZE,
    Frame,
    FrameReader,
    empty_frame,
)
from emulators.azure.service_bus.incoming_link import IncomingLink
from emulators.azure.service_bus.outbox import Outbox
from emulators.azure.service_bus.outgoing_link import OutgoingLink
from emulators.azure.service_bus.session import Session
from emulators.azure.service_bus.values import Array, Symbol, UByte, UInt, UShort

CHANNEL_MAX = UShort(255)
IDLE_TIMEOUT_MS = UInt(240_000)
"""Told, never enforced: an idle sender of the SDK can be silent for 30 s and more."""

SHORTEST_HEARTBEAT_SECONDS = 1.0
MECHANISMS = ("MSSBCBS", "PLAIN", "ANONYMOUS")

log = logging.getLogger("emulators.azure.service_bus")


class Container(Protocol):
    """What all connections belong to."""

    def authenticate(self, connection: "Connection", mechanism: str, response: bytes) -> bool: ...

    def open_link(self, connection: "Connection", link: IncomingLink | OutgoingLink) -> None: ...

    def connected(self, connection: "Connection") -> None: ...

    def disconnected(self, connection: "Connection") -> None: ...


class Connection(asyncio.Protocol):
    """Reads what a client sends. Nothing that it sends can do harm outside of this object."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._reader = FrameReader()
        self._out = Outbox(self._go_on)
        self._sessions: dict[int, Session] = {}
        self._is_secure_layer_done = False
        self._expects_header = True
        self._is_open_sent = False
        self._is_closed = False
        self._heartbeat: asyncio.TimerHandle | None = None
        self.max_payload = SMALLEST_MAX_FRAME_SIZE
        self.claims: Claims = {}
        self.hostname = ""
        """Under which name the client has found the namespace."""

    @property
    def is_writable(self) -> bool:
        return self._out.is_writable and not self._is_closed

    def links(self) -> list[IncomingLink | OutgoingLink]:
        return [link for session in self._sessions.values() for link in session.links()]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._out.open(transport)
        self._container.connected(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_closed = True
        self._end_sessions()
        self._container.disconnected(self)

    def pause_writing(self) -> None:
        self._out.pause()

    def resume_writing(self) -> None:
        self._out.resume()

    def data_received(self, data: bytes) -> None:
        if self._is_closed:
            return
        try:
            self._reader.feed(data)
            self._read()
        except AmqpError as error:
            self.close(error)
        except Exception:
            log.exception("A connection failed.")
            self.close(AmqpError(Condition.INTERNAL_ERROR, "The service failed."))

    def open_link(self, link: IncomingLink | OutgoingLink) -> None:
        self._container.open_link(self, link)

    def send_frame(
        self, channel: int, performative: p.Performative, payload: bytes | memoryview = b""
    ) -> None:
        if not self._is_closed:
            self._out.write_frame(channel, performative, payload)

    def close(self, error: AmqpError | None = None) -> None:
        """Say why, and end. A client that cannot read it yet gets the header first."""
        if self._is_closed:
            return
        if self._expects_header and not self._is_open_sent:
            self._out.write(AMQP_HEADER)
        self._send_open()
        self.send_frame(0, p.Close(None if error is None else error.wire()))
        self._out.flush()
        self.drop()

    def drop(self) -> None:
        """End without a word, as a broken network does."""
        self._is_closed = True
        self._end_sessions()
        self._out.close()

    def _end_sessions(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat.cancel()
        for session in self._sessions.values():
            session.end()
        self._sessions.clear()

    def _read(self) -> None:
        while self._expects_header:
            header = self._reader.take(len(AMQP_HEADER))
            if header is None:
                return
            self._on_header(header)
        for frame in self._reader.frames():
            if frame.body:
                self._on_frame(frame)
            if self._is_closed:
                return
            if self._expects_header:
                self._read()
                return

    def _on_header(self, header: bytes) -> None:
        self._expects_header = False
        if header == SASL_HEADER and not self._is_secure_layer_done:
            self._out.write(SASL_HEADER)
            offered = Array(Symbol(each) for each in MECHANISMS)
            self._send_sasl(p.SaslMechanisms(offered))
        elif header == AMQP_HEADER and self._is_secure_layer_done:
            self._out.write(AMQP_HEADER)
        else:
            self._out.write(AMQP_HEADER if self._is_secure_layer_done else SASL_HEADER)
            self._out.flush()
            self.drop()

    def _on_frame(self, frame: Frame) -> None:
        performative, end = p.read_performative(frame.body)
        if not self._is_secure_layer_done:
            self._on_sasl(frame, performative)
        elif isinstance(performative, p.Open):
            self._on_open(performative)
        elif not self._is_open_sent:
            raise AmqpError(Condition.ILLEGAL_STATE, "A connection begins with open.")
        elif isinstance(performative, p.Close):
            self.close()
        elif isinstance(performative, p.Begin):
            self._on_begin(frame.channel, performative)
        else:
            self._on_session_frame(frame, performative, end)

    def _on_sasl(self, frame: Frame, performative: Any) -> None:
        if frame.kind != SASL_FRAME or not isinstance(performative, p.SaslInit):
            raise AmqpError(Condition.ILLEGAL_STATE, "A connection begins with SASL.")
        response = performative.initial_response or b""
        known = self._container.authenticate(self, performative.mechanism, response)
        self._send_sasl(p.SaslOutcome(UByte(0 if known else 1)))
        if known:
            self._is_secure_layer_done = True
            self._expects_header = True
        else:
            self._out.flush()
            self.drop()

    def _on_open(self, opened: p.Open) -> None:
        if self._is_open_sent:
            raise AmqpError(Condition.ILLEGAL_STATE, "The connection is open.")
        self.hostname = str(opened.hostname or "")
        offered = opened.max_frame_size or MAX_FRAME_SIZE
        self.max_payload = max(SMALLEST_MAX_FRAME_SIZE, min(offered, MAX_FRAME_SIZE))
        self._send_open()
        if opened.idle_time_out:
            seconds = max(opened.idle_time_out / 2000, SHORTEST_HEARTBEAT_SECONDS)
            self._keep_alive(seconds)

    def _on_begin(self, channel: int, begin: p.Begin) -> None:
        if channel > CHANNEL_MAX or channel in self._sessions:
            raise AmqpError(Condition.NOT_ALLOWED, f"Channel {channel} cannot be begun.")
        self._sessions[channel] = Session(self, channel, begin)

    def _on_session_frame(self, frame: Frame, performative: Any, end: int) -> None:
        session = self._sessions.get(frame.channel)
        if session is None:
            raise AmqpError(Condition.NOT_ALLOWED, f"Channel {frame.channel} was not begun.")
        match performative:
            case p.Transfer():
                session.on_transfer(performative, frame.body[end:])
            case p.Disposition():
                session.on_disposition(performative)
            case p.Flow():
                session.on_flow(performative)
            case p.Attach():
                session.on_attach(performative)
            case p.Detach():
                session.on_detach(performative)
            case p.End():
                del self._sessions[frame.channel]
                session.close()
            case _:
                raise AmqpError(Condition.NOT_ALLOWED, "A security frame after its layer.")

    def _send_open(self) -> None:
        if not self._is_open_sent:
            self._is_open_sent = True
            self.send_frame(
                0,
                p.Open("simulator", None, UInt(MAX_FRAME_SIZE), CHANNEL_MAX, IDLE_TIMEOUT_MS),
            )

    def _send_sasl(self, performative: p.Performative) -> None:
        self._out.write_frame(0, performative, kind=SASL_FRAME)

    def _keep_alive(self, seconds: float) -> None:
        self._out.write(empty_frame())
        loop = asyncio.get_running_loop()
        self._heartbeat = loop.call_later(seconds, self._keep_alive, seconds)

    def _go_on(self) -> None:
        for session in list(self._sessions.values()):
            session.on_writable()
